"""PURE. Where exports go: a zip that is the same for the same content, or a folder."""

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO, Final

# The first moment a zip can name: a real one would differ with every export.
MOMENT: Final = (1980, 1, 1, 0, 0, 0)
UNIX: Final = 3
PLAIN_FILE: Final = 0o100644 << 16


def check_path(path: str) -> str:
    """The path, if it stays inside and means the same on every system; ValueError otherwise."""
    parts = PurePosixPath(path).parts
    clean = path == "/".join(parts) and not path.startswith("/") and "\\" not in path and ":" not in path
    if not clean or ".." in parts or not parts or any(char < " " for char in path):
        raise ValueError(f"{path!r} is no path of an export")
    return path


class ZipSink:
    """Files into one zip, stored without compression: pictures are compressed already, and a compressor's next
    release would give other bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def add(self, path: str, chunks: Iterable[bytes]) -> None:
        """Writes one member; ValueError for a path that leads out or came before."""
        info = zipfile.ZipInfo(check_path(path), MOMENT)
        info.create_system, info.external_attr = UNIX, PLAIN_FILE
        if info.filename in self._zip.NameToInfo:
            raise ValueError(f"{path!r} is written twice")
        with self._zip.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)

    def close(self) -> None:
        """Writes the directory at the end; the file itself stays the caller's."""
        self._zip.close()

    def __enter__(self) -> "ZipSink":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FolderSink:
    """Files into a new folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=False)

    def add(self, path: str, chunks: Iterable[bytes]) -> None:
        """Writes one file; ValueError for a path that leads out, FileExistsError for one that came before."""
        target = self._folder / check_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
