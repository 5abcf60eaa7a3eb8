"""The ways in, asked in this order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from annotate.ingest import layout
from annotate.ingest.layout import Arrangement, Layout, Pile
from annotate.ingest.source import Item, Limits, Rejected, Source, Unfit
from annotate.ingest.sources import coco, drawn, folder, upload, voc, yolo, zip

__all__ = ["LAYOUTS", "SOURCES", "Limits", "Opened", "arrange", "opened"]

# Sets that are recognised by how their files lie, in a place that any other source could read.
LAYOUTS: dict[str, Layout] = {one.name: one for one in (voc.Voc(), coco.Coco(), yolo.Yolo())}

SOURCES: dict[str, Source] = {
    source.name: source for source in (drawn.Drawn(), folder.Folder(), zip.Zip(), upload.Upload())
}


@dataclass(frozen=True)
class Opened:
    """A place that was looked at: by what it is read, and its entries from the `start`-th on, in one order always.

    `entries` raises Unfit where the place as a whole cannot be read. `pictures`: how many, where that is known before.
    """

    name: str
    entries: Callable[[int], Iterator[Item | Rejected]]
    pictures: int = 0


def opened(place: str, limits: Limits) -> Opened:
    """The place by the first layout that its files lie in, else by the first source for it; Unfit where there is none.

    Its names are read once for all layouts.
    """
    pile = layout.pile_of(place, limits)
    if pile is not None and (found := arrange(pile)):
        name, arrangement = found
        return Opened(name, partial(_arranged, pile, arrangement), len(pile.pictures))
    for source in SOURCES.values():
        if source.accepts(place):
            return Opened(source.name, partial(_read, source, place, limits), len(pile.pictures) if pile else 0)
    raise Unfit("no_such_place", "There is no file or folder at this place.")


def arrange(pile: Pile) -> tuple[str, Arrangement] | None:
    """The layout in which the files of a pile lie, and what it makes of them."""
    held = next((one for one in LAYOUTS.values() if one.holds(pile)), None)
    return (held.name, held.lay(pile)) if held else None


def _arranged(pile: Pile, arrangement: Arrangement, start: int) -> Iterator[Item | Rejected]:
    return layout.arranged(pile, arrangement, start=start)


def _read(source: Source, place: str, limits: Limits, start: int) -> Iterator[Item | Rejected]:
    return source.read(place, limits, start=start)
