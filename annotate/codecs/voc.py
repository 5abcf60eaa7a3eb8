"""Pascal VOC: one XML file per picture (VOC2012 development kit).

`bndbox` holds 1-based, inclusive pixels: the whole picture is (1, 1, width, height). So reading subtracts one from the
minima and leaves the maxima; writing adds one to the minima. Coordinates are written as whole numbers.
"""

import math
import re
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from annotate.codec import Page, Thing, class_name, side
from annotate.kind import Box
from annotate.kinds.box import MOST, fitted, number

HELD: Final = ("occluded", "truncated", "difficult")
MOST_BYTES: Final = 16 * 2**20
UNWRITABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(content: bytes, *, name: str) -> Page:
    """What one file says. ValueError, naming the file, where it is no annotation at all; bad objects are listed."""
    root = _parsed(content, name)
    width, height = (side(_decimal(root.findtext(f"size/{what}")), what) for what in ("width", "height"))
    things, problems = [], []
    for place, node in enumerate(root.iterfind("object"), start=1):
        if place > MOST:
            problems.append(f"{name}: objects after the first {MOST} are left out")
            break
        try:
            things.append(_thing(node, width, height))
        except ValueError as error:
            problems.append(f"{name}: object {place} is left out: {error}")
    return Page(root.findtext("filename") or "", width, height, tuple(things), tuple(problems))


def write(page: Page) -> bytes:
    """The file for a page: flags VOC knows are kept, coordinates become whole pixels.

    A crowd is written as difficult: readers then neither learn it as one object nor count what is found in it.
    """
    lines = [
        "<annotation>",
        f"\t<filename>{_text(page.picture)}</filename>",
        "\t<source><database>Fovea</database></source>",
        f"\t<size><width>{page.width}</width><height>{page.height}</height><depth>3</depth></size>",
        "\t<segmented>0</segmented>",
    ]
    for thing in page.things:
        xmin, ymin, xmax, ymax = inclusive(thing.box, page.width, page.height)
        said = {*thing.flags, "difficult"} if "crowd" in thing.flags else set(thing.flags)
        flags = "".join(f"<{flag}>{int(flag in said)}</{flag}>" for flag in HELD)
        lines.append(
            f"\t<object><name>{_text(thing.name)}</name><pose>Unspecified</pose>{flags}"
            f"<bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
        )
    return "\n".join([*lines, "</annotation>", ""]).encode()


def inclusive(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """(xmin, ymin, xmax, ymax): the nearest whole pixels, 1-based, inclusive, at least one each way."""
    x0, x1 = _span(box[0], box[2], width)
    y0, y1 = _span(box[1], box[3], height)
    return x0 + 1, y0 + 1, x1, y1


def _span(low: float, high: float, most: int) -> tuple[int, int]:
    first = min(math.floor(low + 0.5), most - 1)
    return first, min(max(first + 1, math.floor(high + 0.5)), most)


def _parsed(content: bytes, name: str) -> Element:
    if len(content) > MOST_BYTES:
        raise ValueError(f"{name}: an annotation of more than {MOST_BYTES // 2**20} MB is not read")
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise ValueError(f"{name}: it declares entities or a document type, which an annotation never needs") from None
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise ValueError(f"{name}: this is no XML ({error})") from None
    if root.tag != "annotation":
        raise ValueError(f"{name}: this is XML, but no VOC annotation")
    return root


def _thing(node: Element, width: int, height: int) -> Thing:
    box = node.find("bndbox")
    if box is None:
        raise ValueError("it has no bndbox")
    xmin, ymin, xmax, ymax = (number(_decimal(box.findtext(k)), k) for k in ("xmin", "ymin", "xmax", "ymax"))
    corners = fitted((xmin - 1, ymin - 1, xmax, ymax), width, height)
    flags = tuple(flag for flag in HELD if (node.findtext(flag) or "").strip() == "1")
    return Thing(class_name(node.findtext("name")), corners, flags)


def _decimal(text: str | None) -> float | None:
    """The number that a text is, in plain ASCII digits; None where it is none."""
    if text is None or not re.fullmatch(r"\s*[+-]?(\d{1,9}\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\s*", text, re.ASCII):
        return None
    return float(text)


def _text(value: str) -> str:
    return escape(UNWRITABLE.sub("\ufffd", value))
