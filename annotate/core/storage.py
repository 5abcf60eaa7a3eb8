"""Blobs by digest, in a folder of FOVEA_HOME: written once, whole or not at all."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 2**20


def root(kind: str = "blobs") -> Path:
    """The folder for blobs of one kind ("blobs", "thumb", "display", "original"), made when missing.

    "drafts" is for files on the store's own disk that are not blobs yet.
    """
    folder = Path(settings.FOVEA_HOME) / "store" / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def path(digest: str, suffix: str = "", *, kind: str = "blobs") -> Path:
    """Where a blob lies; a digest is 64 hexadecimal digits, so no name of a user ever becomes a path."""
    if len(digest) != 64 or not all(char in "0123456789abcdef" for char in digest):
        raise ValueError(f"not a SHA-256 digest: {digest!r}")
    return Path(settings.FOVEA_HOME) / "store" / kind / digest[:3] / f"{digest}{suffix}"


def put(content: bytes, suffix: str = "", *, kind: str = "blobs", digest: str | None = None) -> str:
    """Keeps `content` under its SHA-256 (or under `digest`, for what is derived from a blob) and returns that."""
    digest = digest or hashlib.sha256(content).hexdigest()
    target = path(digest, suffix, kind=kind)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    return digest


def flush(files: Iterable[Path]) -> None:
    """Returns when the contents of `files` are on the disk."""
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def adopt(drafts: Iterable[tuple[Path, Path]]) -> None:
    """Makes blobs of finished files, given as (draft, path of the blob): all on disk when it returns.

    One flush of everything first, so that many small files cost little more than one.
    """
    pairs = list(drafts)
    flush(draft for draft, _ in pairs)
    folders = {target.parent for _, target in pairs}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for draft, target in pairs:
        draft.replace(target)
    flush(folders)


@contextmanager
def held(*, alone: bool = False) -> Iterator[None]:
    """While held, no blob is dropped; `alone` is for the one who drops, and waits for all others.

    Whoever adopts a blob holds the store until the row that names it is committed.
    """
    file = Path(settings.FOVEA_HOME) / "store" / "lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def open_blob(digest: str, suffix: str = "", *, kind: str = "blobs") -> BinaryIO:
    return path(digest, suffix, kind=kind).open("rb")


def drop(digest: str, suffix: str = "", *, kind: str = "blobs") -> None:
    """Removes a blob; nothing happens where it is gone already."""
    path(digest, suffix, kind=kind).unlink(missing_ok=True)
