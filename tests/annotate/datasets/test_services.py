"""Freezing through its services: what goes in, what is refused, what can no longer change."""

import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.core import errors, progress, storage
from annotate.core.progress import LongJob
from annotate.datasets import folders, people, selectors, services
from annotate.datasets.models import DatasetVersion
from annotate.desk import services as desk
from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling import services as labeling
from annotate.labeling.models import Task
from annotate.manifest.read import Version
from annotate.manifest.schema import Record, canonical_line
from annotate.projects.models import LabelClass, Project
from annotate.taxonomy.models import Concept
from tests.annotate.datasets import crowd
from tests.make import concepts, make_image, make_member, make_project, make_task, make_user

pytestmark = pytest.mark.django_db


def freeze(project, actor=None, **fields) -> tuple[DatasetVersion, Version]:
    version = services.start_freeze(project, actor=actor, **fields)
    assert services.freeze_next()
    version.refresh_from_db()
    assert version.state == "ready", version.job.message
    return version, selectors.opened(version)


def by_name(version: Version) -> dict[str, Record]:
    return {record.name: record for record in version.records()}


def test_a_version_is_numbered_written_and_whole() -> None:
    project, admin, _ = crowd.small_project()
    version, opened = freeze(project, admin, note="first")
    opened.verify()
    assert (version.number, version.digest) == (1, opened.manifest.digest)
    assert version.folder == f"versions/{project.pk}/{version.digest}"
    assert version.counts["images"] == 20
    assert version.counts["labeled"] == 20
    assert {name: version.counts[name] for name in ("train", "val", "holdout")} == {"train": 15, "val": 1, "holdout": 4}
    assert [row["name"] for row in version.counts["per_class"]] == ["cat", "dog", "owl"]
    assert sum(row["count"] for row in version.counts["per_class"]) == 20
    assert version.job.state == "done"
    assert (version.job.done, version.job.total) == (20, 20)


def test_the_head_tells_where_it_comes_from() -> None:
    project, admin, _ = crowd.small_project()
    LabelClass.objects.filter(project=project, index=2).update(archived_at="2025-01-01T00:00:00Z")
    first, _ = freeze(project, admin)
    crowd.labeled(project, 50, [admin], ["cat"])
    _, opened = freeze(project, admin, note="with one more")
    head = opened.manifest
    assert [(entry.index, entry.name) for entry in head.classes] == [(0, "cat"), (1, "dog"), (2, "owl")]
    assert (head.parent, head.note, head.kind) == (first.digest, "with one more", "choice")
    assert head.consensus["method"] == project.consensus_method == "dawid_skene"
    assert head.consensus["parameters"]["ordinary"] == 0.7
    assert head.consensus["rules"]["redundancy"] == project.redundancy
    assert head.consensus["seed"] == head.splits["seed"] == 7
    assert head.code_revision.startswith("fovea ")
    assert head.extra["schema_number"] == project.schema_number


def test_states_are_told_apart() -> None:
    project, admin, (bo, cy) = crowd.small_project(4, holdout=0)
    crowd.labeled(project, 10, [bo, cy], ["nothing", "nothing"], name="empty")
    make_image(project, 11, name="never asked")
    make_task(make_image(project, 12, name="waiting"))
    crowd.vote(make_task(make_image(project, 13, name="half asked")), bo, "cat")
    make_task(make_image(project, 14, name="in review", split="holdout"), state=Task.State.REVIEW)
    make_task(make_image(project, 15, name="asked again"), asking=2)
    crowd.decide(make_task(make_image(project, 16, name="undecidable")), "settle", "cannot_tell", admin)
    version, opened = freeze(project, admin)
    states = {name: record.state for name, record in by_name(opened).items() if ".png" not in name}
    assert states == {
        "empty": "empty",
        "never asked": "unlabeled",
        "waiting": "unlabeled",
        "half asked": "unresolved",
        "in review": "unresolved",
        "asked again": "unresolved",
        "undecidable": "unresolved",
    }
    assert by_name(opened)["empty"].labels[0].value == {"nothing": True}
    assert {name: version.counts[name] for name in ("labeled", "empty", "unresolved", "unlabeled")} == {
        "labeled": 4, "empty": 1, "unresolved": 4, "unlabeled": 2,
    }  # fmt: skip


def test_a_ruling_stands_over_the_crowd_until_the_task_is_asked_again() -> None:
    project, admin, (bo, cy) = crowd.small_project(1, holdout=0)
    ids = concepts(project)
    ruled = crowd.labeled(project, 1, [bo, cy], ["cat", "cat"], name="ruled")
    crowd.decide(ruled.tasks.get(), "settle", "owl", admin)
    again = crowd.labeled(project, 2, [bo, cy], ["cat", "cat"], name="again")
    crowd.decide(again.tasks.get(), "settle", "owl", admin)
    again.tasks.update(asking=2)
    sent = crowd.labeled(project, 3, [bo, cy], ["cat", "cat"], name="sent back")
    crowd.decide(sent.tasks.get(), "settle", "owl", admin)
    crowd.decide(sent.tasks.get(), "send_back", None, admin)
    gold = crowd.labeled(project, 4, [bo, cy], ["cat", "cat"], name="gold")
    gold.tasks.update(gold=crowd.answer(project, "dog"))
    _, opened = freeze(project, admin)
    labels = {name: record.labels[0] for name, record in by_name(opened).items()}
    assert labels["ruled"].value == {"choice": [ids["owl"]]}
    assert (labels["ruled"].source, labels["ruled"].decided, labels["ruled"].confidence) == ("decision", True, 1.0)
    assert labels["ruled"].distribution == {str(ids["owl"]): 1.0}
    assert labels["ruled"].counts == {str(ids["cat"]): 2}
    assert labels["again"].value == labels["sent back"].value == {"choice": [ids["cat"]]}
    assert labels["again"].decided is False
    assert (labels["gold"].value, labels["gold"].gold, labels["gold"].source) == (
        {"choice": [ids["dog"]]}, True, "gold",
    )  # fmt: skip


def test_soft_labels_votes_and_imported_marks() -> None:
    project, admin, (bo, cy) = crowd.small_project(1, holdout=0)
    ids = {name: str(number) for name, number in concepts(project).items()}
    crowd.labeled(project, 1, [bo, cy, admin], ["cat", "cat", "dog"], name="split")
    crowd.labeled(project, 2, ["folder"], ["dog"], name="imported")
    given = crowd.labeled(project, 3, [bo], ["dog"], name="given", split="holdout")
    given.tasks.update(gold=crowd.answer(project, "dog"))
    _, opened = freeze(project, admin)
    labels = {name: record.labels[0] for name, record in by_name(opened).items()}
    assert labels["split"].distribution == pytest.approx({ids["cat"]: 2 / 3, ids["dog"]: 1 / 3})
    assert (labels["split"].votes, labels["split"].counts) == (3, {ids["cat"]: 2, ids["dog"]: 1})
    assert labels["split"].agreement == pytest.approx(2 / 3)
    assert (labels["imported"].source, labels["imported"].agreement) == ("imported", None)
    assert (labels["given"].source, labels["given"].gold) == ("imported", True)


def test_votes_leave_under_pseudonyms_and_records_name_theirs() -> None:
    project, admin, (bo, cy) = crowd.small_project(5, holdout=0)
    task = make_task(make_image(project, 9, name="told twice"))
    first = crowd.vote(task, bo, "cat", superseded=True)
    crowd.vote(task, bo, "dog", supersedes=first)
    crowd.vote(task, cy, "skip")
    crowd.vote(task, admin, "dog", surplus=True, counted=False)
    crowd.settle(task, "dog", counts={"dog": 2}, confidence=1.0)
    _, opened = freeze(project, admin)
    rows = list(opened.votes())
    for record in opened.records():
        assert all(rows[place].digest == record.digest for place in record.votes)
    told = by_name(opened)["told twice"]
    mine = [row for row in rows if row.digest == told.digest]
    assert [(row.answer, row.counted, row.surplus) for row in mine] == [
        (crowd.answer(project, "cat"), False, False),
        (crowd.answer(project, "dog"), True, False),
        ({"pass": "skip"}, False, False),
        (crowd.answer(project, "dog"), False, True),
    ]
    assert mine[0].extra == {"superseded": True}
    assert [rows[place].answer for place in told.votes] == [crowd.answer(project, "dog")] * 2
    assert {row.person for row in rows} == {people.pseudonym(project.pk, f"u{one.pk}") for one in (admin, bo, cy)}
    assert people.pseudonym(project.pk, "u1") != people.pseudonym(project.pk + 1, "u1")
    lines = [(opened.folder / "manifest.json").read_bytes()]
    lines += [canonical_line(row) for row in (*opened.records(), *rows)]
    assert not [name for name in (b"Bo Example", b"bo.username", b"ada.username") if name in b"".join(lines)]


def test_what_was_taken_out_is_counted_and_bridges_are_neither_trained_on_nor_scored() -> None:
    project, admin, (bo, cy) = crowd.small_project(12, holdout=4)
    held = list(Image.objects.filter(project=project, split="holdout"))
    Image.objects.filter(pk=held[0].pk).update(state="deleted")
    Image.objects.filter(pk=held[1].pk).update(state="excluded")
    crowd.labeled(project, 40, [bo, cy], ["cat", "cat"], name="bridge", split="none", problem="bridge")
    version, opened = freeze(project, admin)
    assert by_name(opened)["bridge"].split == ""
    assert opened.manifest.extra["excluded"] == {"holdout": {"deleted": 1, "excluded": 1}}
    assert version.counts["excluded"] == {"holdout": {"deleted": 1, "excluded": 1}}
    assert version.counts["splits"]["left_out"] == 1
    assert len(list(opened.records("holdout"))) == 2


def test_groups_share_a_side() -> None:
    project, admin, (bo, cy) = crowd.small_project(1, holdout=0)
    for number in range(1, 60):
        crowd.labeled(project, number, [bo, cy], ["cat", "cat"], group=1000 + number // 3)
    _, opened = freeze(project, admin)
    sides: dict[str, set[str]] = {}
    for record in opened.records():
        sides.setdefault(record.group, set()).add(record.split)
    assert all(len(found) == 1 for found in sides.values())
    assert sum(record.split == "val" for record in opened.records()) == 6


def test_the_folder_shares_bytes_with_the_store_and_is_sealed() -> None:
    project, admin, _ = crowd.small_project(4)
    version, opened = freeze(project, admin)
    folder = selectors.folder_of(version)
    assert all(path.stat().st_mode & 0o222 == 0 for path in (folder, *folder.rglob("*")))
    record = next(opened.records())
    assert opened.image_path(record).samefile(storage.path(record.digest, ".png"))
    assert [path.name for path in folders.root(project.pk).iterdir()] == [version.digest]


def test_pictures_are_copied_where_links_are_not_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    project, admin, _ = crowd.small_project(4)
    monkeypatch.setattr(folders.os, "link", refuse)
    _, opened = freeze(project, admin)
    opened.verify()
    record = next(opened.records())
    assert not opened.image_path(record).samefile(storage.path(record.digest, ".png"))


def test_what_has_not_changed_gets_a_number_and_the_same_folder() -> None:
    project, admin, _ = crowd.small_project(4)
    first, _ = freeze(project, admin)
    second, _ = freeze(project, admin, note="again")
    assert (second.number, second.digest, second.folder) == (2, first.digest, first.folder)
    assert len(list(folders.root(project.pk).iterdir())) == 1


def test_the_same_records_under_more_classes_are_another_folder() -> None:
    project, admin, _ = crowd.small_project(4)
    first, _ = freeze(project, admin)
    concept = Concept.objects.create(taxonomy=project.taxonomy, key="fox", name="fox")
    LabelClass.objects.create(project=project, concept=concept, index=3, color="#000000", added_in=2)
    second, opened = freeze(project, admin)
    assert second.digest == first.digest
    assert second.folder == f"{first.folder}-2"
    assert len(opened.manifest.classes) == 4
    assert len(selectors.opened(first).manifest.classes) == 3


def test_nothing_labeled_is_refused_with_advice() -> None:
    admin = make_user()
    bare = make_project(name="bare", classes=(), admin=admin)
    with pytest.raises(errors.Conflict, match="no classes") as refused:
        services.start_freeze(bare, actor=admin)
    assert refused.value.code == "no_classes"
    project = make_project(admin=admin)
    make_task(make_image(project))
    with pytest.raises(errors.Conflict, match="label some pictures"):
        services.start_freeze(project, actor=admin)
    assert not DatasetVersion.objects.exists()


def test_labels_that_vanish_before_the_freeze_fail_it_with_the_reason() -> None:
    project, admin, _ = crowd.small_project(2, holdout=0)
    version = services.start_freeze(project, actor=admin)
    Task.objects.update(state=Task.State.REVIEW)
    with pytest.raises(errors.Conflict):
        services.freeze_next()
    version.refresh_from_db()
    assert (version.state, version.job.state) == ("failed", "failed")
    assert "label some pictures" in version.job.message
    assert not list(folders.root(project.pk).iterdir())


def test_a_cancelled_freeze_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    project, admin, _ = crowd.small_project(6)
    version = services.start_freeze(project, actor=admin)
    original = folders.place_picture

    def place(record: Record, target: Path) -> None:
        progress.cancel_job(LongJob.objects.get(pk=version.job_id))
        original(record, target)

    monkeypatch.setattr(folders, "place_picture", place)
    monkeypatch.setattr("annotate.datasets.pulse.SECONDS", 0)
    services.freeze_next()
    version.refresh_from_db()
    assert (version.state, version.job.state) == ("failed", "cancelled")
    assert not list(folders.root(project.pk).iterdir())
    assert not services.freeze_next()


def test_a_freeze_cancelled_while_it_waits_is_never_begun() -> None:
    project, admin, _ = crowd.small_project(2)
    version = services.start_freeze(project, actor=admin)
    progress.cancel_job(version.job)
    assert not services.freeze_next()
    version.refresh_from_db()
    assert version.state == "failed"


def test_a_picture_deleted_for_good_meanwhile_starts_the_reading_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    project, admin, _ = crowd.small_project(6)
    lost = Image.objects.filter(project=project).latest("digest")
    original = folders.place_picture

    def place(record: Record, target: Path) -> None:
        if record.digest == lost.digest:
            Image.objects.filter(pk=lost.pk).update(state="emptied")
            storage.drop(lost.digest, ".png")
        original(record, target)

    monkeypatch.setattr(folders, "place_picture", place)
    _, opened = freeze(project, admin)
    opened.verify()
    assert lost.digest not in {record.digest for record in opened.records()}


@pytest.mark.parametrize(
    "change", ["digest = 'x'", "counts = '{}'", "folder = 'x'", "number = 9", "state = 'queued'", "schema_number = 5"]
)
def test_the_database_refuses_to_change_a_frozen_version(change: str) -> None:
    project, admin, _ = crowd.small_project(2)
    version, _ = freeze(project, admin)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE datasets_datasetversion SET {change} WHERE id = %s", [version.pk])
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM datasets_datasetversion WHERE id = %s", [version.pk])
    DatasetVersion.objects.filter(pk=version.pk).update(note="words about it may change", job=None)


def test_a_changed_folder_is_noticed() -> None:
    project, admin, _ = crowd.small_project(2)
    version, opened = freeze(project, admin)
    record = next(opened.records())
    picture = opened.image_path(record)
    picture.chmod(0o600)
    picture.write_bytes(b"another picture")
    with pytest.raises(ValueError, match="was changed"):
        opened.verify()
    folder = selectors.folder_of(version)
    manifest = folder / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text(manifest.read_text().replace(version.digest, "0" * 64))
    with pytest.raises(ValueError, match="holds another version"):
        selectors.opened(version)


def test_the_ten_lines_of_the_page_read_a_frozen_version(tmp_path: Path) -> None:
    project, admin, _ = crowd.small_project(8)
    version, _ = freeze(project, admin)
    page = Path(__file__).parents[3] / "docs" / "manifest.md"
    example = tmp_path / "example.py"
    example.write_text(re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[0], encoding="utf-8")
    said = [sys.executable, str(example), str(selectors.folder_of(version))]
    lines = subprocess.run(said, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == 8
    assert all(Path(line.split(" ")[1]).is_file() for line in lines)
    assert {line.split(" ")[2] for line in lines} == {"cat", "dog", "owl"}


def test_only_the_projects_own_versions_are_found() -> None:
    project, admin, _ = crowd.small_project(2)
    version, _ = freeze(project, admin)
    other = make_project(name="other")
    assert selectors.newest_ready(project) == version
    assert selectors.newest_ready(other) is None
    with pytest.raises(errors.NotFound):
        selectors.version_for(other, version.pk)


def answer_all(project: Project, person: User, said: dict[str, str]) -> None:
    """Everything the desk hands to a person, answered by the picture's name."""
    while tasks := desk.work(person, project, votes=[], take=50, release=[]).tasks:
        for task in tasks:
            name = Task.objects.get(pk=task.task).image.name
            ballot = labeling.Ballot(uuid.uuid4(), task.task, crowd.answer(project, said[name]), asking=task.asking)
            done = desk.work(person, project, votes=[ballot], take=0, release=[])
            assert done.results[0].status == "stored", done.results[0].why


def test_what_people_do_at_the_desk_arrives_in_a_version() -> None:
    admin, bo, cy = make_user("ada"), make_user("bo"), make_user("cy")
    project = make_project(admin=admin, redundancy=2, seed=3)
    for person in (bo, cy):
        make_member(project, person)
    names = ("agreed", "nothing", "unclear", "ruled", "imported", "gold")
    images = {name: make_image(project, n, name=name) for n, name in enumerate(names)}
    Image.objects.filter(name="imported").update(split="holdout")
    for name, way in (("imported", "votes"), ("gold", "gold")):
        ImportedLabel.objects.create(image=images[name], source_name="folder", label="owl", labels_as=way)
    labeling.open_tasks()
    labeling.take_imported()
    consensus.fold_due()
    said = {"agreed": "cat", "nothing": "nothing", "unclear": "cannot_tell", "ruled": "dog"}
    answer_all(project, bo, said)
    answer_all(project, cy, said)
    ruled = images["ruled"].tasks.get().pk
    consensus.settle(project, ruled, actor=admin, ruling="settle", answer=crowd.answer(project, "owl"))
    _, opened = freeze(project, admin)
    opened.verify()
    records = by_name(opened)
    assert {name: record.state for name, record in records.items()} == {
        "agreed": "labeled", "nothing": "empty", "unclear": "unresolved", "ruled": "labeled", "imported": "labeled",
        "gold": "labeled",
    }  # fmt: skip
    labels = {name: record.labels[0] for name, record in records.items() if record.labels}
    assert {name: (label.source, label.gold, label.decided, label.votes) for name, label in labels.items()} == {
        "agreed": ("consensus", False, False, 2),
        "nothing": ("consensus", False, False, 2),
        "ruled": ("decision", False, True, 2),
        "imported": ("imported", True, True, 0),
        "gold": ("gold", True, True, 0),
    }
    owl = {"choice": [concepts(project)["owl"]]}
    assert labels["ruled"].value == labels["imported"].value == labels["gold"].value == owl
    assert (labels["agreed"].agreement, labels["gold"].agreement) == (1.0, None)
    assert labels["agreed"].distribution[str(concepts(project)["cat"])] > 0.9
    consensus.ask_again(project, ruled, actor=admin)
    _, opened = freeze(project, admin)
    assert by_name(opened)["ruled"].state == "unresolved"
