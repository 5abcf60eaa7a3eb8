"""Pictures still to be taken in from a source, a handful at a time: the members of a zip, the files of a folder."""

from collections.abc import Callable, Iterator

from django.conf import settings

from annotate.ingest import incoming
from annotate.ingest.models import BatchFile
from annotate.ingest.services.batches import Delivery
from annotate.ingest.source import Item, Limits, Rejected, Unfit
from annotate.ingest.sources import SOURCES

CHUNK = 100
CHUNK_BYTES = 256 * 2**20


def limits() -> Limits:
    return Limits(picture_bytes=settings.MAX_PICTURE_BYTES, archive_bytes=settings.MAX_ARCHIVE_BYTES)


class Feed:
    """Entries of a source turned into staged deliveries; `archive` is the row of the zip that they come from."""

    def __init__(self, entries: Iterator[Item | Rejected], *, archive: BatchFile | None = None) -> None:
        self.archive = archive
        self.ended = False
        self._entries = entries
        self._prefix = f"{archive.path}/" if archive else ""

    def take(self, pulse: Callable[[], None]) -> list[Delivery]:
        """The next deliveries, staged; `ended` is set after the last. Raises Unfit where the source cannot be read."""
        incoming.require_room(CHUNK_BYTES)
        found: list[Delivery] = []
        size = 0
        while len(found) < CHUNK and size < CHUNK_BYTES:
            entry = next(self._entries, None)
            if entry is None:
                self.ended = True
                break
            delivery = self._delivery(entry)
            size += delivery.staged.size if delivery.staged else 0
            found.append(delivery)
            pulse()
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
        return Delivery(path, staged, "", "", entry.label, entry.split, entry.group)


def feed_of(archive: BatchFile) -> Feed:
    """The members of a delivered zip, from where an earlier worker stopped."""
    place = str(incoming.path_of(archive.staged))
    return Feed(SOURCES["zip"].read(place, limits(), start=archive.position), archive=archive)
