"""Pascal VOC in a folder or zip: an XML file in Annotations for a picture in JPEGImages, or beside its picture."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from annotate.codec import Page
from annotate.codecs import voc
from annotate.ingest import layout
from annotate.ingest.layout import Arrangement, Pile
from annotate.ingest.source import SPLITS, Rejected

FOLDER: Final = "Annotations/"
PICTURES: Final = ("JPEGImages/", "images/", "Images/", "")
LISTS: Final = ("train", "val", "trainval", "test")
MOST_LIST: Final = 2**26


class Voc(layout.Layout):
    """Recognised by an XML file that belongs to a picture. ImageSets/Main says the splits: `test` is the holdout."""

    name = "voc"

    def holds(self, pile: Pile) -> bool:
        return any(_picture(pile, name) for name in pile.named(".xml"))

    def lay(self, pile: Pile) -> Arrangement:
        pages, problems = {}, []
        for name in pile.named(".xml"):
            picture = _picture(pile, name)
            if not picture:
                problems.append(Rejected(name, "no_picture", "There is no picture for this annotation."))
            elif picture in pages:
                problems.append(Rejected(name, "second_annotation", "Another annotation speaks of the same picture."))
            else:
                pages[picture] = partial(_page, pile, name)
        return Arrangement(pages, _splits(pile, pages), problems)


def _picture(pile: Pile, name: str) -> str:
    """The picture that an annotation belongs to by its place, never by what it says; "" for none."""
    stem = layout.stem(name)
    base, found, tail = stem.rpartition(FOLDER)
    if found and (not base or base.endswith("/")):
        for folder in PICTURES:
            if picture := pile.by_stem.get(f"{base}{folder}{tail}"):
                return picture
    return pile.by_stem.get(stem, "")


def _page(pile: Pile, name: str) -> Page:
    return voc.read(pile.read(name, voc.MOST_BYTES), name=name)


def _splits(pile: Pile, pages: dict[str, partial[Page]]) -> dict[str, str]:
    """Sides by the lists of stems; a picture in a train list and in the test list is tested on, never trained on."""
    sides: dict[tuple[str, str], str] = {}
    for name in pile.named(".txt"):
        base, found, file = name.rpartition("ImageSets/Main/")
        split = file.removesuffix(".txt")
        if found and split in LISTS:
            side = SPLITS.get(split, "train")
            for line in pile.read(name, MOST_LIST).decode("utf-8", "replace").splitlines():
                if cells := line.split():
                    key = (base, cells[0])
                    sides[key] = "holdout" if "holdout" in (side, sides.get(key)) else side
    if not sides:
        return {picture: layout.split_by_words(layout.folder_words(picture)) for picture in pages}
    return {picture: side for picture in pile.pictures if (side := _listed(picture, sides))}


def _listed(picture: str, sides: Mapping[tuple[str, str], str]) -> str:
    """The side that the lists of the picture's own set give its stem, "" for none."""
    folder, stem = layout.folder_of(picture), layout.stem(picture).rsplit("/", 1)[-1]
    bases = [folder[: len(folder) - len(one)] for one in PICTURES if folder.endswith(one)]
    return next((sides[base, stem] for base in bases if (base, stem) in sides), "")
