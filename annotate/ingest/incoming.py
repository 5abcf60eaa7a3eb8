"""Delivered bytes until they are pictures: a folder of files with random names, counted and hashed while they come."""

import fcntl
import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from annotate.core import errors
from annotate.ingest.source import ZIP_MAGIC, Unfit

CHUNK = 2**18
# What uploads leave free on the disk, so that votes can always be written.
RESERVE = 300 * 2**20
DAY = 24 * 60 * 60
NAME = re.compile("[0-9a-f]{32}")


class NoRoom(errors.Refused):
    """The disk is (nearly) full."""

    status = 507


@dataclass(frozen=True)
class Staged:
    """A file in the incoming folder: its random name, the SHA-256 and size of its bytes, and whether it is a zip."""

    name: str
    digest: str
    size: int
    archive: bool


class Writer:
    """Takes one delivered file piece by piece. Raises Unfit past the limit: of an archive where it starts like one."""

    def __init__(self, *, archives: bool = True) -> None:
        self.name = secrets.token_hex(16)
        self.size = 0
        self.archive = False
        self._archives = archives
        self._sum = hashlib.sha256()
        self._file = _made(self.name)

    def write(self, piece: bytes) -> None:
        if self.size == 0:
            self.archive = self._archives and piece[:4] in ZIP_MAGIC
        self.size += len(piece)
        limit = settings.MAX_ARCHIVE_BYTES if self.archive else settings.MAX_PICTURE_BYTES
        if self.size > limit:
            self.drop()
            raise Unfit("too_large", f"The file is larger than {limit // 2**20} MB.")
        self._sum.update(piece)
        self._file.write(piece)

    def finish(self) -> Staged:
        self._file.close()
        return Staged(self.name, self._sum.hexdigest(), self.size, self.archive)

    def drop(self) -> None:
        """Forgets the file."""
        self._file.close()
        path_of(self.name).unlink(missing_ok=True)


def folder() -> Path:
    return Path(settings.FOVEA_HOME) / "incoming"


def path_of(name: str) -> Path:
    """Where a staged file lies; only names made here are names."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a staged file: {name!r}")
    return Path(f"{settings.FOVEA_HOME}/incoming/{name}")


def _made(name: str) -> BinaryIO:
    try:
        return path_of(name).open("xb")
    except FileNotFoundError:
        folder().mkdir(parents=True, exist_ok=True)
        return path_of(name).open("xb")


def stage(stream: BinaryIO, *, archives: bool = False) -> Staged:
    """Copies a stream into the incoming folder. Raises Unfit past the limits."""
    writer = Writer(archives=archives)
    try:
        while piece := stream.read(CHUNK):
            writer.write(piece)
    except BaseException:
        writer.drop()
        raise
    return writer.finish()


def begin() -> str:
    """The name of a new, empty file, for bytes that come with more than one request."""
    name = secrets.token_hex(16)
    _made(name).close()
    return name


@contextmanager
def alone(name: str) -> Iterator[BinaryIO]:
    """A staged file that nobody else writes to or reads meanwhile. Raises FileNotFoundError."""
    with path_of(name).open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def sealed(name: str, file: BinaryIO) -> Staged:
    """What a file that came in pieces turned out to be; reads it once."""
    file.seek(0)
    archive = file.read(4) in ZIP_MAGIC
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Staged(name, digest, file.tell(), archive)


def discard(names: Iterable[str]) -> None:
    """Removes staged files; those that are gone already do not matter."""
    for name in names:
        if name:
            path_of(name).unlink(missing_ok=True)


def require_room(size: int = 0) -> None:
    """Raises NoRoom where taking `size` bytes would fill the disk."""
    free = shutil.disk_usage(settings.FOVEA_HOME).free
    if free - size < RESERVE:
        raise NoRoom("no_room", "The disk is full; nothing more can be taken in.", {"free": free, "reserve": RESERVE})


def strays(*, older_than: float = DAY) -> list[str]:
    """Names of staged files that nobody has touched for `older_than` seconds."""
    before = time.time() - older_than
    files = folder().iterdir() if folder().exists() else ()
    return [file.name for file in files if NAME.fullmatch(file.name) and file.stat().st_mtime < before]
