"""COCO in a folder or zip: one JSON file or several, each with images, annotations and categories."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from annotate.codec import Page
from annotate.codecs import coco
from annotate.ingest import layout
from annotate.ingest.layout import Arrangement, Pile
from annotate.ingest.source import SPLITS, Rejected, Unfit

MARKS: Final = tuple(f'"{part}"'.encode() for part in coco.PARTS)

TOO_LARGE: Final = (
    f"A COCO file of more than {coco.MOST_BYTES // 2**20} MB is not read, because it is held in memory whole;"
    " split it into several files with a part of the images each."
)


class Coco(layout.Layout):
    """Recognised by a JSON file with COCO's three lists. The words of its name and folders say the split."""

    name = "coco"

    def holds(self, pile: Pile) -> bool:
        return bool(pile.pictures) and any(_content(pile, name) != b"" for name in pile.named(".json"))

    def lay(self, pile: Pile) -> Arrangement:
        return _arrange(pile)


def _content(pile: Pile, name: str) -> bytes | None:
    """The bytes of a file that has COCO's lists, b"" for any other; None where it is larger than what is read.

    No other file beside pictures is that large, so it is taken for one of theirs that must be told of.
    """
    try:
        content = pile.read(name, coco.MOST_BYTES)
    except Unfit as unfit:
        return None if unfit.code == "too_large" else b""
    return content if all(mark in content for mark in MARKS) else b""


def _arrange(pile: Pile) -> Arrangement:
    pages: dict[str, Callable[[], Page]] = {}
    splits: dict[str, str] = {}
    problems: list[Rejected] = []
    for name in pile.named(".json"):
        content = _content(pile, name)
        if content is None:
            problems.append(Rejected(name, "annotations_too_large", TOO_LARGE))
        if not content:
            continue
        try:
            found = coco.read(content, name=name)
        except ValueError as error:
            problems.append(Rejected(name, "bad_annotation", str(error)))
            continue
        problems += [Rejected(name, "bad_record", problem) for problem in found.problems]
        words = [*reversed(layout.folder_words(f"{layout.stem(name)}/x"))]
        word = next((one for one in words if one in SPLITS), "")
        side = layout.split_by_words([word])
        for page in found.pages:
            try:
                picture = layout.find(pile, page.picture, near=name, split=word)
                if picture in pages:
                    raise ValueError(f"{page.picture[:100]!r} was spoken of by another entry before, which stands")
                pages[picture] = partial(_given, page)
                splits[picture] = side
            except ValueError as error:
                problems.append(Rejected(f"{name}: {PurePosixPath(page.picture).name}", "no_picture", f"{error}."))
    return Arrangement(pages, splits, problems)


def _given(page: Page) -> Page:
    return page
