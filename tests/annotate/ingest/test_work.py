"""The work on deliveries: what becomes of each file, and that no crash loses one or takes one twice."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from PIL import Image as Pillow

from annotate.core import storage
from annotate.core.progress import LongJob
from annotate.ingest import incoming, layout, selectors, services, zipped
from annotate.ingest.models import Batch, BatchFile, Image, ImportedLabel
from annotate.ingest.services import feed, keep, sweep, work
from annotate.projects.models import LabelClass, Project
from tests.annotate.ingest import hostile
from tests.annotate.ingest.deliver import deliver, image_of, loose, pictures, ready, states, take_in
from tests.make import picture_bytes


def counted(batch: Batch) -> tuple[int, int, int, int]:
    batch.refresh_from_db()
    return batch.received, batch.added, batch.duplicate, batch.refused


def let_go(batch: Batch) -> None:
    """As if the heartbeat of a dead worker had grown old."""
    LongJob.objects.filter(pk=batch.job_id).update(heartbeat=timezone.now() - timedelta(hours=1))


@pytest.mark.django_db
def test_good_files_become_pictures_and_bad_ones_are_listed() -> None:
    project, _ = ready(licence="CC0-1.0")
    cases = hostile.files()
    batch = take_in(project, [(name, content) for name, (content, _) in cases.items()], author="Ada", name="Odd ones")
    for name, (_, expected) in cases.items():
        file = BatchFile.objects.get(batch=batch, path=name)
        assert (file.code, file.staged) == (expected, ""), name
        assert (file.state, bool(file.message)) == (("refused", True) if expected else ("added", False))
    assert batch.state == Batch.State.DONE
    good = sum(not expected for _, expected in cases.values())
    assert counted(batch) == (len(cases), good, 0, len(cases) - good)
    image = image_of(batch, "page.html")
    assert (image.name, image.suffix, image.original_suffix) == ("page.html", ".jpg", ".jpg")
    assert (image.licence, image.author, image.source) == ("CC0-1.0", "Ada", "Odd ones")
    assert image.bytes == storage.path(image.digest, image.suffix).stat().st_size
    assert storage.path(image.original_digest, ".jpg", kind="original").read_bytes() == cases["page.html"][0]
    assert not list(incoming.folder().iterdir())
    assert not list(storage.root("drafts").iterdir())
    assert LongJob.objects.get(pk=batch.job_id).state == LongJob.State.DONE


@pytest.mark.django_db
def test_every_rendition_can_be_found() -> None:
    project, _ = ready()
    large = hostile.coded(Pillow.effect_noise((2600, 1300), 40).convert("RGB"), "JPEG")
    batch = take_in(project, [("small.jpg", picture_bytes(1)), ("large.jpg", large)])
    sizes = {"thumb": (320, 160), "display": (2048, 1024), "full": (2600, 1300), "original": (2600, 1300)}
    for rendition, size in sizes.items():
        assert Pillow.open(selectors.picture_path(image_of(batch, "large.jpg"), rendition)).size == size
        assert Pillow.open(selectors.picture_path(image_of(batch, "small.jpg"), rendition)).size == (32, 24)


@pytest.mark.django_db
def test_the_same_picture_is_one_picture() -> None:
    project, _ = ready()
    content = picture_bytes(1, form="PNG")
    repacked = hostile.coded(Pillow.open(loose_path(content)), "PNG", compress_level=0)
    batch = take_in(project, [("1.png", content), ("again.png", content), ("repacked.png", repacked)])
    assert counted(batch) == (3, 1, 2, 0)
    again = take_in(project, [("1.png", content), ("later.png", repacked)])
    assert counted(again) == (2, 0, 2, 0)
    assert Image.objects.count() == 1
    assert set(BatchFile.objects.values_list("image_id", flat=True)) == {Image.objects.get().pk}
    other = Project.objects.create(name="other", taxonomy=project.taxonomy)
    assert counted(take_in(other, [("1.png", content)])) == (1, 1, 0, 0)


def loose_path(content: bytes) -> Path:
    path = storage.root("drafts") / "scratch"
    path.write_bytes(content)
    return path


@pytest.mark.django_db
def test_a_zip_becomes_its_members() -> None:
    project, _ = ready()
    place = storage.root("drafts").parent / "pets.zip"
    members = {
        f"{label}/{n}.jpg": picture_bytes(10 * k + n) for k, label in enumerate(("cat", "dog")) for n in range(4)
    }
    hostile.write_zip(place, {**members, "../up.jpg": b"x", "notes.txt": b"no picture"})
    batch = take_in(project, [("pets.zip", place.read_bytes()), ("1.jpg", picture_bytes(99))], labels_as="votes")
    assert counted(batch) == (11, 9, 0, 2)
    assert states(batch) == {"opened": 1, "added": 9, "refused": 2}
    assert BatchFile.objects.get(batch=batch, code="unsafe_name").path == "pets.zip/../up.jpg"
    assert ImportedLabel.objects.filter(label="dog").count() == 4
    assert image_of(batch, "pets.zip/cat/0.jpg").name == "pets.zip/cat/0.jpg"


@pytest.mark.django_db
def test_a_broken_zip_is_one_refused_file() -> None:
    project, _ = ready()
    batch = take_in(project, [("bad.zip", b"PK\x03\x04 and nothing else"), *pictures(2)])
    assert counted(batch) == (3, 2, 0, 1)
    assert BatchFile.objects.get(batch=batch, code="bad_archive").path == "bad.zip"
    assert batch.state == Batch.State.DONE


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_zip_goes_on_where_a_worker_stopped(monkeypatch: pytest.MonkeyPatch, elsewhere: bool) -> None:
    monkeypatch.setattr("annotate.ingest.services.feed.CHUNK", 4)
    project, _ = ready()
    place = hostile.write_zip(storage.root("drafts").parent / "a.zip", dict(pictures(10)))
    batch = deliver(project, [("a.zip", place.read_bytes())])
    job = sweep.claim(batch)
    assert job is not None
    with work.Worker(batch, job) as worker:
        assert worker._take_in()
    if elsewhere:
        feed.forget()
    looks: list[str] = []
    monkeypatch.setattr(layout, "read_zip", lambda *args, **how: looks.append(args[0]) or zipped.read_zip(*args, **how))
    let_go(batch)
    services.ingest_pending()
    assert counted(batch) == (10, 10, 0, 0)
    assert states(batch) == {"opened": 1, "added": 10}
    assert len(looks) == elsewhere, "the process that had the zip does not look through it again"


@pytest.mark.django_db
def test_labels_are_kept_once_for_each_source() -> None:
    project, _ = ready()
    files = [("cat/1.jpg", picture_bytes(1)), ("dog/2.jpg", picture_bytes(2)), ("dog/1-again.jpg", picture_bytes(1))]
    take_in(project, files[:1])
    batch = take_in(project, files, labels_as="votes", source_name="zoo")
    assert counted(batch) == (3, 1, 2, 0)
    assert sorted(ImportedLabel.objects.values_list("label", "labels_as")) == [("cat", "votes"), ("dog", "votes")]
    assert BatchFile.objects.get(batch=batch, path="dog/1-again.jpg").code == "other_label"
    take_in(project, files, labels_as="gold", source_name="expert")
    assert ImportedLabel.objects.filter(source_name="expert").count() == 2


@pytest.mark.django_db
def test_imported_splits_and_groups_reach_the_draw() -> None:
    project, _ = ready(holdout_share=0.5)
    tree = [(f"{side}/cat/{n}.jpg", picture_bytes(n)) for n, side in enumerate(("train", "test", "val", "holdout"))]
    batch = take_in(project, tree, labels_as="votes")
    assert [image_of(batch, path).split for path, _ in tree] == ["train", "holdout", "train", "holdout"]
    assert all(Image.objects.values_list("split_imported", flat=True))
    other = services.open_batch(project, actor=None)
    services.add_files(other, [loose(f"{n}.jpg", picture_bytes(100 + n), group=f"g{n % 2}") for n in range(8)])
    services.ingest_pending()
    sides = Image.objects.filter(batch=other).order_by().values_list("group_name", "split", "group").distinct()
    assert len(sides) == 2
    assert {split for _, split, _ in sides} == {"train", "holdout"}


@pytest.mark.django_db
def test_a_picture_of_the_guide_leaves_the_queue() -> None:
    project, admin = ready(holdout_share=0.9)
    content = picture_bytes(1, form="PNG")
    staged = incoming.stage(loose_path(content).open("rb"))
    services.add_guide_picture(project, staged, actor=admin, label_class=LabelClass.objects.first())
    batch = take_in(project, [("1.png", content), *pictures(9, first=5)])
    example = image_of(batch, "1.png")
    assert (example.state, example.split) == (Image.State.EXAMPLE, "train")


@pytest.mark.django_db
def test_what_lies_in_the_bin_is_said_and_what_was_emptied_comes_back() -> None:
    project, admin = ready()
    first = image_of(take_in(project, pictures(1)), "0.jpg")
    services.set_image_state(project, [first.pk], actor=admin, action="delete")
    again = take_in(project, pictures(1))
    assert BatchFile.objects.get(batch=again).code == "in_bin"
    services.empty_bin(project, actor=admin)
    assert not storage.path(first.digest, first.suffix).exists()
    back = take_in(project, pictures(1))
    assert counted(back) == (1, 1, 0, 0)
    revived = image_of(back, "0.jpg")
    assert (revived.pk, revived.state, revived.split) == (first.pk, Image.State.READY, first.split)
    assert selectors.picture_path(revived, "full").exists()


@pytest.mark.django_db
def test_an_open_delivery_is_worked_on_while_it_fills() -> None:
    project, _ = ready()
    batch = deliver(project, pictures(3), close=False)
    services.ingest_pending()
    assert counted(batch) == (3, 3, 0, 0)
    job = LongJob.objects.get(pk=batch.job_id)
    assert (job.state, job.done, job.total) == (LongJob.State.QUEUED, 3, 3)
    assert sweep.next_batch() is None
    services.add_files(batch, [loose(*one) for one in pictures(3, first=3)])
    services.close_batch(batch, actor=None)
    services.ingest_pending()
    assert (counted(batch), batch.state) == ((6, 6, 0, 0), Batch.State.DONE)


@pytest.mark.django_db
def test_a_delivery_has_one_worker_and_an_old_one_writes_nothing() -> None:
    project, _ = ready()
    batch = deliver(project, pictures(3))
    old = sweep.claim(batch)
    assert old is not None
    assert sweep.claim(batch) is None
    assert services.ingest_pending() is False
    assert Image.objects.count() == 0
    with work.Worker(batch, old) as worker:
        chunk = worker._start()
        assert chunk is not None
        let_go(batch)
        services.ingest_pending()
        assert counted(batch) == (3, 3, 0, 0)
        with pytest.raises(work.Interrupted):
            worker._finish(chunk)
    assert counted(batch) == (3, 3, 0, 0)


@pytest.mark.django_db
def test_cancelling_stops_a_worker_between_two_handfuls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 5)
    project, _ = ready()
    batch = deliver(project, pictures(40))
    true_keep = keep.keep

    def cancelling(*args: Any, **options: Any) -> bool:
        kept = true_keep(*args, **options)
        if Image.objects.count() == 10:
            services.cancel_batch(batch, actor=None)
        return kept

    monkeypatch.setattr(keep, "keep", cancelling)
    services.ingest_pending()
    assert counted(batch) == (40, 10, 0, 30)
    assert batch.state == Batch.State.CANCELLED
    assert LongJob.objects.get(pk=batch.job_id).state == LongJob.State.CANCELLED
    assert not list(incoming.folder().iterdir())


@pytest.mark.django_db
def test_a_fault_of_ours_costs_no_file_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    project, _ = ready()
    batch = deliver(project, pictures(3))

    def full(*args: Any, **options: Any) -> bool:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(storage, "adopt", full)
        services.ingest_pending()
    assert set(BatchFile.objects.values_list("state", "attempt")) == {("pending", 0)}
    job = LongJob.objects.get(pk=batch.job_id)
    assert (job.state, "No space" in job.message) == (LongJob.State.QUEUED, True)
    services.ingest_pending()
    assert counted(batch) == (3, 3, 0, 0)


@pytest.mark.django_db
def test_a_file_that_was_lost_from_the_disk_is_refused() -> None:
    project, _ = ready()
    batch = deliver(project, pictures(3))
    incoming.discard([BatchFile.objects.get(path="1.jpg").staged])
    services.ingest_pending()
    assert counted(batch) == (3, 2, 0, 1)
    assert BatchFile.objects.get(path="1.jpg").code == "lost"


@pytest.mark.django_db
def test_the_sweep_goes_from_one_delivery_to_the_next_and_stops_in_time() -> None:
    project, _ = ready()
    batches = [deliver(project, pictures(2, first=10 * number)) for number in range(3)]
    assert services.ingest_pending(seconds=0) is True
    assert services.ingest_pending() is False
    assert [counted(batch) for batch in batches] == [(2, 2, 0, 0)] * 3


@pytest.mark.django_db
def test_forgotten_deliveries_are_closed_and_strays_removed() -> None:
    project, _ = ready()
    forgotten, fresh = deliver(project, pictures(1), close=False), deliver(project, pictures(1, first=1), close=False)
    services.ingest_pending()
    Batch.objects.filter(pk=forgotten.pk).update(touched_at=timezone.now() - timedelta(days=8))
    waiting = deliver(project, pictures(1, first=2), close=False)
    stray = incoming.stage(loose_path(b"nobody's").open("rb"))
    for file in incoming.folder().iterdir():
        os.utime(file, (0, 0))
    sweep.tidy()
    assert [counted(batch)[0] and batch.state for batch in (forgotten, fresh, waiting)] == ["closed", "open", "open"]
    assert not incoming.path_of(stray.name).exists()
    assert incoming.path_of(BatchFile.objects.get(batch=waiting).staged).exists()


def dies(at: Callable[[], None]) -> None:
    """Runs the sweep in a process of its own that `at` prepares to be killed."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        at()
        services.ingest_pending()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def kill_me() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_commit(number: int, *, after: bool) -> Callable[[], None]:
    """Death at the `number`-th handful: just before its transaction, or just after it (before the files are tidied)."""

    def prepare() -> None:
        left = [number]
        true_adopt, true_discard = storage.adopt, incoming.discard

        def adopt(pairs: Any, **options: Any) -> None:
            true_adopt(pairs, **options)
            left[0] -= 1
            if not left[0] and not after:
                kill_me()

        def discard(names: Any) -> None:
            if not left[0] and after:
                kill_me()
            true_discard(names)

        storage.adopt, incoming.discard = adopt, discard

    return prepare


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_nothing_is_lost_and_nothing_taken_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 8)
    project, _ = ready(holdout_share=0.25, seed=4)
    place = hostile.write_zip(storage.root("drafts").parent / "z.zip", dict(pictures(20, first=40)))
    bad = [("bad.jpg", b"no picture"), ("z.zip", place.read_bytes())]
    batch = deliver(project, [*pictures(40), *bad])
    for number, after in ((1, False), (1, True), (2, False), (2, True)):
        dies(at_commit(number, after=after))
        let_go(batch)
    services.ingest_pending()
    assert counted(batch) == (61, 60, 0, 1)
    assert states(batch) == {"added": 60, "refused": 1, "opened": 1}
    assert batch.state == Batch.State.DONE
    assert Image.objects.count() == 60
    assert Image.objects.filter(split="holdout").count() == 15
    assert all(selectors.picture_path(image, "original").exists() for image in Image.objects.all())
    sweep.tidy()
    for file in incoming.folder().iterdir():
        os.utime(file, (0, 0))
    sweep.tidy()
    assert not list(incoming.folder().iterdir())


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_a_file_that_kills_the_worker_is_refused_the_third_time() -> None:
    project, _ = ready()
    batch = deliver(project, [*pictures(3), ("killer.jpg", b"kills"), *pictures(3, first=3)])
    killer = incoming.path_of(BatchFile.objects.get(path="killer.jpg").staged)

    def prepare() -> None:
        true_start = work.Worker._start

        def start(worker: work.Worker, **options: Any) -> Any:
            chunk = true_start(worker, **options)
            held = [incoming.path_of(file.staged) for file in chunk.files] if chunk else []
            if chunk and killer in held and not chunk.refused:
                kill_me()
            return chunk

        work.Worker._start = start  # type: ignore[method-assign]

    for _ in range(3):
        dies(prepare)
        let_go(batch)
    services.ingest_pending()
    assert counted(batch) == (7, 6, 0, 1)
    assert BatchFile.objects.get(path="killer.jpg").code == "worker_died"


@pytest.mark.django_db
def test_progress_is_told_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 5)
    project, admin = ready()
    told: list[tuple[int, int]] = []
    folder = storage.root("drafts").parent / "tree"
    for name, content in pictures(20):
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    batch = services.ingest_folder(
        project, str(folder), actor=admin, report=lambda batch: told.append((batch.added, batch.received))
    )
    assert counted(batch) == (20, 20, 0, 0)
    assert told[-1] == (20, 20)
    assert len({done for done, _ in told}) >= 4


@pytest.mark.django_db
def test_several_decoders_work_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 7)
    project, _ = ready()
    folder = storage.root("drafts").parent / "tree"
    folder.mkdir()
    contents = dict(pictures(60))
    for number, (name, content) in enumerate(contents.items()):
        # Every third one takes much longer, so that one decoder runs ahead of the others.
        heavy = number % 3 == 0
        (folder / name).write_bytes(picture_bytes(number, size=(700, 700), form="JPEG") if heavy else content)
    batch = services.ingest_folder(project, str(folder), actor=None, decoders=3)
    assert counted(batch) == (60, 60, 0, 0)
    for image in Image.objects.all():
        heavy = int(image.name.split(".")[0]) % 3 == 0
        assert (image.width, image.height) == ((700, 700) if heavy else (32, 24))


@pytest.mark.django_db
def test_the_draw_does_not_depend_on_how_pictures_come(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = ready(holdout_share=0.25, seed=8)
    other = Project.objects.create(name="other", taxonomy=one.taxonomy, holdout_share=0.25, seed=8)
    take_in(one, pictures(24))
    monkeypatch.setattr(work, "CHUNK", 5)
    take_in(other, pictures(24))
    sides = [list(Image.objects.filter(project=p).order_by("id").values_list("name", "split")) for p in (one, other)]
    assert sides[0] == sides[1]
