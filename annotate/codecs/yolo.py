"""YOLO in Ultralytics' layout: a text file per picture, `class cx cy w h` a line, relative to the upright picture.

The number of a class is its meaning: names stand in data.yaml by number. A missing file means "no object there", so
whoever writes must leave pictures out that nobody has looked at.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from annotate.codec import Page, Thing, class_name
from annotate.kinds.box import MOST, number

HELD: Final = ()
MOST_BYTES: Final = 16 * 2**20
MOST_CONFIG: Final = 2**18
DECIMALS: Final = 9
SPLITS: Final = ("train", "val", "test")


@dataclass(frozen=True)
class Config:
    """data.yaml: class names by number, which may have holes; the places of each split, text that is no path yet."""

    names: Mapping[int, str]
    splits: Mapping[str, tuple[str, ...]]


def read(content: bytes | None, *, name: str, names: Mapping[int, str]) -> Page:
    """A page in shares of the picture (its width and height are 1); None, no file, is a page without objects.

    ValueError where the file is no text; lines that cannot be right are listed. A box may lie outside the picture
    here: how far in pixels is known only with the picture (`codec.in_pixels`).
    """
    if content is None:
        return Page(name, 1, 1, relative=True)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{name}: a label file of more than {MOST_BYTES // 2**20} MB is not read")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{name}: this is no text") from None
    things: list[Thing] = []
    problems: list[str] = []
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(things) == MOST:
            problems.append(f"{name}: lines after {MOST} objects are left out")
            break
        try:
            things.append(_thing(line.split(), names))
        except ValueError as error:
            problems.append(f"{name}: line {place} is left out: {error}")
    return Page(name, 1, 1, tuple(things), tuple(problems), relative=True)


def write(page: Page, *, numbers: Mapping[str, int]) -> bytes:
    """The label file of a page in pixels; empty for a page without objects."""
    lines = []
    for thing in page.things:
        x0, x1 = (_clipped(value / page.width) for value in (thing.box[0], thing.box[2]))
        y0, y1 = (_clipped(value / page.height) for value in (thing.box[1], thing.box[3]))
        cells = ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)
        lines.append(f"{numbers[thing.name]} {' '.join(_share(cell) for cell in cells)}\n")
    return "".join(lines).encode()


def read_config(content: bytes, *, name: str) -> Config:
    """data.yaml. ValueError where it is no YAML, aliases other nodes, or names no classes."""
    if len(content) > MOST_CONFIG:
        raise ValueError(f"{name}: a configuration of more than {MOST_CONFIG // 2**10} kB is not read")
    try:
        text = content.decode("utf-8-sig")
        # An alias may stand for a thousand others: a few bytes would grow without end.
        if any(isinstance(token, (yaml.AliasToken, yaml.AnchorToken)) for token in yaml.scan(text, yaml.SafeLoader)):
            raise ValueError("it uses anchors or aliases")
        found = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{name}: this is no YAML ({str(error).splitlines()[0]})") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{name}: a configuration is a map")
    splits = {split: _places(found.get(split)) for split in SPLITS}
    return Config(_names(found.get("names"), name), {split: places for split, places in splits.items() if places})


def write_config(names: Iterable[str], splits: Mapping[str, str]) -> Iterator[bytes]:
    """data.yaml in pieces. It has no `path`: places are then relative to the folder in which it lies itself."""
    for split, place in splits.items():
        yield f"{split}: {_quoted(place)}\n".encode()
    yield b"names:\n"
    for index, name in enumerate(names):
        yield f"  {index}: {_quoted(name)}\n".encode()


def label_path(picture: str) -> str:
    """Where the labels of a picture lie: the last folder called images is called labels, the suffix is .txt."""
    folder, slash, file = f"/{picture}".rpartition("/")
    head, images, tail = f"{folder}{slash}".rpartition("/images/")
    labels = f"{head}/labels/{tail}" if images else f"{folder}{slash}"
    return f"{labels}{file.rpartition('.')[0] or file}.txt"[1:]


def _thing(cells: list[str], names: Mapping[int, str]) -> Thing:
    if len(cells) != 5:
        raise ValueError(f"a line has five numbers (a class and a box), not {len(cells)}")
    if not cells[0].isascii() or not cells[0].isdecimal() or len(cells[0]) > 9:
        raise ValueError(f"{cells[0][:20]!r} is no class number")
    if (place := int(cells[0])) not in names:
        raise ValueError(f"class {place} is not in data.yaml")
    cx, cy, width, height = (number(_float(cell), "a coordinate") for cell in cells[1:])
    if width <= 0 or height <= 0:
        raise ValueError("it is empty or turned inside out")
    if max(abs(cx), abs(cy), width, height) > 2:
        raise ValueError("its coordinates are no shares of the picture")
    return Thing(names[place], (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2))


def _float(cell: str) -> float | None:
    try:
        return float(cell) if cell.isascii() and len(cell) < 40 and "_" not in cell else None
    except ValueError:
        return None


def _names(found: Any, name: str) -> dict[int, str]:
    if isinstance(found, list):
        found = dict(enumerate(found))
    if not isinstance(found, dict) or not found:
        raise ValueError(f"{name}: it names no classes")
    names: dict[int, str] = {}
    for place, value in found.items():
        if isinstance(place, bool) or not isinstance(place, int) or place < 0:
            raise ValueError(f"{name}: a class is numbered from 0, not {str(place)[:20]!r}")
        # YAML takes an unquoted `no` for a truth value and 3 for a number; they are names here.
        try:
            names[place] = class_name({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))
        except ValueError as error:
            raise ValueError(f"{name}: class {place}: {error}") from None
    return names


def _places(found: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in (found if isinstance(found, list) else [found]) if one)


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))


def _share(value: float) -> str:
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    """A text as YAML reads it back: in JSON's quotes, ASCII alone, with YAML's own words for what JSON needs two of."""
    return "".join(f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else json.dumps(char)[1:-1] for char in text).join('""')
