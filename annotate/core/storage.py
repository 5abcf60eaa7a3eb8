"""Blobs by digest, in a folder of FOVEA_HOME: written once, whole or not at all."""

import ctypes
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 2**20
DIGEST = re.compile("[0-9a-f]{64}")
# So many files are flushed one by one; more of them by flushing everything.
FEW = 8
# Linux's syncfs(2), which tells of write errors; None elsewhere.
SYNC_ALL = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def root(kind: str = "blobs") -> Path:
    """The folder for blobs of one kind ("blobs", "thumb", "display", "original"), made when missing.

    "drafts" is for files on the store's own disk that are not blobs yet.
    """
    folder = Path(settings.FOVEA_HOME) / "store" / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def path(digest: str, suffix: str = "", *, kind: str = "blobs") -> Path:
    """Where a blob lies; a digest is 64 hexadecimal digits, so no name of a user ever becomes a path."""
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"not a SHA-256 digest: {digest!r}")
    return Path(f"{settings.FOVEA_HOME}/store/{kind}/{digest[:2]}/{digest}{suffix}")


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
    """Returns when the contents of `files` (folders, too) are on the disk.

    Many at once are flushed by one call for their whole file system where there is one: all must lie on the disk of
    FOVEA_HOME.
    """
    found = list(files)
    everything = len(found) > FEW and SYNC_ALL is not None
    for file in [Path(settings.FOVEA_HOME)] if everything else found:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            if not everything:
                os.fsync(descriptor)
            elif SYNC_ALL(descriptor) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(descriptor)


def adopt(drafts: Iterable[tuple[Path, Path]], *, shared: Iterable[tuple[Path, Path]] = ()) -> None:
    """Makes blobs of finished files, given as (file, path of the blob): all on disk when it returns.

    Drafts are moved; `shared` files keep their own name too and must be on the disk already. One flush for all of
    them, so that many small files cost little more than one. Raises FileNotFoundError where a file is not there.
    """
    moved, kept = list(drafts), list(shared)
    flush(draft for draft, _ in moved)
    for draft, target in moved:
        _make(target, partial(os.replace, draft, target))
    for file, target in kept:
        _make(target, partial(_share, file, target))
    flush({target.parent for _, target in (*moved, *kept)})


def _make(target: Path, step: Callable[[], None]) -> None:
    """Does `step`; its folder is made only when it turns out to be missing."""
    try:
        step()
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        step()


def _share(file: Path, target: Path) -> None:
    """A second name for a file, or a copy where the disk knows no links. What lies there already is the same."""
    try:
        os.link(file, target)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise
    except OSError:
        draft = target.with_name(f".draft-{os.getpid()}-{target.name}")
        shutil.copyfile(file, draft)
        flush([draft])
        draft.replace(target)


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
