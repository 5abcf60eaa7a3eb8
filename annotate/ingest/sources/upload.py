"""One loose file."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from annotate.ingest.source import Item, Limits, Rejected, Unfit


class Upload:
    """A single picture file, whatever it is called."""

    name = "upload"

    def accepts(self, place: str) -> bool:
        return Path(place).is_file()

    def read(self, place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
        if start == 0:
            yield Item(Path(place).name, partial(open_bounded, Path(place), limits.picture_bytes))


def open_bounded(path: Path, limit: int) -> BinaryIO:
    """The file's bytes; Unfit where there are more than `limit`."""
    stream = path.open("rb")
    if stream.seek(0, 2) > limit:
        stream.close()
        raise Unfit("too_large", f"The file is larger than {limit // 2**20} MB.")
    stream.seek(0)
    return stream
