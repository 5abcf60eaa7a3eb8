"""Every way in keeps the contract: one entry for each thing there, always in the same order, bytes only when asked."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from annotate.codec import Page, Thing, in_pixels
from annotate.codecs import coco
from annotate.datasets import format as contract
from annotate.datasets.archive import ZipSink
from annotate.datasets.formats import FORMATS
from annotate.ingest import layout
from annotate.ingest.source import Item, Limits, Rejected, Unfit, placed, readable_name
from annotate.ingest.sources import LAYOUTS, SOURCES, drawn, opened
from tests.annotate.ingest.hostile import encrypt_in_zip, link_in_zip, write_zip
from tests.make import picture_bytes
from tests.make_boxes import box_version

LIMITS = Limits(picture_bytes=2**20, archive_bytes=2**24)


def _folder(folder: Path) -> str:
    for number, name in enumerate(("train/cat/1.png", "train/dog/2.png", "test/cat/3.png", "loose.png")):
        (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / name).write_bytes(picture_bytes(number))
    return str(folder / "tree")


def _zip(folder: Path) -> str:
    members = {f"{name}/{number}.png": picture_bytes(number) for number, name in enumerate(("cat", "dog", "val/owl"))}
    return str(write_zip(folder / "pictures.zip", members))


def _upload(folder: Path) -> str:
    (folder / "one.png").write_bytes(picture_bytes(1))
    return str(folder / "one.png")


VOC = (
    """<annotation><filename>{name}</filename><size><width>32</width><height>24</height></size>{objects}</annotation>"""
)
VOC_BOX = "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>10</xmax><ymax>24</ymax></bndbox></object>"


def _voc(folder: Path) -> str:
    """Four pictures: two with boxes, one settled as empty, one without annotation; lists of train and test."""
    members: dict[str, bytes] = {f"set/JPEGImages/{n}.png": picture_bytes(n) for n in range(4)}
    for number, objects in enumerate((VOC_BOX, VOC_BOX * 2, "")):
        members[f"set/Annotations/{number}.xml"] = VOC.format(name="lies.png", objects=objects).encode()
    members["set/ImageSets/Main/train.txt"] = b"0\n2\n1\n"
    members["set/ImageSets/Main/test.txt"] = b"1  1\n"
    members["LICENSE"] = b"MIT"
    return str(write_zip(folder / "voc.zip", members))


def _coco(folder: Path) -> str:
    """Five pictures, two files of one name in two splits; the fifth is not in any list."""
    for split, first in (("train2017", 0), ("val2017", 2)):
        names = [f"{n}.png" for n in range(2)]
        images = [{"id": 9 - n, "file_name": name, "width": 32, "height": 24} for n, name in enumerate(names)]
        notes = [{"id": 4, "image_id": 9, "category_id": 44, "bbox": [1.5, 2, 10, 12]}]
        whole = {"images": images, "annotations": notes, "categories": [{"id": 44, "name": "cat"}]}
        (folder / "coco" / split).mkdir(parents=True)
        (folder / "coco" / "annotations").mkdir(exist_ok=True)
        (folder / "coco" / "annotations" / f"instances_{split}.json").write_text(json.dumps(whole))
        for number, name in enumerate(names):
            (folder / "coco" / split / name).write_bytes(picture_bytes(first + number))
    (folder / "coco" / "extra.png").write_bytes(picture_bytes(9))
    return str(folder / "coco")


def _yolo(folder: Path) -> str:
    """Four pictures: a box, an empty file, no file, and one in the test folder."""
    root = folder / "yolo"
    for name in ("images/train/0.png", "images/train/1.png", "images/train/2.png", "images/test/3.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(picture_bytes(int(name[-5])))
    for name, text in (("train/0", "1 0.5 0.5 0.5 0.5\n"), ("train/1", ""), ("test/3", "0 0.5 0.5 1 1\n1 2 2 2 2\n")):
        (root / "labels" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "labels" / f"{name}.txt").write_text(text)
    (root / "data.yaml").write_text("path: ../elsewhere\ntrain: images/train\ntest: images/test\nnames: [cat, dog]\n")
    return str(root)


# One place of each kind; a source without a line here fails.
PLACES: dict[str, Callable[[Path], str]] = {
    "folder": _folder, "zip": _zip, "upload": _upload, "drawn": lambda folder: "drawn:12:3", "voc": _voc,
    "coco": _coco, "yolo": _yolo,
}  # fmt: skip


def entries(place: str, *, start: int = 0) -> list[Item | Rejected]:
    return list(opened(place, LIMITS).entries(start))


def items(place: str) -> list[Item]:
    return [entry for entry in entries(place) if isinstance(entry, Item)]


@pytest.fixture(params=sorted([*SOURCES, *LAYOUTS]))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    found = PLACES[request.param](tmp_path)
    assert opened(found, LIMITS).name == request.param
    return found


def test_it_yields_pictures_with_names(place: str) -> None:
    found = items(place)
    assert found
    assert len({item.name for item in found}) == len(found)
    for item in found:
        with item.open() as stream:
            assert Image.open(io.BytesIO(stream.read())).size
        assert item.split in {"", "train", "holdout"}


def test_it_says_the_same_again_from_any_place_on(place: str) -> None:
    whole = [(entry.name, type(entry)) for entry in entries(place)]
    for start in range(len(whole) + 1):
        assert [(entry.name, type(entry)) for entry in entries(place, start=start)] == whole[start:]


def test_bytes_are_the_same_again(place: str) -> None:
    assert [item.open().read() for item in items(place)] == [item.open().read() for item in items(place)]


def test_no_place_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        opened(str(tmp_path / "nowhere"), LIMITS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1.png", ("", "")), ("cat/1.png", ("", "cat")), ("train/cat/1.png", ("train", "cat")),
        ("a/b/test/cat/1.png", ("holdout", "cat")), ("Valid/cat/1.png", ("train", "cat")),
        ("holdout/1.png", ("holdout", "")), ("pets/cat/1.png", ("", "cat")), ("./cat/1.png", ("", "cat")),
    ],
)  # fmt: skip
def test_folders_say_splits_and_labels(name: str, expected: tuple[str, str]) -> None:
    assert placed(name) == expected


def test_odd_names_become_text_that_can_be_kept() -> None:
    assert readable_name("a\x00b\nc\u202ed\udc80.png") == "a\ufffdb\ufffdc\ufffdd?.png"
    assert readable_name("x" * 2000 + ".png") == ("x" * 996 + ".png")
    assert readable_name("=cmd()|'猫'.png") == "=cmd()|'猫'.png"


class TestFolder:
    def test_links_and_devices_are_listed_and_not_followed(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.png"
        secret.write_bytes(picture_bytes(9))
        root = Path(_folder(tmp_path))
        (root / "link.png").symlink_to(secret)
        (root / "around").symlink_to(root)
        found = entries(str(root))
        assert {entry.name: entry.code for entry in found if isinstance(entry, Rejected)} == {
            "around": "not_regular", "link.png": "not_regular",
        }  # fmt: skip
        assert len(found) == 6

    def test_a_file_turned_link_after_listing_is_not_opened(self, tmp_path: Path) -> None:
        root = Path(_folder(tmp_path))
        item = next(entry for entry in items(str(root)) if entry.name == "loose.png")
        (root / "loose.png").unlink()
        (root / "loose.png").symlink_to(tmp_path)
        with pytest.raises(Unfit):
            item.open()

    def test_litter_and_hidden_files_are_not_pictures(self, tmp_path: Path) -> None:
        root = Path(_folder(tmp_path))
        for name in (".hidden", "Thumbs.db", "__MACOSX/._1.png", ".git/config"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(b"x")
        assert len(entries(str(root))) == 4

    def test_files_over_the_limit_are_refused(self, tmp_path: Path) -> None:
        root = Path(_folder(tmp_path))
        (root / "large.png").write_bytes(b"x" * (LIMITS.picture_bytes + 1))
        with pytest.raises(Unfit) as told:
            next(item for item in items(str(root)) if item.name == "large.png").open()
        assert told.value.code == "too_large"


def outcome(place: Path) -> dict[str, str]:
    """By name: "" for a member that opens, else why not."""
    found = {}
    for entry in entries(str(place)):
        if isinstance(entry, Rejected):
            found[entry.name] = entry.code
            continue
        try:
            entry.open().read()
            found[entry.name] = ""
        except Unfit as unfit:
            found[entry.name] = unfit.code
    return found


class TestZip:
    def test_names_that_point_outside_are_refused_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        bad = ["../up.png", "a/../../up.png", "/root.png", "C:/drive.png", "back\\slash.png"]
        place = write_zip(tmp_path / "slip.zip", {"good.png": picture_bytes(1), **dict.fromkeys(bad, b"x")})
        assert outcome(place) == {"good.png": "", **dict.fromkeys(bad, "unsafe_name")}

    def test_links_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "link.zip", {"good.png": picture_bytes(1)})
        link_in_zip(place, "link.png", "/etc/passwd")
        assert outcome(place) == {"good.png": "", "link.png": "not_regular"}

    def test_encrypted_and_oddly_packed_members_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "locked.zip", {"good.png": picture_bytes(1), "locked.png": picture_bytes(2)})
        encrypt_in_zip(place, "locked.png")
        assert outcome(place) == {"good.png": "", "locked.png": "encrypted"}
        packed = write_zip(tmp_path / "packed.zip", {"bz.png": picture_bytes(1)}, method=12)
        assert outcome(packed) == {"bz.png": "unknown_method"}

    def test_damaged_members_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "bad.zip", {"1.png": picture_bytes(1), "2.png": picture_bytes(2)}, method=0)
        data = bytearray(place.read_bytes())
        data[60] ^= 255
        place.write_bytes(bytes(data))
        assert outcome(place) == {"1.png": "bad_checksum", "2.png": ""}

    def test_a_cut_zip_and_no_zip_are_refused_whole(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "cut.zip", {"1.png": picture_bytes(1)})
        place.write_bytes(place.read_bytes()[:-30])
        with pytest.raises(Unfit) as told:
            entries(str(place))
        assert told.value.code == "bad_archive"

    def test_bombs_are_stopped_on_real_bytes(self, tmp_path: Path) -> None:
        large = b"\0" * (LIMITS.picture_bytes * 8)
        place = write_zip(tmp_path / "bomb.zip", {"good.png": picture_bytes(1), "bomb.png": large})
        assert outcome(place) == {"good.png": "", "bomb.png": "too_large"}
        roomy = Limits(picture_bytes=2**26, archive_bytes=2**26)
        bomb = next(e for e in SOURCES["zip"].read(str(place), roomy) if isinstance(e, Item) and e.name == "bomb.png")
        with pytest.raises(Unfit, match="200 times"):
            bomb.open()

    def test_a_lying_size_is_found_out(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "lie.zip", {"lie.png": picture_bytes(1)}, method=0)
        data = bytearray(place.read_bytes())
        for at in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
            data[at : at + 4] = (9).to_bytes(4, "little")
        place.write_bytes(bytes(data))
        assert outcome(place) == {"lie.png": "bad_checksum"}

    def test_members_that_share_bytes_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "shared.zip", {"1.png": picture_bytes(1), "2.png": picture_bytes(2)}, method=0)
        data = bytearray(place.read_bytes())
        second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
        data[second + 42 : second + 46] = (10).to_bytes(4, "little")
        place.write_bytes(bytes(data))
        assert set(outcome(place).values()) == {"bomb"}

    def test_the_whole_archive_has_a_limit_and_a_count(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "many.zip", {f"{n}.png": picture_bytes(n, size=(90, 90)) for n in range(9)})
        few = Limits(picture_bytes=2**20, archive_bytes=2**20, members=8)
        with pytest.raises(Unfit) as told:
            list(SOURCES["zip"].read(str(place), few))
        assert told.value.code == "too_many_members"
        tight = Limits(picture_bytes=2**20, archive_bytes=len(picture_bytes(0, size=(90, 90))) + 10)
        first, second, *_ = SOURCES["zip"].read(str(place), tight)
        assert isinstance(first, Item)
        assert isinstance(second, Item)

    def test_an_archive_inside_stays_closed(self, tmp_path: Path) -> None:
        inner = write_zip(tmp_path / "inner.zip", {"1.png": picture_bytes(1)})
        place = write_zip(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes(), "2.png": picture_bytes(2)})
        assert outcome(place) == {"inner.zip": "nested_archive", "2.png": ""}

    def test_twin_names_are_both_there(self, tmp_path: Path) -> None:
        place = tmp_path / "twins.zip"
        with pytest.warns(UserWarning, match="Duplicate name"):
            import_twice(place)
        assert [entry.name for entry in entries(str(place))] == ["1.png", "1.png"]
        assert items(str(place))[0].open().read() != items(str(place))[1].open().read()


def import_twice(place: Path) -> None:
    write_zip(place, {"1.png": picture_bytes(1)})
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr("1.png", picture_bytes(2))


class TestDrawn:
    def test_shapes_are_balanced_and_seeds_differ(self) -> None:
        labels = [item.label for item in items("drawn:60:1")]
        assert {labels.count(shape) for shape in drawn.SHAPES} == {10}
        assert [item.open().read() for item in items("drawn:2:1")] != [
            item.open().read() for item in items("drawn:2:2")
        ]

    def test_sizes_are_as_said_and_names_tell_nothing(self) -> None:
        for item in items("drawn:12:5"):
            assert all(96 <= side <= 160 for side in Image.open(item.open()).size)
            assert item.label not in item.name

    @pytest.mark.parametrize("hardship", sorted(set(drawn.HARDSHIPS)))
    def test_each_hardship_can_be_drawn_for_each_shape(self, hardship: str) -> None:
        pictures = {drawn.draw(shape, "1", hardship=hardship) for shape in drawn.SHAPES}
        assert len(pictures) == len(drawn.SHAPES)
        assert drawn.example("star") not in pictures


def pages(place: str) -> dict[str, tuple[str, Page | None]]:
    """Split and page by the name of a picture."""
    return {item.name: (item.split, item.page() if item.page else None) for item in items(place)}


def refused(place: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.code) for entry in entries(place) if isinstance(entry, Rejected)]


CAT = Thing("cat", (0.0, 1.0, 10.0, 24.0))


class TestVoc:
    def test_annotations_belong_to_pictures_by_place_and_lists_say_the_side(self, tmp_path: Path) -> None:
        assert pages(_voc(tmp_path)) == {
            "set/JPEGImages/0.png": ("train", Page("lies.png", 32, 24, (CAT,))),
            "set/JPEGImages/1.png": ("holdout", Page("lies.png", 32, 24, (CAT, CAT))),
            "set/JPEGImages/2.png": ("train", Page("lies.png", 32, 24)),
            "set/JPEGImages/3.png": ("", None),
        }
        assert refused(_voc(tmp_path)) == []

    def test_annotations_beside_their_pictures(self, tmp_path: Path) -> None:
        (tmp_path / "train").mkdir()
        (tmp_path / "train" / "a.png").write_bytes(picture_bytes(1))
        (tmp_path / "train" / "a.xml").write_text(VOC.format(name="a.png", objects=VOC_BOX))
        assert pages(str(tmp_path)) == {"train/a.png": ("train", Page("a.png", 32, 24, (CAT,)))}

    def test_what_belongs_to_no_picture_is_listed_and_what_cannot_be_read_is_told_when_asked(
        self, tmp_path: Path
    ) -> None:
        bomb = b'<!DOCTYPE a [<!ENTITY x "y">]><annotation>&x;</annotation>'
        members = {"JPEGImages/0.png": picture_bytes(0), "Annotations/0.xml": bomb,
                   "Annotations/1.xml": b"<annotation/>", "0.png": picture_bytes(1),
                   "../Annotations/2.xml": b"x"}  # fmt: skip
        place = str(write_zip(tmp_path / "odd.zip", members))
        assert opened(place, LIMITS).name == "voc"
        assert refused(place) == [("../Annotations/2.xml", "unsafe_name"), ("Annotations/1.xml", "no_picture")]
        found = {item.name: item for item in items(place)}
        page = found["JPEGImages/0.png"].page
        assert page is not None
        with pytest.raises(ValueError, match=r"Annotations/0\.xml: it declares entities"):
            page()
        assert found["0.png"].page is None


class TestCoco:
    def test_twin_names_are_told_apart_by_split_and_unlisted_pictures_say_nothing(self, tmp_path: Path) -> None:
        thing = Thing("cat", (1.5, 2.0, 11.5, 14.0))
        found = pages(_coco(tmp_path))
        assert found == {
            "train2017/0.png": ("train", Page("0.png", 32, 24, (thing,))),
            "train2017/1.png": ("train", Page("1.png", 32, 24)),
            "val2017/0.png": ("train", Page("0.png", 32, 24, (thing,))),
            "val2017/1.png": ("train", Page("1.png", 32, 24)),
            "extra.png": ("", None),
        }

    def test_missing_twice_named_and_outside_pictures_are_listed_and_the_rest_goes_in(self, tmp_path: Path) -> None:
        names = ["a.png", "gone.png", "../../etc/passwd", "/etc/passwd", "a.png", "sub/a.png", "C:\\a.png"]
        images = [{"id": n, "file_name": name, "width": 32, "height": 24} for n, name in enumerate(names, start=1)]
        notes = [{"id": 1, "image_id": 99, "category_id": 1, "bbox": [0, 0, 5, 5]}]
        whole = {"images": images, "annotations": notes, "categories": [{"id": 1, "name": "cat"}]}
        members = {"a.png": picture_bytes(1), "test/_annotations.coco.json": json.dumps(whole).encode(),
                   "broken.json": b'{"images": [], "annotations": 3, "categories": []}',
                   "other.json": b"[]"}  # fmt: skip
        place = str(write_zip(tmp_path / "coco.zip", members))
        assert pages(place) == {"a.png": ("holdout", Page("a.png", 32, 24))}
        codes = [code for _, code in refused(place)]
        assert codes == ["bad_annotation", "bad_record", *["no_picture"] * 6]

    @pytest.mark.parametrize("packed", [True, False])
    def test_a_file_larger_than_what_is_read_is_refused_with_the_limit_and_the_rest_goes_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
    ) -> None:
        whole = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [], "categories": []}
        small = json.dumps(whole).encode()
        monkeypatch.setattr(coco, "MOST_BYTES", len(small))
        members = {"a.png": picture_bytes(1), "large.json": small + b" ", "small.json": small}
        place = str(write_zip(tmp_path / "coco.zip", members))
        if not packed:
            place = str(tmp_path / "unpacked")
            zipfile.ZipFile(tmp_path / "coco.zip").extractall(place)
        assert pages(place) == {"a.png": ("", Page("a.png", 0, 0))}
        assert refused(place) == [("large.json", "annotations_too_large")]


class TestYolo:
    def test_files_say_boxes_empty_files_nothing_and_no_file_says_nothing_at_all(self, tmp_path: Path) -> None:
        found = pages(_yolo(tmp_path))
        test, dog = found.pop("images/test/3.png"), Thing("dog", (0.25, 0.25, 0.75, 0.75))
        assert found == {
            "images/train/0.png": ("train", Page("labels/train/0.txt", 1, 1, (dog,), (), True)),
            "images/train/1.png": ("train", Page("labels/train/1.txt", 1, 1, (), (), True)),
            "images/train/2.png": ("train", None),
        }  # fmt: skip
        assert test[0] == "holdout"
        assert test[1] is not None and len(test[1].things) == 2

    def test_folders_say_the_split_where_data_yaml_points_elsewhere(self, tmp_path: Path) -> None:
        members = {"train/images/a.png": picture_bytes(1), "train/labels/a.txt": b"0 0.5 0.5 1 1",
                   "test/images/b.png": b"x", "test/labels/c.txt": b"",
                   "data.yaml": b"train: ../train/images\nval: /content/x\nnames: [cat]"}  # fmt: skip
        place = str(write_zip(tmp_path / "yolo.zip", members))
        assert {name: split for name, (split, _) in pages(place).items()} == {
            "train/images/a.png": "train", "test/images/b.png": "holdout",
        }  # fmt: skip
        assert refused(place) == [("test/labels/c.txt", "no_picture")]

    def test_lists_in_data_yaml_are_followed_within_the_set(self, tmp_path: Path) -> None:
        pictures = {f"set/images/{name}.png": picture_bytes(n) for n, name in enumerate("abcd")}
        lists = {"train.txt": b"./images/a.png\n/home/me/set/images/b.png\n\nC:\\me\\images\\c.png\nimages/gone.png\n",
                 "sub/test.txt": b"../images/b.png\n../../../etc/passwd\n"}  # fmt: skip
        config = b"train: train.txt\nval: ../../outside.txt\ntest: [sub/test.txt]\nnames: [cat]"
        members = {**pictures, "set/labels/a.txt": b"0 0.5 0.5 1 1", "set/data.yaml": config}
        members |= {f"set/{name}": content for name, content in lists.items()}
        place = str(write_zip(tmp_path / "yolo.zip", members))
        assert {name: split for name, (split, _) in pages(place).items()} == {
            "set/images/a.png": "train", "set/images/b.png": "holdout", "set/images/c.png": "train",
            "set/images/d.png": "",
        }  # fmt: skip
        assert refused(place) == [
            ("set/train.txt", "bad_record"), ("../../outside.txt", "no_list"), ("set/sub/test.txt", "bad_record"),
        ]  # fmt: skip


@pytest.mark.parametrize("form", sorted(LAYOUTS))
def test_a_set_is_recognised_by_one_look_at_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    place = PLACES[form](tmp_path)
    looks: list[str] = []
    for name in ("read_zip", "read_folder"):
        look = getattr(layout, name)
        monkeypatch.setattr(layout, name, lambda at, *more, look=look: looks.append(at) or look(at, *more))
    found = opened(place, LIMITS)
    assert len([entry for entry in found.entries(0) if isinstance(entry, Item)]) == found.pictures
    assert looks == [place]


@pytest.mark.parametrize("form", ["voc", "coco", "yolo"])
def test_an_export_comes_back_with_every_box_split_and_empty_picture(tmp_path: Path, form: str) -> None:
    version = box_version(tmp_path / "v", plain=True, whole=True, classes=("b", "a", "no"))
    with (tmp_path / "out.zip").open("wb") as file, ZipSink(file) as sink:
        contract.write_export(version, FORMATS[form], sink, options={})
    place = str(tmp_path / "out.zip")
    assert opened(place, LIMITS).name == form
    assert refused(place) == []
    names = {entry.id: entry.name for entry in version.manifest.classes}
    expected, found = {}, {}
    for record in version.records():
        boxes = record.labels[0].value.get("boxes", ())
        if form == "yolo":  # which has no place for crowds, nor for pictures with nothing else
            boxes = [box for box in boxes if not box.get("crowd")]
            if record.state == "labeled" and not boxes:
                continue
        things = [(names[box["concept"]], tuple(box["box"])) for box in boxes]
        expected[record.digest] = ("holdout" if record.split == "holdout" else "train", things, record.width)
    for item in items(place):
        content = item.open().read()
        width, height = Image.open(io.BytesIO(content)).size
        assert item.page is not None
        page = in_pixels(item.page(), width, height)
        assert page.problems == ()
        things = [(thing.name, thing.box) for thing in page.things]
        found[hashlib.sha256(content).hexdigest()] = (item.split, things, width)
    assert found == expected
