"""Pictures still to be taken in from a source, a handful at a time: the members of a zip, the files of a folder."""

from collections.abc import Callable, Iterator

from django.conf import settings

from annotate.codec import Page
from annotate.ingest import incoming
from annotate.ingest.models import BatchFile
from annotate.ingest.services.batches import Delivery
from annotate.ingest.source import Item, Limits, Rejected, Unfit
from annotate.ingest.sources import opened

CHUNK = 100
CHUNK_BYTES = 256 * 2**20
# The zip that a worker of this process let go of last; never one that a worker has in hand.
_RESTING: "dict[str, Feed]" = {}


def limits() -> Limits:
    return Limits(picture_bytes=settings.MAX_PICTURE_BYTES, archive_bytes=settings.MAX_ARCHIVE_BYTES)


class Feed:
    """Entries of a source turned into staged deliveries; `archive` is the row of the zip that they come from.

    `position` is the entry that comes next, -1 while that is not sure.
    """

    def __init__(self, entries: Iterator[Item | Rejected], *, archive: BatchFile | None = None) -> None:
        self.archive = archive
        self.position = archive.position if archive else 0
        self.ended = False
        self._entries = entries
        self._prefix = f"{archive.path}/" if archive else ""

    def take(self, pulse: Callable[[], None]) -> list[Delivery]:
        """The next deliveries, staged; `ended` is set after the last. Raises Unfit where the source cannot be read."""
        incoming.require_room(CHUNK_BYTES)
        found: list[Delivery] = []
        size, begun, self.position = 0, self.position, -1
        while len(found) < CHUNK and size < CHUNK_BYTES:
            entry = next(self._entries, None)
            if entry is None:
                self.ended = True
                break
            delivery = self._delivery(entry)
            size += delivery.staged.size if delivery.staged else 0
            found.append(delivery)
            pulse()
        self.position = begun + len(found)
        return found

    def _delivery(self, entry: Item | Rejected) -> Delivery:
        path = self._prefix + entry.name
        if isinstance(entry, Rejected):
            return Delivery(path, None, entry.code, entry.reason)
        try:
            with entry.open() as stream:
                staged = incoming.stage(stream)
        except Unfit as unfit:
            return Delivery(path, None, unfit.code, unfit.reason)
        page, code, reason = _page(entry)
        return Delivery(path, staged, code, reason, entry.label, entry.split, entry.group, page)


def _page(entry: Item) -> tuple[Page | None, str, str]:
    """What a source says of a picture; (None, code, sentence) where its annotation cannot be read: the picture can."""
    if entry.page is None:
        return None, "", ""
    try:
        return entry.page(), "", ""
    except ValueError as error:
        return None, "bad_annotation", str(error)


def feed_of(archive: BatchFile) -> Feed:
    """The members of a delivered zip, with what it says of them, from where an earlier worker stopped.

    A zip that rested goes on in the process that had it without being looked through again.
    """
    feed = _RESTING.pop("feed", None)
    if feed is None or feed.archive is None or (feed.archive.pk, feed.position) != (archive.pk, archive.position):
        place = str(incoming.path_of(archive.staged))
        return Feed(opened(place, limits()).entries(archive.position), archive=archive)
    feed.archive = archive
    return feed


def let_rest(feed: Feed) -> None:
    """Keeps a zip that its worker lets go of, for whoever goes on with it; a process keeps one."""
    _RESTING["feed"] = feed


def forget() -> None:
    """Lets go of the zip that rested last."""
    _RESTING.clear()
