"""A zip file; an ImageFolder tree in it says labels and splits by its folders."""

from collections.abc import Iterator

from annotate.ingest.source import Item, Limits, Rejected
from annotate.ingest.zipped import is_zip, read_zip


class Zip:
    """The regular files in a zip, streamed one by one; nothing is ever unpacked under a name from inside."""

    name = "zip"

    def accepts(self, place: str) -> bool:
        return is_zip(place)

    def read(self, place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
        return read_zip(place, limits, start=start)
