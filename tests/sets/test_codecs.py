"""Every dialect of boxes comes back as it was, and no hostile file gets further than its own refusal."""

import json
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate import codec
from annotate.codec import Page, Thing
from annotate.codecs import CODECS, coco, voc, yolo
from annotate.kind import Box
from annotate.kinds import box
from annotate.kinds.box import FLAGS

NAMES = (
    "RBC",
    "WBC",
    "no",
    "3",
    "a: b",
    "'quote\" & <tag>",
    "猫",
    "\U0001f600 face",
    "null",
    "x" * 200,
    "- dash",
    "ß#1",
)
NUMBERS = {name: place for place, name in enumerate(NAMES)}


@st.composite
def pages(draw: st.DrawFn, *, whole: bool, held: tuple[str, ...]) -> Page:
    """A page of boxes that fit; `whole`: on whole pixels, as VOC holds them."""
    unit = 1 if whole else 100
    width, height = (draw(st.integers(1, 9000)) for _ in range(2))
    things = []
    for _ in range(draw(st.integers(0, 6))):
        spans = []
        for most in (width, height):
            low = draw(st.integers(0, (most - 1) * unit))
            spans.append((low / unit, draw(st.integers(low + unit, most * unit)) / unit))
        (x0, x1), (y0, y1) = spans
        flags = tuple(flag for flag in FLAGS if flag in held and draw(st.booleans()))
        things.append(Thing(draw(st.sampled_from(NAMES)), (x0, y0, x1, y1), flags))
    return Page("some picture.jpg", width, height, tuple(things))


def through_voc(page: Page) -> Page:
    return voc.read(voc.write(page), name=page.picture)


def through_yolo(page: Page) -> Page:
    config = yolo.read_config(b"".join(yolo.write_config(NAMES, {"train": "images/train"})), name="data.yaml")
    assert dict(config.names) == dict(enumerate(NAMES))
    read = yolo.read(yolo.write(page, numbers=NUMBERS), name=page.picture, names=config.names)
    return codec.in_pixels(read, page.width, page.height)


def through_coco(page: Page) -> Page:
    size = (page.width, page.height)
    parts = {
        "images": [coco.image_json(page, 1)],
        "annotations": [
            coco.annotation_json(thing, place, image=1, category=NUMBERS[thing.name] + 1, size=size)
            for place, thing in enumerate(page.things, start=1)
        ],
        "categories": [coco.category_json(name, number + 1) for name, number in NUMBERS.items()],
    }
    found = coco.read(b"".join(coco.write(parts)), name="instances.json")
    assert found.problems == ()
    assert found.names == NAMES
    (read,) = found.pages
    # Flags come back in the dialect's own order.
    things = [Thing(one.name, one.box, tuple(flag for flag in FLAGS if flag in one.flags)) for one in read.things]
    return Page(read.picture, read.width, read.height, tuple(things), read.problems)


THROUGH: dict[str, tuple[Callable[[Page], Page], bool]] = {
    "voc": (through_voc, True), "coco": (through_coco, False), "yolo": (through_yolo, False),
}  # fmt: skip


@pytest.mark.parametrize("name", CODECS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_page_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    through, whole = THROUGH[name]
    page = data.draw(pages(whole=whole, held=CODECS[name].HELD))
    assert through(page) == page


@settings(max_examples=200, deadline=None)
@given(page=pages(whole=False, held=()))
def test_voc_moves_no_corner_by_more_than_half_a_pixel_and_keeps_every_box(page: Page) -> None:
    read = through_voc(page)
    assert read.problems == ()
    for before, after in zip(page.things, read.things, strict=True):
        for low in (0, 1):
            longer = before.box[low + 2] - before.box[low] >= 1.5
            for one, other in ((before.box[low], after.box[low]), (before.box[low + 2], after.box[low + 2])):
                assert abs(one - other) <= (0.5 if longer else 1.0) + 1e-9


def test_the_whole_picture_in_each_dialect() -> None:
    page = Page("p.jpg", 640, 480, (Thing("RBC", (0.0, 0.0, 640.0, 480.0)),))
    assert b"<xmin>1</xmin><ymin>1</ymin><xmax>640</xmax><ymax>480</ymax>" in voc.write(page)
    assert yolo.write(page, numbers=NUMBERS) == b"0 0.5 0.5 1 1\n"
    entry = json.loads(coco.annotation_json(page.things[0], 1, image=1, category=1, size=(640, 480)))
    assert (entry["bbox"], entry["area"], entry["id"]) == ([0.0, 0.0, 640.0, 480.0], 307200.0, 1)
    for through, _ in THROUGH.values():
        assert through(page) == page


class TestOneRuleForCoordinates:
    @pytest.mark.parametrize(("given", "kept"), [
        ((-0.5, 0, 10, 10), (0, 0, 10, 10)), ((0, 0, 10.4, 10.5), (0, 0, 10, 10)), ((9, 9, 10, 10), (9, 9, 10, 10)),
        ((1.004, 1, 3.006, 9), (1.0, 1, 3.01, 9)),
    ])  # fmt: skip
    def test_what_fits_within_half_a_pixel_is_cut_to_it(self, given: Box, kept: Box) -> None:
        assert box.fitted(given, 10, 10) == kept

    @pytest.mark.parametrize(("given", "why"), [
        ((-0.6, 0, 10, 10), "beyond"), ((0, 0, 10, 11), "beyond"), ((5, 0, 4, 10), "wrong way"),
        ((0, 0, 0.5, 10), "less than a pixel"), ((0, 0, float("nan"), 10), "finite"),
        ((0, 0, float("inf"), 10), "finite"), ((-0.5, 0, 0.9, 9), "less than a pixel"),
    ])  # fmt: skip
    def test_the_rest_is_refused(self, given: Box, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            box.fitted(given, 10, 10)

    @pytest.mark.parametrize("value", [True, "1", None, [1], float("nan"), float("-inf"), 10**400])
    def test_what_is_no_number(self, value: object) -> None:
        with pytest.raises(ValueError, match="the width is no"):
            box.number(value, "the width")


def voc_with(boxes: str, *, size: str = "<size><width>10</width><height>10</height></size>") -> bytes:
    return f"<annotation><filename>a.jpg</filename>{size}{boxes}</annotation>".encode()


def voc_object(corners: str, name: str = "cat") -> str:
    values = dict(zip(("xmin", "ymin", "xmax", "ymax"), corners.split(), strict=False))
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in values.items())
    return f"<object><name>{name}</name><bndbox>{inner}</bndbox></object>"


class TestVoc:
    def test_it_is_one_based_and_inclusive(self) -> None:
        page = voc.read(voc_with(voc_object("1 1 10 10") + voc_object("3 4 3 4")), name="a.xml")
        assert [thing.box for thing in page.things] == [(0, 0, 10, 10), (2, 3, 3, 4)]

    @pytest.mark.parametrize("corners", [
        "0 -9 5 5", "1 1 11.6 5", "5 5 3 9", "nan 1 5 5", "inf 1 5 5", "1 1 5", "one 1 5 5", "1e99 1 5 5", "١ 1 5 5",
        "9" * 400 + " 1 5 5", "1_0 1 5 5",
    ])  # fmt: skip
    def test_a_bad_object_is_listed_and_the_rest_goes_in(self, corners: str) -> None:
        page = voc.read(voc_with(voc_object("1 1 2 2") + voc_object(corners) + voc_object("3 3 4 4")), name="a.xml")
        assert len(page.things) == 2
        (problem,) = page.problems
        assert problem.startswith("a.xml: object 2 is left out: ")

    def test_objects_without_name_or_box_are_listed(self) -> None:
        page = voc.read(voc_with(voc_object("1 1 2 2", " ") + "<object><name>cat</name></object>"), name="a.xml")
        assert [problem.split(": ", 2)[2] for problem in page.problems] == [
            "its class has no name, or one of more than 200 characters", "it has no bndbox",
        ]  # fmt: skip

    def test_a_size_that_is_none_is_unknown(self) -> None:
        for size in ("", "<size><width>0</width><height>-4</height></size>", "<size><width>x</width></size>"):
            page = voc.read(voc_with(voc_object("1 1 900 900"), size=size), name="a.xml")
            assert (page.width, page.height, page.things[0].box) == (0, 0, (0, 0, 900, 900))

    @pytest.mark.parametrize("content", [
        b"", b"no xml", b"<annotation>", b"<other/>", b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='rot13'?><annotation/>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><annotation>&x;</annotation>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>',
        b'<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><annotation>&b;</annotation>',
        b"<!DOCTYPE annotation><annotation/>",
    ])  # fmt: skip
    def test_a_file_that_is_no_annotation_is_refused_whole_and_by_name(self, content: bytes) -> None:
        with pytest.raises(ValueError, match=r"a\.xml: "):
            voc.read(content, name="a.xml")

    def test_depth_and_size_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        deep = b"<annotation>" + b"<object>" * 50_000 + b"</object>" * 50_000 + b"</annotation>"
        assert voc.read(deep, name="a.xml").things == ()
        monkeypatch.setattr(voc, "MOST_BYTES", 10)
        with pytest.raises(ValueError, match=r"a\.xml: an annotation of more"):
            voc.read(voc_with(""), name="a.xml")

    def test_more_objects_than_a_picture_may_have(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(voc, "MOST", 2)
        page = voc.read(voc_with(voc_object("1 1 2 2") * 5), name="a.xml")
        assert (len(page.things), len(page.problems)) == (2, 1)


def coco_with(**parts: object) -> bytes:
    whole = {
        "images": [{"id": 7, "file_name": "a.jpg", "width": 10, "height": 10}],
        "categories": [{"id": 90, "name": "cat"}, {"id": 3, "name": "dog"}],
        "annotations": [],
        **parts,
    }
    return json.dumps(whole).encode()


class TestCoco:
    def test_ids_have_holes_and_any_order(self) -> None:
        notes = [{"id": 5, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]},
                 {"id": 1, "image_id": 7, "category_id": 90, "bbox": [0, 0, 10, 10], "iscrowd": 1}]  # fmt: skip
        found = coco.read(coco_with(annotations=notes), name="i.json")
        assert found.names == ("cat", "dog")
        assert found.pages[0].things == (Thing("dog", (1, 2, 4, 6)), Thing("cat", (0, 0, 10, 10), ("crowd",)))

    @pytest.mark.parametrize("bbox", [
        [1, 1, 0, 4], [1, 1, -2, 4], [1, 1, 2], None, [True, 1, 2, 2], ["1", 1, 2, 2], [8, 8, 4, 1], [-3, 0, 5, 5],
        [float("nan"), 1, 2, 2], [1, 1, float("inf"), 2], [10**400, 1, 2, 2], [1, 1, 0.4, 5], {"x": 1},
    ])  # fmt: skip
    def test_a_bad_box_is_listed_and_the_rest_goes_in(self, bbox: object) -> None:
        good = {"id": 2, "image_id": 7, "category_id": 90, "bbox": [1, 1, 2, 2]}
        found = coco.read(coco_with(annotations=[{**good, "id": 1, "bbox": bbox}, good]), name="i.json")
        assert len(found.pages[0].things) == 1
        (problem,) = found.pages[0].problems
        assert problem.startswith("i.json: annotation 1 is left out: ")

    def test_dangling_and_malformed_records_are_listed(self) -> None:
        good = {"id": 2, "image_id": 7, "category_id": 90, "bbox": [1, 1, 2, 2]}
        notes = [{**good, "image_id": 8}, {**good, "category_id": 91}, {**good, "image_id": True}, "x", None,
                 {**good, "image_id": "7"}, {**good, "category_id": [90]}, {**good, "image_id": {}}]  # fmt: skip
        images = [{"id": 7, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg"}, {"file_name": "c.jpg"}, 4,
                  {"id": 9, "file_name": ""}]  # fmt: skip
        kinds = [
            {"id": 90, "name": "cat"},
            {"id": 90, "name": "cow"},
            {"id": 1, "name": None},
            {"id": 2, "name": "\x00"},
        ]
        found = coco.read(coco_with(annotations=notes, images=images, categories=kinds), name="i.json")
        assert [page.picture for page in found.pages] == ["a.jpg"]
        assert len(found.pages[0].problems) == 2
        assert len(found.problems) == 6 + 4 + 3
        assert all(problem.startswith("i.json: ") for problem in found.problems)

    @pytest.mark.parametrize("content", [
        b"", b"[]", b"{", b"null", b'{"images": [], "annotations": {}}', b"\xff", b"[" * 200_000, b'{"a":' * 200_000,
        b'{"images": [], "annotations": [], "categories": ' + b"9" * 5000 + b"}",
    ])  # fmt: skip
    def test_what_is_no_coco_file_is_refused_whole_and_by_name(self, content: bytes) -> None:
        with pytest.raises(ValueError, match=r"i\.json: "):
            coco.read(content, name="i.json")


class TestYolo:
    NAMES = {0: "cat", 5: "dog"}

    @pytest.mark.parametrize("line", [
        "1 0.5 0.5 0.1 0.1", "-1 0.5 0.5 0.1 0.1", "0 0.5 0.5 0.1", "0 0.5 0.5 0.1 0.1 0.9", "0 nan 0.5 0.1 0.1",
        "0 inf 0.5 0.1 0.1", "0 0.5 0.5 0 0.1", "0 0.5 0.5 -0.1 0.1", "0 320 240 64 48", "x 0.5 0.5 0.1 0.1",
        "0.0 0.5 0.5 0.1 0.1", "² 0.5 0.5 0.1 0.1", "0 0_1 0.5 0.1 0.1", "9" * 400 + " 0.5 0.5 0.1 0.1",
    ])  # fmt: skip
    def test_a_bad_line_is_listed_and_the_rest_goes_in(self, line: str) -> None:
        text = f"0 0.5 0.5 0.5 0.5\n{line}\n5 0.5 0.5 1 1\n\n"
        page = yolo.read(text.encode(), name="a.txt", names=self.NAMES)
        assert [thing.name for thing in page.things] == ["cat", "dog"]
        (problem,) = page.problems
        assert problem.startswith("a.txt: line 2 is left out: ")

    def test_a_missing_file_says_that_nothing_is_there(self) -> None:
        assert yolo.read(None, name="a.txt", names=self.NAMES) == Page("a.txt", 1, 1, relative=True)
        assert yolo.read(b"\n", name="a.txt", names=self.NAMES).things == ()

    def test_how_far_outside_is_known_with_the_picture(self) -> None:
        page = yolo.read(b"0 0.5 0.5 1.01 1\n0 0.5 0.5 1.2 1\n", name="a.txt", names=self.NAMES)
        small = codec.in_pixels(page, 10, 10)
        assert [thing.box for thing in small.things] == [(0, 0, 10, 10)]
        assert "a box of cat is left out: it reaches 1 pixels beyond" in small.problems[0]

    def test_bytes_that_are_no_text_are_refused_by_name(self) -> None:
        with pytest.raises(ValueError, match=r"a\.txt: this is no text"):
            yolo.read(b"\xff\xfe\x00", name="a.txt", names=self.NAMES)

    @pytest.mark.parametrize(("text", "names"), [
        ("names: [a, b]", {0: "a", 1: "b"}), ("names: {0: a, 7: b}", {0: "a", 7: "b"}),
        ("names: [no, 3, ~x]", {0: "no", 1: "3", 2: "~x"}), ("names: ['no']\nval: [a, b]", {0: "no"}),
    ])  # fmt: skip
    def test_names_by_number(self, text: str, names: dict[int, str]) -> None:
        assert dict(yolo.read_config(text.encode(), name="data.yaml").names) == names

    @pytest.mark.parametrize("text", [
        "", "[]", "names: {}", "names: 3", "names: {-1: a}", "names: {x: a}", "names: {true: a}", "a: [", "names: ['']",
        "names: !!python/object/apply:os.system [ls]", "a: &a [x]\nb: [*a, *a]\nnames: [a]", "[" * 3000, "\x00",
    ])  # fmt: skip
    def test_what_is_no_configuration_is_refused_whole_and_by_name(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"data\.yaml: "):
            yolo.read_config(text.encode(), name="data.yaml")

    @pytest.mark.parametrize(("picture", "labels"), [
        ("images/train/a.jpg", "labels/train/a.txt"), ("d/images/a.b.jpg", "d/labels/a.b.txt"),
        ("images/images/a.jpg", "images/labels/a.txt"), ("a.jpg", "a.txt"), ("images/a", "labels/a.txt"),
        ("train/a.jpg", "train/a.txt"),
    ])  # fmt: skip
    def test_labels_lie_where_images_is_called_labels(self, picture: str, labels: str) -> None:
        assert yolo.label_path(picture) == labels


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
@pytest.mark.parametrize("name", CODECS)
def test_any_bytes_are_read_or_refused_by_name(name: str, content: bytes) -> None:
    module: ModuleType = CODECS[name]
    try:
        if name == "yolo":
            module.read(content, name="the file", names={0: "cat"})
            module.read_config(content, name="the file")
        else:
            module.read(content, name="the file")
    except ValueError as error:
        assert str(error).startswith("the file: ")
