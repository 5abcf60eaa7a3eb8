"""What a source says of the things on a picture, as text on its way in and as the answer that is kept of it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from annotate.codec import Page, Thing

KIND: Final = "box"
TAGS: Final = "choices"  # the kind of label that takes the classes of things, and not where they are
PAGED: Final = (KIND, TAGS)


def fits(says: str, kind: str) -> bool:
    """Whether labels of a delivery, "boxes" or "classes", can become labels of that kind: what says where things are
    says which there are."""
    return kind == TAGS or (says == "boxes") == (kind == KIND)


def empty(picture: str) -> Page:
    """The page of a picture on which nothing is, whatever its size."""
    return Page(picture, 1, 1, relative=True)


def to_text(page: Page) -> str:
    """The page as JSON."""
    things = [[thing.name, *thing.box, *thing.flags] for thing in page.things]
    return json.dumps(
        [page.picture[-200:], page.width, page.height, things, page.problems, page.relative, page.tags],
        separators=(",", ":"),
    )


def from_text(text: str) -> Page:
    """What `to_text` was given."""
    picture, width, height, things, problems, relative, *tags = json.loads(text)
    read = tuple(Thing(name, (x0, y0, x1, y1), tuple(flags)) for name, x0, y0, x1, y1, *flags in things)
    said = tuple(tags[0]) if tags else ()  # written by an earlier release, a page has none
    return Page(picture, width, height, read, tuple(problems), relative, said)


def tags(page: Page, mapping: Mapping[str, int | None]) -> dict[str, Any] | None:
    """As `answer`, with each class of the page's things and tags once: what is on the picture, and not where."""
    said = {*page.tags, *(thing.name for thing in page.things)}
    names = sorted(name for name in said if mapping.get(name, 0) is not None)
    if names:
        classes = [{"class": name, **({"concept": mapping[name]} if name in mapping else {})} for name in names]
        return {"classes": classes}
    return None if page.problems else {"nothing": True}


def answer(page: Page, mapping: Mapping[str, int | None]) -> dict[str, Any] | None:
    """The answer that a page gives under a mapping of its classes; None where it says nothing for sure.

    A class mapped to None is no part of the question, so a picture with nothing else on it is one with nothing on it;
    a picture of which every box was left out for a fault is not, nor one of which is said that something is there, and
    not where.
    """
    boxes = [
        {
            "class": thing.name,
            **({"concept": mapping[thing.name]} if thing.name in mapping else {}),
            "box": list(thing.box),
            **dict.fromkeys(thing.flags, True),
        }
        for thing in page.things
        if mapping.get(thing.name, 0) is not None
    ]
    if boxes:
        return {"boxes": boxes}
    unplaced = any(mapping.get(name, 0) is not None for name in page.tags)
    return None if page.problems or unplaced else {"nothing": True}
