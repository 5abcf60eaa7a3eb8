"""What every dialect of boxes reads into and writes from: one picture's page of objects, in Fovea's own geometry.

Boxes are 0-based, half open, in pixels of the upright picture: `(x0, y0, x1, y1)`, the whole picture is
`(0, 0, width, height)`. What a coordinate may be, and how many boxes, is `annotate.kinds.box`'s rule.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from annotate.kind import Box
from annotate.kinds.box import fitted, number

MOST_NAME: Final = 200


@dataclass(frozen=True)
class Thing:
    """One object: the name of its class, its box, and those of FLAGS that are true of it."""

    name: str
    box: Box
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """What a file says of one picture. `picture` is text from that file, never a path to be trusted.

    `width` and `height` are the pixels its boxes speak of, 0 where it does not say; where the page is `relative` its
    boxes are shares of them and they are 1. `problems` are sentences, one for each record that was left out. `tags` are
    names of classes that are said to be on the picture, and not where.
    """

    picture: str
    width: int
    height: int
    things: tuple[Thing, ...] = ()
    problems: tuple[str, ...] = ()
    relative: bool = False
    tags: tuple[str, ...] = ()


def side(value: Any, what: str) -> int:
    """The value as a picture's width or height, 0 where it is none that could be right."""
    try:
        found = number(value, what)
    except ValueError:
        return 0
    return int(found) if found == int(found) and 0 < found < 1_000_000 else 0


def in_pixels(page: Page, width: int, height: int) -> Page:
    """The page for an upright picture of that size, shares become pixels; boxes that do not fit are listed."""
    across, down = (width, height) if page.relative else (1, 1)
    things, problems = [], list(page.problems)
    for thing in page.things:
        x0, y0, x1, y1 = thing.box
        try:
            box = fitted((x0 * across, y0 * down, x1 * across, y1 * down), width, height)
            things.append(Thing(thing.name, box, thing.flags))
        except ValueError as error:
            problems.append(f"{page.picture}: a box of {thing.name} is left out: {error}")
    return Page(page.picture, width, height, tuple(things), tuple(problems), tags=page.tags)


def class_name(value: Any) -> str:
    """The name of a class as it may be kept; ValueError for none."""
    text = " ".join(str(value).split()) if isinstance(value, str) else ""
    if not text or len(text) > MOST_NAME:
        raise ValueError(f"its class has no name, or one of more than {MOST_NAME} characters")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValueError("the name of its class has characters that are no text")
    return text


def written_name(text: str) -> str:
    """A class name as every dialect can write it and reads it back: `class_name` of it is the same again."""
    kept = "".join("\ufffd" if unicodedata.category(char) in ("Cc", "Cs", "Cn") else char for char in _blanks(text))
    return " ".join(kept[:MOST_NAME].split()) or "_"


def _blanks(text: str) -> str:
    return " ".join(text.split())
