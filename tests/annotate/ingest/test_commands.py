"""The commands: a folder from the server, and the sample."""

import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotate.ingest.management.commands import sample
from annotate.ingest.models import Batch, Image, ImportedLabel
from annotate.ingest.source import Item, Rejected
from annotate.projects.models import GuidePicture, LabelClass, Member, Project
from tests.annotate.ingest import sets
from tests.annotate.ingest.deliver import ready
from tests.annotate.ingest.hostile import write_zip
from tests.make import make_user, picture_bytes

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for number, name in enumerate(("train/cat/1.png", "train/dog/2.png", "test/cat/3.png", "test/dog/4.png")):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(picture_bytes(number))
    (tmp_path / "tree" / "train" / "cat" / "bad.png").write_bytes(b"no picture")
    return tmp_path / "tree"


def test_a_tree_with_labels_and_splits(tree: Path) -> None:
    project, _ = ready()
    said = run("ingest", str(project.pk), str(tree), "--labels", "gold", "--source", "museum")
    assert "5 files: 4 added, 0 there already, 1 refused" in said
    assert "train/cat/bad.png: The content is not" in said
    assert Counter(Image.objects.values_list("split", flat=True)) == {"train": 2, "holdout": 2}
    assert set(ImportedLabel.objects.values_list("source_name", "labels_as")) == {("museum", "gold")}
    again = run("ingest", project.name, str(tree), "--labels", "gold", "--source", "museum")
    assert "5 files: 0 added, 4 there already, 1 refused" in again
    assert ImportedLabel.objects.count() == 4


def test_splits_can_be_left_alone(tree: Path) -> None:
    project, _ = ready(holdout_share=0.0)
    run("ingest", str(project.pk), str(tree), "--labels", "votes", "--no-splits")
    assert set(Image.objects.values_list("split", flat=True)) == {"train"}
    assert ImportedLabel.objects.filter(source_name="tree").count() == 4


def test_a_zip_is_read_where_it_lies(tmp_path: Path) -> None:
    project, _ = ready()
    place = write_zip(tmp_path / "a.zip", {"cat/1.png": picture_bytes(1), "../2.png": picture_bytes(2)})
    assert "2 files: 1 added, 0 there already, 1 refused" in run("ingest", str(project.pk), str(place))
    assert place.exists()


@pytest.mark.parametrize("words", [("7777", "."), ("no such name", "."), ("Pets", "/nowhere/at/all")])
def test_what_cannot_be_done_is_said_plainly(words: tuple[str, str]) -> None:
    ready()
    with pytest.raises(CommandError) as told:
        run("ingest", *words)
    assert "Traceback" not in str(told.value)
    assert not Image.objects.exists()


@pytest.fixture
def voc(tmp_path: Path) -> str:
    (tmp_path / "voc.zip").write_bytes(sets.voc_set())
    return str(tmp_path / "voc.zip")


def test_a_labeled_set_is_analysed_without_a_trace(voc: str) -> None:
    project, _ = ready(kind="box")
    said = run("ingest", str(project.pk), voc, "--analyse")
    assert "6 pictures: 3 labeled, 1 with nothing on them, 2 of which nothing is said" in said
    assert "4 boxes; 0 pictures are in the project already" in said
    assert "sides: train 5, holdout 1" in said
    assert "  hound: 1 pictures, 1 boxes" in said
    assert "problem Annotations/alone.xml" in said
    assert "3 problems" in said
    assert not Batch.objects.exists() and not Image.objects.exists()


def test_a_labeled_set_goes_in_with_its_classes_mapped(voc: str) -> None:
    project, _ = ready(kind="box")
    with pytest.raises(CommandError, match="mean no class here: dust"):
        run("ingest", str(project.pk), voc, "--labels", "gold", "--map", "hound=dog")
    assert not Batch.objects.exists()
    said = run("ingest", str(project.pk), voc, "--labels", "gold", "--map", "hound=Dog", "--map", "dust=+Dirt")
    assert "7 files: 6 added, 0 there already, 1 refused" in said
    assert "4 boxes, 1 left out" in said
    assert set(ImportedLabel.objects.values_list("labels_as", "kind")) == {("gold", "box")}
    known = {row.concept_id: row.concept.name for row in LabelClass.objects.select_related("concept")}
    mapped = {known[one["concept"]] for row in ImportedLabel.objects.all() for one in row.answer.get("boxes", ())}
    assert mapped == {"cat", "dog", "Dirt"}


@pytest.mark.parametrize(("word", "told"), [
    ("hound", "not of the form"), ("=dog", "not of the form"),
    ("hound=wolf", "has no class 'wolf'; hound=\\+wolf makes it"),
])  # fmt: skip
def test_a_mapping_that_means_nothing_is_said_plainly(voc: str, word: str, told: str) -> None:
    project, _ = ready(kind="box")
    with pytest.raises(CommandError, match=told):
        run("ingest", str(project.pk), voc, "--labels", "votes", "--map", word)
    assert not Batch.objects.exists()


def test_a_broken_zip_is_no_half_delivery(tmp_path: Path) -> None:
    project, _ = ready()
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(CommandError, match="cannot be read"):
        run("ingest", str(project.pk), str(tmp_path / "bad.zip"))
    assert Batch.objects.get().state == Batch.State.CANCELLED


def test_the_sample_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "PICTURES", 80)
    assert run("sample") == ""
    admin = make_user("root", is_superuser=True)
    assert "80 drawn pictures" in run("sample")
    project = Project.objects.get()
    assert Member.objects.get(project=project).user == admin
    assert (project.redundancy, project.holdout_share, project.order) == (1, 0.15, "random")
    rows = LabelClass.objects.filter(project=project)
    assert all(row.concept.definition and row.hotkey for row in rows)
    assert {row.examples.count() for row in rows} == {1}
    assert Counter(Image.objects.values_list("split", flat=True)) == {"holdout": 12, "train": 68}
    labels = ImportedLabel.objects.filter(source_name="drawing program", labels_as="votes")
    assert labels.count() == 60
    assert {label.label for label in labels} == {row.concept.name for row in rows}
    assert not Image.objects.exclude(problem="").exists()
    assert run("sample") == ""
    assert (Project.objects.count(), Image.objects.count(), GuidePicture.objects.count()) == (1, 80, rows.count())


def test_a_sample_cut_short_is_completed_at_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "PICTURES", 40)
    make_user("root", is_superuser=True)
    entries = sample._entries

    def cut_short(*, labeled: bool) -> Iterator[Item | Rejected]:
        yield from islice(entries(labeled=labeled), 12)
        raise KeyboardInterrupt

    monkeypatch.setattr(sample, "_entries", cut_short)
    with pytest.raises(KeyboardInterrupt):
        run("sample")
    monkeypatch.setattr(sample, "_entries", entries)
    assert "40 drawn pictures" in run("sample")
    assert ImportedLabel.objects.count() == 30
    assert {row.examples.count() for row in LabelClass.objects.all()} == {1}
    assert (run("sample"), Project.objects.count()) == ("", 1)
