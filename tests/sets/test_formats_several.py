"""Formats that take several classes per picture: what they write, and what they say is lost."""

import contextlib
import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO
from torchvision import datasets as torchvision_datasets

from annotate.datasets import format as contract
from annotate.datasets.archive import FolderSink, ZipSink
from annotate.datasets.formats import FORMATS
from annotate.datasets.tables import joined, parted, plain
from annotate.ingest import pages
from annotate.ingest.source import Item, Limits
from annotate.ingest.sources import opened
from annotate.manifest.read import Version, open_version
from annotate.manifest.schema import ClassEntry, Label, ManifestFields, Record, VoteRow
from annotate.manifest.write import write_version
from tests.make_version import draw_picture

CLASSES = ("=1+1", "semi;colon", "back\\slash", "cat")
SETS: list[tuple[int, ...]] = [(3, 4), (1,), (2, 3), (), (1, 2, 3, 4), (4,)]  # concept ids; () is settled as empty
SERVING = sorted(name for name, form in FORMATS.items() if form.accepts("choices"))


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Twelve pictures with every set of classes in train and in the holdout."""
    entries = tuple(ClassEntry(n, n + 1, f"k{n}", name) for n, name in enumerate(CLASSES))
    drawn = [draw_picture(number % 5, seed=number, size=16) for number in range(12)]
    contents = {hashlib.sha256(content).hexdigest(): content for content in drawn}
    records, votes = [], []
    for number, digest in enumerate(sorted(contents)):
        concepts = SETS[number % 6]
        value: dict[str, Any] = {"choice": list(concepts)} if concepts else {"nothing": True}
        belief = {str(one): 0.9 for one in concepts} or {"nothing": 1.0}
        label = Label("choices", value, 0.8, belief, votes=1, counts={str(one): 1 for one in concepts})
        records.append(
            Record(
                digest,
                f"images/{digest[:2]}/{digest}.png",
                16,
                16,
                split="train" if number < 6 else "holdout",
                name=f"{number}.png",
                state="labeled" if concepts else "empty",
                labels=(label,),
                votes=(number,),
            )
        )
        votes.append(VoteRow(digest, "p1", 1, value, "2025-01-01T00:00:00Z"))
    folder = tmp_path_factory.mktemp("several") / "v"
    head = ManifestFields(project="several", kind="choices", classes=entries)
    write_version(folder, head, records=records, votes=votes, open_image=lambda one: io.BytesIO(contents[one.digest]))
    return open_version(folder)


def written(version: Version, name: str, folder: Path, **options: Any) -> dict[str, Any]:
    return contract.write_export(version, FORMATS[name], FolderSink(folder / "out"), options=options)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_the_formats_that_take_several_classes_are_these(version: Version, tmp_path: Path) -> None:
    assert SERVING == ["coco", "csv", "imagefolder", "native"]
    with pytest.raises(ValueError, match="cannot hold labels of kind choices"):
        contract.write_export(version, FORMATS["voc"], FolderSink(tmp_path / "out"), options={})


def test_native_comes_back_whole(version: Version, tmp_path: Path) -> None:
    report = written(version, "native", tmp_path)
    assert "several" not in report["lost"] and "soft_labels" not in report["lost"]
    assert list(open_version(tmp_path / "out").records()) == list(version.records())


def test_the_table_has_a_row_for_each_picture_with_all_its_classes(version: Version, tmp_path: Path) -> None:
    report = written(version, "csv", tmp_path, votes=True)
    assert "several" not in report["lost"]
    rows = {row["digest"]: row for row in rows_of(tmp_path / "out" / "labels.csv")}
    for record in version.records():
        row, concepts = rows[record.digest], list(record.labels[0].value.get("choice", ()))
        assert parted(plain(row["class"])) == [CLASSES[one - 1] for one in concepts]
        assert [int(one) for one in parted(row["class_id"])] == concepts
        assert parted(row["class_index"]) == [str(one - 1) for one in concepts]
        assert parted(plain(row["class_key"])) == [f"k{one - 1}" for one in concepts]
        assert json.loads(row["distribution"]) == dict(record.labels[0].distribution)
    said = {row["digest"]: row for row in rows_of(tmp_path / "out" / "votes.csv")}
    assert {digest: row["class"] for digest, row in said.items()} == {one: row["class"] for one, row in rows.items()}


def test_coco_has_a_tag_for_each_class_and_no_box_and_is_read_again(version: Version, tmp_path: Path) -> None:
    """By COCO's own reader, and by the way in that a zip of it takes: the same classes, splits and empty pictures."""
    with (tmp_path / "set.zip").open("wb") as file, ZipSink(file) as sink:
        report = contract.write_export(version, FORMATS["coco"], sink, options={})
    assert report["lost"]["soft_labels"]["count"] == 10 and "several" not in report["lost"]
    assert report["pictures"]["written"] == 12
    with zipfile.ZipFile(tmp_path / "set.zip") as packed:
        packed.extractall(tmp_path / "out")
    place = {row["digest"]: row["path"] for row in rows_of(tmp_path / "out" / "names.csv")}
    with contextlib.redirect_stdout(io.StringIO()):
        train = COCO(str(tmp_path / "out" / "annotations" / "tags_train.json"))
    assert [one["name"] for one in train.loadCats(train.getCatIds())] == list(CLASSES)
    assert all("bbox" not in one for one in train.anns.values())
    said = {
        f"train/{image['file_name']}": {one["category_id"] for one in train.imgToAnns[number]}
        for number, image in train.imgs.items()
    }
    want = {place[one.digest]: set(one.labels[0].value.get("choice", ())) for one in version.records("train")}
    assert said == want, "category ids are places in the schema from 1, as the concept ids are here"
    found = {}
    source = opened(str(tmp_path / "set.zip"), Limits(picture_bytes=2**20, archive_bytes=2**24))
    for entry in source.entries(0):
        assert isinstance(entry, Item) and entry.page is not None
        page = pages.from_text(pages.to_text(entry.page()))
        found[hashlib.sha256(entry.open().read()).hexdigest()] = (entry.split, pages.tags(page, {}), page.things)
        assert pages.answer(page, {}) == (None if page.tags else {"nothing": True}), "where it is nobody said"
    for record in version.records():
        names = sorted(CLASSES[one - 1] for one in record.labels[0].value.get("choice", ()))
        tags = {"classes": [{"class": name} for name in names]} if names else {"nothing": True}
        assert found[record.digest] == (record.split, tags, ())


def test_folders_hold_what_is_of_one_class_and_count_the_rest(version: Version, tmp_path: Path) -> None:
    report = written(version, "imagefolder", tmp_path)
    assert report["lost"]["several"]["count"] == 6
    assert (report["pictures"]["in_version"], report["pictures"]["written"]) == (12, 4)
    for split in ("train", "holdout"):
        found = torchvision_datasets.ImageFolder(str(tmp_path / "out" / split))
        assert len(found) == 2 and len(found.classes) == 2


@pytest.mark.parametrize("texts", [[], ["a"], ["a", "b"], ["a;b", "c\\"], ["\\;", ";", "x\ny"]])
def test_texts_in_one_cell_come_back(texts: list[str]) -> None:
    assert parted(joined(texts)) == texts
