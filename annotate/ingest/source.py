"""What a source of pictures promises: names, bytes, and what it says of each picture. Knows no framework."""

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from annotate.codec import Page

SPLITS = {
    "train": "train",
    "training": "train",
    "val": "train",
    "valid": "train",
    "validation": "train",
    "test": "holdout",
    "testing": "holdout",
    "holdout": "holdout",
}
# What file managers leave behind: nobody meant to deliver these.
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "thumbs.db", "desktop.ini"}
# Files of these kinds come with a labeled set and are nobody's pictures.
BESIDE = frozenset(("", ".xml", ".json", ".txt", ".yaml", ".yml", ".csv", ".md", ".html", ".cache", ".names"))
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


@dataclass(frozen=True)
class Limits:
    """Bounds in bytes and files for one delivery; `beside_bytes` where files beside pictures may be larger than one."""

    picture_bytes: int
    archive_bytes: int
    members: int = 2_000_000
    ratio: int = 200
    beside_bytes: int = 0

    def most(self, name: str) -> int:
        """The bytes that a file of that name may have."""
        is_beside = PurePosixPath(name).suffix.lower() in BESIDE
        return max(self.picture_bytes, self.beside_bytes) if is_beside else self.picture_bytes


@dataclass(frozen=True)
class Item:
    """One picture on offer; `open` gives its bytes, and raises Unfit where they turn out not to be deliverable.

    `name` is text for people, never a path. `split` is "train", "holdout" or ""; `label` and `group` may be empty.
    `page`, where the source says anything of the things on the picture, gives what it says: no things and no problems
    is "nothing there". It raises ValueError, or Unfit, where the annotation cannot be read.
    """

    name: str
    open: Callable[[], BinaryIO]
    label: str = ""
    split: str = ""
    group: str = ""
    page: Callable[[], Page] | None = None


@dataclass(frozen=True)
class Rejected:
    """One file that is not even read, and why."""

    name: str
    code: str
    reason: str


class Unfit(ValueError):
    """Bytes that cannot be delivered: a stable code and a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Source(Protocol):
    """One way in. `place` is text: a path on this machine, or whatever else the source understands."""

    name: str

    def accepts(self, place: str) -> bool:
        """Whether this source can read that place; asked of the sources in the order of the list."""
        ...

    def read(self, place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
        """Everything there, in an order that does not change between calls, from the `start`-th entry on.

        Each entry yields exactly one Item or Rejected. Raises Unfit where the place as a whole cannot be read.
        """
        ...


def placed(name: str) -> tuple[str, str]:
    """(split, label) that an ImageFolder tree says by the folders above a file: `<split>/<class>/file`, `<class>/file`.

    Folders further up mean nothing, so a tree may lie at any depth.
    """
    above = [part for part in PurePosixPath(name).parts[:-1] if part not in {"/", ".", ".."}]
    if not above:
        return "", ""
    nearest = SPLITS.get(above[-1].lower())
    if nearest:
        return nearest, ""
    return (SPLITS.get(above[-2].lower(), "") if len(above) > 1 else ""), above[-1]


def is_litter(name: str) -> bool:
    """Whether a file was left by a file manager and not delivered by a person."""
    parts = PurePosixPath(name).parts
    return bool(parts) and (bool(LITTER.intersection(parts)) or parts[-1].startswith("._"))


def readable_name(name: str, length: int = 1000) -> str:
    """A delivered name as text that can be stored and shown; its end is kept where it is too long.

    Characters without a shape (control, direction marks, halves of surrogates, NUL) become U+FFFD.
    """
    text = name.encode("utf-8", "replace").decode("utf-8")
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "\ufffd", text)
    return text[-length:]


def unsafe(name: str) -> bool:
    """Whether a member's name would leave its folder or means a place on some machine."""
    parts = re.split(r"[/\\]", name)
    return (
        not name.strip("/")
        or "\x00" in name
        or "\\" in name
        or name.startswith("/")
        or ".." in parts
        or bool(re.match(r"[A-Za-z]:", name))
    )


def is_regular(mode: int) -> bool:
    """Whether Unix mode bits (0 where unknown) speak of an ordinary file."""
    return stat.S_IFMT(mode) in {0, stat.S_IFREG}
