"""PURE. Labeled sets by their layout: files of a folder or zip that say something of the pictures beside them.

A layout looks at all names first, and then offers the pictures in the order in which they lie, each with the page that
its annotation will give when it is asked. Files that belong to the layout are not offered; an annotation that belongs
to no picture is listed as rejected, after all others.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from annotate.codec import Page
from annotate.ingest.foldered import read_folder
from annotate.ingest.source import BESIDE, SPLITS, Item, Limits, Rejected, Unfit, unsafe
from annotate.ingest.zipped import is_zip, read_zip

# What is read of a file beside pictures; a file of annotations may be larger than any picture.
MOST_BESIDE: Final = 512 * 2**20
MOST_LISTED: Final = 1000


@dataclass(frozen=True)
class Pile:
    """Everything in one place: what can be opened, by name, and what is refused at sight."""

    items: Mapping[str, Item]
    refused: Sequence[Rejected] = ()

    @cached_property
    def pictures(self) -> list[str]:
        """Names of what may be pictures, in their order."""
        return [name for name in self.items if suffix(name) not in BESIDE]

    @cached_property
    def by_stem(self) -> dict[str, str]:
        """Pictures by their name without its suffix; the first of twins."""
        found: dict[str, str] = {}
        for name in self.pictures:
            found.setdefault(stem(name), name)
        return found

    @cached_property
    def by_file(self) -> dict[str, list[str]]:
        """Pictures by the last part of their name."""
        found: dict[str, list[str]] = {}
        for name in self.pictures:
            found.setdefault(name.rsplit("/", 1)[-1], []).append(name)
        return found

    def named(self, *suffixes: str) -> list[str]:
        """Names with one of these suffixes, in order of name."""
        return sorted(name for name in self.items if suffix(name) in suffixes)

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file; Unfit where they cannot be had or are more than `limit`."""
        with self.items[name].open() as stream:
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise Unfit("too_large", f"{name} is larger than {max(1, limit // 2**20)} MB.")
        return content


@dataclass(frozen=True)
class Arrangement:
    """What a layout makes of a pile: pages and splits by the name of a picture, and what it could not make use of."""

    pages: Mapping[str, Callable[[], Page]]
    splits: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Rejected] = ()


class Layout(ABC):
    """A way in which a labeled set lies, in whatever place: how it is recognised, and what it makes of a pile."""

    name: str

    @abstractmethod
    def holds(self, pile: Pile) -> bool:
        """Whether the files lie so."""

    @abstractmethod
    def lay(self, pile: Pile) -> Arrangement:
        """What it makes of a pile that it holds."""


def pile_of(place: str, limits: Limits) -> Pile | None:
    """The pile in a folder or zip; None where there is neither, or none that can be read."""
    limits = replace(limits, beside_bytes=MOST_BESIDE)
    if Path(place).is_dir():
        entries = read_folder(place, limits)
    elif is_zip(place):
        entries = read_zip(place, limits)
    else:
        return None
    items: dict[str, Item] = {}
    refused: list[Rejected] = []
    try:
        for entry in entries:
            if isinstance(entry, Rejected):
                refused.append(entry)
            elif entry.name in items:
                refused.append(Rejected(entry.name, "twin_name", "Another file here has the very same name."))
            else:
                items[entry.name] = replace(entry, label="", split="")
    except Unfit:
        return None
    return Pile(items, refused)


def arranged(pile: Pile, arrangement: Arrangement, *, start: int = 0) -> Iterator[Item | Rejected]:
    """The entries of a labeled set: pictures, then what was refused at sight, then what belongs to no picture."""
    entries: list[str | Rejected] = [*pile.pictures, *pile.refused, *arrangement.problems[:MOST_LISTED]]
    for entry in entries[start:]:
        if isinstance(entry, Rejected):
            yield entry
        else:
            yield replace(pile.items[entry], split=arrangement.splits.get(entry, ""), page=arrangement.pages.get(entry))


def find(pile: Pile, name: str, *, near: str, split: str = "") -> str:
    """The picture that a file at `near` calls `name`; ValueError where none, or more than one, can be meant."""
    if unsafe(name):
        raise ValueError(f"{name[:100]!r} points outside the set")
    told = str(PurePosixPath(name))
    ends = f"/{told}"
    found = [one for one in pile.by_file.get(told.rsplit("/", 1)[-1], ()) if f"/{one}".endswith(ends)]
    if len(found) > 1:
        folder = folder_of(near)
        beside = [one for one in found if one == f"{folder}{told}"]
        of_split = [one for one in found if split and split in folder_words(one)]
        found = beside or of_split or found
    if len(found) != 1:
        raise ValueError(f"{told[:100]!r} is {'not here' if not found else 'here more than once'}")
    return found[0]


def suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def stem(name: str) -> str:
    """The name without its suffix, folders kept."""
    return name[: len(name) - len(PurePosixPath(name).suffix)]


def folder_of(name: str) -> str:
    """The folders above a name, with a slash at their end."""
    return name[: name.rfind("/") + 1]


def folder_words(name: str) -> list[str]:
    """The words in the folders above a name, the nearest first: `train2017` is the word train."""
    parts = reversed(PurePosixPath(name).parts[:-1])
    return [word for part in parts for word in re.findall("[a-z]+", part.lower())]


def split_by_words(words: Sequence[str]) -> str:
    """The side that the first telling word means, "" where none does."""
    return next((SPLITS[word] for word in words if word in SPLITS), "")
