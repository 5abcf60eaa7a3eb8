"""A folder on the server, with everything below it; an ImageFolder tree says labels and splits by its folders."""

from collections.abc import Iterator
from pathlib import Path

from annotate.ingest.foldered import read_folder
from annotate.ingest.source import Item, Limits, Rejected


class Folder:
    """Regular files below a folder, sorted by name. Links are listed and not followed; hidden files are left alone."""

    name = "folder"

    def accepts(self, place: str) -> bool:
        return Path(place).is_dir()

    def read(self, place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
        return read_folder(place, limits, start=start)
