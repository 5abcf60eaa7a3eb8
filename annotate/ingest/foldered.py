"""PURE. A folder with everything below it, and nothing that a link in it points to."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from annotate.ingest.source import Item, Limits, Rejected, Unfit, is_litter, placed


def read_folder(place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
    """Regular files below a folder, sorted by name. Links are listed and not followed; hidden files are left alone."""
    root = Path(place)
    for number, (name, mode) in enumerate(_walk(root, "")):
        if number < start:
            continue
        if stat.S_ISDIR(mode):
            yield Rejected(name, "unreadable", "This folder cannot be opened.")
            continue
        if not stat.S_ISREG(mode):
            yield Rejected(name, "not_regular", "This is a link or a device, not a file.")
            continue
        split, label = placed(name)
        yield Item(name, partial(_open, root / name, limits.most(name)), label, split)


def _walk(root: Path, inside: str) -> Iterator[tuple[str, int]]:
    """(name, mode) of everything below that is not a folder, and of folders that cannot be opened."""
    try:
        with os.scandir(root / inside) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield inside.rstrip("/"), stat.S_IFDIR
        return
    for entry in entries:
        name = f"{inside}{entry.name}"
        if entry.name.startswith(".") or is_litter(name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, f"{name}/")
        else:
            yield name, entry.stat(follow_symlinks=False).st_mode


def _open(path: Path, limit: int) -> BinaryIO:
    try:
        stream = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")
    except OSError as error:
        raise Unfit("unreadable", f"The file cannot be read: {error.strerror}.") from None
    if os.fstat(stream.fileno()).st_size > limit:
        stream.close()
        raise Unfit("too_large", f"The file is larger than {limit // 2**20} MB.")
    return stream
