"""COCO detection and tags: one JSON file with images, annotations and categories.

`bbox` is [x, y, width, height] in pixels from the upper left corner, fractions allowed. Ids are whole numbers with
holes: they are mapped, never counted with. Written ids start at 1, because the reference evaluator takes a match with
id 0 for none. `iscrowd` 1 means that the area is a run-length mask, so a crowd is written with the mask of its box. An
annotation with neither bbox nor segmentation is a tag: its category is on the image, and it does not say where, as in
the files of the iNaturalist challenges.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeGuard

from annotate.codec import Page, Thing, class_name, side
from annotate.kind import Box
from annotate.kinds.box import MOST, fitted, number

# Flags that COCO has no word for stand in `attributes`, where other tools put them too.
HELD: Final = ("crowd", "occluded", "truncated", "difficult")
MOST_BYTES: Final = 512 * 2**20
PARTS: Final = ("images", "annotations", "categories")


@dataclass(frozen=True)
class Document:
    """A whole file: a page for every image that it lists, and sentences on records that belong to none."""

    pages: tuple[Page, ...]
    names: tuple[str, ...]
    problems: tuple[str, ...]


def read(content: bytes, *, name: str) -> Document:
    """What a file says, in the order of its images. ValueError where it is no COCO file; bad records are listed."""
    found = _parsed(content, name)
    problems: list[str] = []
    categories = _categories(found["categories"], name, problems)
    images = _images(found["images"], name, problems)
    things: dict[int, list[Thing]] = {number: [] for number in images}
    tags: dict[int, list[str]] = {number: [] for number in images}
    left_out: dict[int, list[str]] = {number: [] for number in images}
    for place, record in enumerate(found["annotations"]):
        where = f"{name}: annotation {_told(record, place)}"
        image = record.get("image_id") if isinstance(record, dict) else None
        if not _is_id(image) or image not in images:
            problems.append(f"{where} is left out: it belongs to no image of the file")
            continue
        try:
            if len(things[image]) >= MOST:
                raise ValueError(f"its image has {MOST} objects already")
            if "bbox" not in record and not record.get("segmentation"):
                tags[image].append(_category(record, categories))
            else:
                things[image].append(_thing(record, categories, images[image]))
        except ValueError as error:
            left_out[image].append(f"{where} is left out: {error}")
    pages = tuple(
        replace(
            page,
            things=tuple(things[key]),
            problems=tuple(left_out[key]),
            tags=tuple(dict.fromkeys(tags[key])),
        )
        for key, page in images.items()
    )
    return Document(pages, tuple(dict.fromkeys(categories.values())), tuple(problems))


def image_json(page: Page, number: int) -> bytes:
    """The entry of a page under `images`."""
    return _json({"id": number, "file_name": page.picture, "width": page.width, "height": page.height})


def annotation_json(thing: Thing, number: int, *, image: int, category: int, size: tuple[int, int]) -> bytes:
    """The entry of an object under `annotations`; `size` is the picture's width and height."""
    x0, y0, x1, y1 = thing.box
    crowd = "crowd" in thing.flags
    width, height = round(x1 - x0, 4), round(y1 - y0, 4)
    entry: dict[str, Any] = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": [x0, y0, width, height],
        "area": round(width * height, 4),
        "iscrowd": int(crowd),
        "segmentation": _mask(thing.box, size) if crowd else [],
    }
    if flags := {flag: True for flag in HELD[1:] if flag in thing.flags}:
        entry["attributes"] = flags
    return _json(entry)


def tag_json(number: int, *, image: int, category: int) -> bytes:
    """The entry under `annotations` of a class that is on a picture, and not where."""
    return _json({"id": number, "image_id": image, "category_id": category})


def category_json(name: str, number: int) -> bytes:
    """The entry of a class under `categories`."""
    return _json({"id": number, "name": name, "supercategory": ""})


def write(parts: Mapping[str, Iterable[bytes]]) -> Iterator[bytes]:
    """A whole file in pieces, from the entries of each of PARTS, which are read once and never held."""
    yield b'{"info": {"description": "Fovea"}, "licenses": []'
    for part in PARTS:
        yield f',\n"{part}": ['.encode()
        for place, entry in enumerate(parts[part]):
            yield (b",\n" if place else b"\n") + entry
        yield b"]"
    yield b"}\n"


def _parsed(content: bytes, name: str) -> dict[str, list[Any]]:
    if len(content) > MOST_BYTES:
        raise ValueError(f"{name}: a file of more than {MOST_BYTES // 2**20} MB is not read")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}: this is no JSON ({error})") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(part), list) for part in PARTS):
        raise ValueError(f"{name}: a COCO file has the lists images, annotations and categories")
    return found


def _is_id(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _told(record: Any, place: int) -> str:
    found = record.get("id") if isinstance(record, dict) else None
    return str(found) if _is_id(found) and abs(found) < 10**18 else f"at place {place}"


def _categories(records: list[Any], name: str, problems: list[str]) -> dict[int, str]:
    names: dict[int, str] = {}
    for place, record in enumerate(records):
        try:
            if not isinstance(record, dict) or not _is_id(record.get("id")):
                raise ValueError("it has no whole number as id")
            if record["id"] in names:
                raise ValueError("its id came before")
            names[record["id"]] = class_name(record.get("name"))
        except ValueError as error:
            problems.append(f"{name}: category {_told(record, place)} is left out: {error}")
    return names


def _images(records: list[Any], name: str, problems: list[str]) -> dict[int, Page]:
    pages: dict[int, Page] = {}
    for place, record in enumerate(records):
        try:
            if not isinstance(record, dict) or not _is_id(record.get("id")):
                raise ValueError("it has no whole number as id")
            if record["id"] in pages:
                raise ValueError("its id came before")
            if not isinstance(record.get("file_name"), str) or not record["file_name"]:
                raise ValueError("it names no file")
            width, height = (side(record.get(what), what) for what in ("width", "height"))
            pages[record["id"]] = Page(record["file_name"], width, height)
        except ValueError as error:
            problems.append(f"{name}: image {_told(record, place)} is left out: {error}")
    return pages


def _category(record: dict[str, Any], categories: Mapping[int, str]) -> str:
    category = record.get("category_id")
    if not _is_id(category) or category not in categories:
        raise ValueError("its category is not in the file")
    return categories[category]


def _thing(record: dict[str, Any], categories: Mapping[int, str], page: Page) -> Thing:
    name = _category(record, categories)
    box = record.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError("its bbox is no list of four numbers")
    x, y, width, height = (number(value, "a number of its bbox") for value in box)
    if width <= 0 or height <= 0:
        raise ValueError("its bbox is empty or turned inside out")
    attributes = record.get("attributes")
    flags = {flag for flag in HELD if isinstance(attributes, dict) and attributes.get(flag) in (True, 1)}
    if record.get("iscrowd") in (True, 1):
        flags.add("crowd")
    ordered = tuple(sorted(flags, key=HELD.index))
    return Thing(name, fitted((x, y, x + width, y + height), page.width, page.height), ordered)


def _mask(box: Box, size: tuple[int, int]) -> dict[str, Any]:
    """The pixels of a box as COCO's plain run lengths: column by column, first those outside."""
    width, height = size
    x0, y0 = (min(most - 1, int(value)) for value, most in ((box[0], width), (box[1], height)))
    x1, y1 = max(x0 + 1, min(width, round(box[2]))), max(y0 + 1, min(height, round(box[3])))
    inside, between = y1 - y0, height - (y1 - y0)
    counts = [x0 * height + y0]
    for column in range(x0, x1):
        counts += [inside, between if column < x1 - 1 else between - y0 + (width - x1) * height]
    if between == 0:
        counts = [x0 * height, (x1 - x0) * height, (width - x1) * height]
    return {"counts": [run for place, run in enumerate(counts) if run or place == 0], "size": [height, width]}


def _json(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
