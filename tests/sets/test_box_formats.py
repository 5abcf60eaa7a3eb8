"""What the formats of boxes write is what their own readers read: pycocotools, torchvision, Ultralytics' layout."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image
from pycocotools.coco import COCO
from torchvision import datasets as torchvision_datasets

from annotate.codecs import coco, voc, yolo
from annotate.datasets import format as contract
from annotate.datasets.archive import FolderSink
from annotate.datasets.formats import FORMATS
from annotate.kinds.box import FLAGS
from annotate.manifest.read import Version
from annotate.manifest.schema import Record
from tests.make_boxes import box_version

SPLITS = {"train": "train", "val": "val", "test": "holdout"}
Boxes = list[tuple[str, tuple[float, ...], tuple[str, ...]]]


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return box_version(tmp_path_factory.mktemp("boxes") / "v", plain=True, classes=("b", "a", "never", "10", "no"))


def written(version: Version, name: str, folder: Path, **options: Any) -> dict[str, Any]:
    return contract.write_export(version, FORMATS[name], FolderSink(folder), options=options)


def truth(version: Version, record: Record, held: tuple[str, ...] = FLAGS, *, crowd: str = "crowd") -> Boxes:
    """`crowd`: the flag as which a dialect writes a crowd, "" where it leaves crowds out."""
    names = {entry.id: entry.name for entry in version.manifest.classes}
    boxes = record.labels[0].value.get("boxes", []) if record.labels else []
    told = [(one, {flag for flag in FLAGS if one.get(flag)}) for one in boxes]
    return [
        (names[one["concept"]], tuple(one["box"]), tuple(f for f in FLAGS if f in _as_written(flags, crowd) & {*held}))
        for one, flags in told
        if crowd or "crowd" not in flags
    ]


def _as_written(flags: set[str], crowd: str) -> set[str]:
    return flags | {crowd} if "crowd" in flags else flags


def by_digest(version: Version, split: str) -> dict[str, Record]:
    return {record.digest: record for record in version.records(SPLITS[split])}


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("split", SPLITS)
def test_pycocotools_reads_every_box_of_every_split(version: Version, tmp_path: Path, split: str) -> None:
    written(version, "coco", tmp_path / "out")
    found = COCO(str(tmp_path / "out" / "annotations" / f"instances_{split}.json"))
    records = by_digest(version, split)
    assert records
    assert len(found.getImgIds()) == len(records)
    assert min(found.getImgIds()) == 1
    listed = [(one["id"], one["name"]) for one in found.loadCats(found.getCatIds())]
    assert listed == [(entry.index + 1, entry.name) for entry in version.manifest.classes]
    names = dict(listed)
    for image in found.loadImgs(found.getImgIds()):
        record = records.pop(digest_of(tmp_path / "out" / split / image["file_name"]))
        assert (image["width"], image["height"]) == (record.width, record.height)
        read: Boxes = []
        for one in found.loadAnns(found.getAnnIds(imgIds=image["id"])):
            assert one["id"] >= 1
            x, y, width, height = one["bbox"]
            box = tuple(round(value, 2) for value in (x, y, x + width, y + height))
            flags = {**one.get("attributes", {}), "crowd": bool(one["iscrowd"])}
            read.append((names[one["category_id"]], box, tuple(flag for flag in FLAGS if flags.get(flag))))
            assert one["area"] == pytest.approx(width * height, abs=1e-3)
            if one["iscrowd"]:
                mask = found.annToMask(one)
                assert mask.shape == (record.height, record.width)
                rows, columns = mask.nonzero()
                assert abs(columns.min() - x) <= 1 and abs(columns.max() + 1 - x - width) <= 1
                assert abs(rows.min() - y) <= 1 and abs(rows.max() + 1 - y - height) <= 1
                assert len(rows) == (rows.max() - rows.min() + 1) * (columns.max() - columns.min() + 1)
        assert read == truth(version, record)
    assert records == {}


@pytest.mark.parametrize("split", SPLITS)
def test_torchvision_reads_coco(version: Version, tmp_path: Path, split: str) -> None:
    out = tmp_path / "out"
    written(version, "coco", out)
    found = torchvision_datasets.CocoDetection(str(out / split), str(out / "annotations" / f"instances_{split}.json"))
    records = by_digest(version, split)
    assert len(found) == len(records)
    sizes = Counter(found[place][0].size for place in range(len(found)))
    assert sizes == Counter((record.width, record.height) for record in records.values())
    assert sum(len(found[place][1]) for place in range(len(found))) == sum(
        len(truth(version, record)) for record in records.values()
    )


@pytest.mark.parametrize(("split", "holds"), [("train", ("train",)), ("val", ("val",)), ("test", ("test",)),
                                              ("trainval", ("train", "val"))])  # fmt: skip
def test_torchvision_reads_voc(tmp_path: Path, split: str, holds: tuple[str, ...]) -> None:
    version = box_version(tmp_path / "v", plain=True, whole=True)
    written(version, "voc", tmp_path / "out")
    found = torchvision_datasets.VOCDetection(str(tmp_path / "out"), year="2007", image_set=split)
    records = {digest: record for one in holds for digest, record in by_digest(version, one).items()}
    assert len(found) == len(records)
    for place in range(len(found)):
        record = records.pop(digest_of(Path(found.images[place])))
        picture, target = found[place]
        said = target["annotation"]
        assert picture.size == (record.width, record.height)
        assert (int(said["size"]["width"]), int(said["size"]["height"])) == picture.size
        assert Path(found.images[place]).name == said["filename"]
        read: Boxes = []
        for one in said.get("object", []):
            xmin, ymin, xmax, ymax = (int(one["bndbox"][key]) for key in ("xmin", "ymin", "xmax", "ymax"))
            assert 1 <= xmin <= xmax <= record.width and 1 <= ymin <= ymax <= record.height
            box = (float(xmin - 1), float(ymin - 1), float(xmax), float(ymax))
            read.append((one["name"], box, tuple(flag for flag in FLAGS if one.get(flag) == "1")))
        assert read == truth(version, record, voc.HELD, crowd="difficult")
    assert records == {}


def strict_yolo(root: Path, split: str) -> dict[str, Boxes]:
    """By digest, what Ultralytics' rules read: the pictures of a folder, labels where images is called labels."""
    config = yaml.safe_load((root / "data.yaml").read_text("utf-8"))
    assert set(config) <= {"path", "train", "val", "test", "names"} and {"train", "val", "names"} <= set(config)
    assert list(config["names"]) == list(range(len(config["names"])))
    assert all(isinstance(name, str) for name in config["names"].values())
    base = root / config.get("path", ".")
    found: dict[str, Boxes] = {}
    for picture in sorted((base / config[split]).iterdir()):
        head, _, tail = str(picture).rpartition("/images/")
        labels = Path(f"{head}/labels/{tail}").with_suffix(".txt")
        with Image.open(picture) as opened:
            width, height = opened.size
        boxes: Boxes = []
        for line in labels.read_text("ascii").splitlines() if labels.exists() else ():
            cells = line.split(" ")
            assert len(cells) == 5
            cx, cy, w, h = (float(cell) for cell in cells[1:])
            assert all(0 <= value <= 1 for value in (cx, cy, w, h))
            corners = ((cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height)
            boxes.append((config["names"][int(cells[0])], tuple(round(value, 2) + 0.0 for value in corners), ()))
        found[digest_of(picture)] = boxes
    return found


@pytest.mark.parametrize("split", SPLITS)
def test_ultralytics_rules_read_yolo(version: Version, tmp_path: Path, split: str) -> None:
    lost = written(version, "yolo", tmp_path / "out")["lost"]
    read = strict_yolo(tmp_path / "out", split)
    told = {digest: truth(version, record, (), crowd="") for digest, record in by_digest(version, split).items()}
    only = [d for d, record in by_digest(version, split).items() if truth(version, record) and not told[d]]
    assert read == {digest: boxes for digest, boxes in told.items() if digest not in only}
    assert sum(map(len, read.values()))
    settled = [record for one in SPLITS for record in by_digest(version, one).values()]
    crowds = sum("crowd" in flags for record in settled for _, _, flags in truth(version, record))
    assert lost["crowds"]["count"] == crowds > 0
    assert lost["only_crowds"]["count"] == sum(
        all("crowd" in flags for _, _, flags in truth(version, record)) for record in settled if truth(version, record)
    )


def test_yolo_of_a_version_that_validates_on_nothing_is_read_all_the_same(tmp_path: Path) -> None:
    version = box_version(tmp_path / "v", plain=True, pictures=2)
    assert version.manifest.counts["splits"]["val"] == 0
    lost = written(version, "yolo", tmp_path / "out")["lost"]
    assert lost["no_validation"]["count"] == 1
    assert strict_yolo(tmp_path / "out", "val") == strict_yolo(tmp_path / "out", "train") != {}


def test_classes_keep_their_numbers_whatever_they_are_called(version: Version, tmp_path: Path) -> None:
    written(version, "yolo", tmp_path / "out")
    config = yolo.read_config((tmp_path / "out" / "data.yaml").read_bytes(), name="data.yaml")
    assert dict(config.names) == {entry.index: entry.name for entry in version.manifest.classes}
    assert yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())["names"][4] == "no"


@pytest.mark.parametrize("name", ["voc", "coco", "yolo"])
def test_settled_as_empty_is_apart_from_not_labeled(tmp_path: Path, name: str) -> None:
    version = box_version(tmp_path / "v")
    counts = Counter((record.state, bool(record.split)) for record in version.records())
    for include in ("labeled", "settled", "all"):
        out = tmp_path / include
        report = written(version, name, out, include=include)
        inside = list(pictures_in(out, name))
        wanted = counts["labeled", True] + (counts["empty", True] if include != "labeled" else 0)
        wanted -= report["lost"].get("only_crowds", {"count": 0})["count"]
        assert len(inside) == wanted
        aside = Counter(path.relative_to(out).parts[1] for path in (out / "without_labels").rglob("*.[jp][pn]g"))
        expected = {
            state: sum(counts[state, known] for known in (True, False)) for state in ("unresolved", "unlabeled")
        }
        assert aside == (expected if include == "all" else {})
        assert report["pictures"]["written"] == wanted + sum(aside.values())
    if name == "yolo":
        empties = [path for path in (tmp_path / "all" / "labels").rglob("*.txt") if not path.read_bytes()]
        assert len(empties) == counts["empty", True]


def pictures_in(out: Path, name: str) -> list[Path]:
    """The pictures that a reader of the layout finds in a split."""
    if name == "coco":
        found = []
        for split in SPLITS:
            listed = coco.read((out / "annotations" / f"instances_{split}.json").read_bytes(), name=split)
            assert listed.problems == ()
            found += [out / split / page.picture for page in listed.pages]
        return found
    if name == "voc":
        base = out / "VOCdevkit" / "VOC2007"
        lists = [(base / "ImageSets" / "Main" / f"{split}.txt").read_text().split() for split in SPLITS]
        stems = {stem for one in lists for stem in one}
        assert stems == {path.stem for path in (base / "Annotations").iterdir()}
        return [path for path in (base / "JPEGImages").iterdir() if path.stem in stems]
    return list((out / "images").rglob("*.*"))


@pytest.mark.parametrize(("name", "held"), [("voc", voc.HELD), ("coco", coco.HELD), ("yolo", yolo.HELD)])
def test_what_a_dialect_cannot_hold_is_counted(
    version: Version, tmp_path: Path, name: str, held: tuple[str, ...]
) -> None:
    lost = {key: one["count"] for key, one in written(version, name, tmp_path / "out")["lost"].items()}
    boxes = [box for record in version.records() for label in record.labels for box in label.value.get("boxes", ())]
    if name == "yolo":
        boxes = [box for box in boxes if not box.get("crowd")]
    assert lost["box_confidences"] == len(boxes)
    expected = sum(any(box.get(flag) and flag not in held for flag in FLAGS) for box in boxes)
    assert lost.get("flags", 0) == expected
    assert (expected > 0) == (name != "coco")
    assert ("coordinates" in lost) == (name == "voc")


def test_a_box_of_a_class_that_the_manifest_does_not_list_is_never_written(tmp_path: Path) -> None:
    version = box_version(tmp_path / "v", plain=True)
    object.__setattr__(version.manifest, "classes", version.manifest.classes[:1])
    for name in ("voc", "coco", "yolo"):
        with pytest.raises(ValueError, match=r"record [0-9a-f]{64}: class \d+ is not in the manifest"):
            written(version, name, tmp_path / name)


def test_names_that_readers_would_take_for_one_stay_apart(tmp_path: Path) -> None:
    version = box_version(tmp_path / "v", classes=("cell", "cell", "cell-1", "a\tb", "a b", ""), plain=True)
    written(version, "coco", tmp_path / "out")
    listed = json.loads((tmp_path / "out" / "annotations" / "instances_train.json").read_text())["categories"]
    assert [one["name"] for one in listed] == ["cell", "cell-1_", "cell-1", "a b", "a b-4", "_"]
