"""PURE. What an export format is: it sees one opened version, writes named files into a sink, and tells what it lost.

The same version with the same options gives the same bytes: files come in a fixed order, and nothing of the moment or
the machine is written.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from annotate.manifest.read import Version
from annotate.manifest.schema import Record

CHUNK: Final = 1 << 20
Options = Mapping[str, Any]
Step = Callable[[int], None]

# What the words in LOSSES.json mean; every format counts with these.
LOSSES: Final[dict[str, str]] = {
    "unlabeled": "pictures nobody has settled yet, left out",
    "unresolved": "pictures that were asked and not settled, left out",
    "empty": 'pictures settled as "none of the classes is there", left out',
    "left_out": "pictures that lie in no split because they bridge two, left out",
    "several": "pictures with several classes, left out: a folder for each class holds a picture once",
    "excluded": "pictures that were excluded, deleted or set aside before the version was frozen",
    "soft_labels": "labels whose distribution over the classes is not kept",
    "confidences": "labels whose confidence and agreement are not kept",
    "vote_counts": "labels whose numbers of votes are not kept",
    "marks": "labels that are gold, decided by a reviewer or imported, and are not marked so",
    "votes": "single votes, not kept",
    "groups": "pictures whose group is not kept",
    "provenance": "pictures whose source, licence or author is not kept",
    "names": "pictures whose own file name was replaced; the map file has it",
    "chosen": "pictures of which it is not kept what chose them for labeling",
    "empty_classes": "classes without a picture in a split that has others: no folder was made for them there",
    "box_confidences": "boxes whose own confidence is not kept",
    "flags": "boxes with a flag (occluded, truncated, difficult, crowd) that the format has no place for",
    "crowds": "boxes around a crowd, left out: in this format each would be taken for one object",
    "only_crowds": "pictures with nothing but crowds, left out: without them they would be taken for empty ones",
    "no_validation": "splits without a picture for which the training pictures are named, since readers ask for one",
    "coordinates": "boxes whose corners were rounded to whole pixels",
    "origins": "boxes of which it is not kept which proposal they began as",
    "not_jpeg": "pictures that are no JPEG: a reader that looks for .jpg alone will not find them",
    "classes": "classes whose place in the schema the layout itself cannot hold; the class file has it",
}


@dataclass(frozen=True)
class Option:
    """One thing that a format lets its user choose; `choices` are words, or (False, True)."""

    name: str
    default: str | bool
    choices: tuple[str | bool, ...]
    help: str


class Sink(Protocol):
    """Where an export goes: a zip or a folder. Paths are relative, with "/", and given by the format, never by data."""

    def add(self, path: str, chunks: Iterable[bytes]) -> None:
        """Writes one file, in pieces."""


@dataclass
class Losses:
    """What could not be held, counted, and what was kept."""

    pictures: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    details: dict[str, Any] = field(default_factory=dict)

    def count(self, name: str, number: int = 1) -> None:
        if name not in LOSSES:
            raise KeyError(name)
        if number:
            self.lost[name] += number


class Format(Protocol):
    """One way to write a version."""

    @property
    def name(self) -> str:
        """The word in addresses and rows."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be chosen."""

    @property
    def sample(self) -> tuple[str, str, str]:
        """Three lines that show what the result looks like."""

    def accepts(self, kind: str) -> bool:
        """Whether labels of this kind can be written at all."""

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """Writes everything; `step` hears how many pictures are done. Never holds all records."""


INCLUDE: Final = Option(
    "include",
    "labeled",
    ("labeled", "settled", "all"),
    'labeled: only pictures with a class; settled: also those with "none of the classes"; all: also unsettled ones',
)
VOTES: Final = Option("votes", False, (False, True), "also every vote, under pseudonyms, as votes.csv")


def chosen_options(form: Format, given: Options) -> dict[str, Any]:
    """The options with defaults filled in; ValueError for one that the format does not have, or a value it is not."""
    known = {option.name: option for option in form.options}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{form.title} has no option {name!r}")
        if not any(value is choice or (isinstance(value, str) and value == choice) for choice in known[name].choices):
            said = ", ".join(json.dumps(choice) for choice in known[name].choices)
            raise ValueError(f"{name} is one of {said}")
    return {name: given.get(name, option.default) for name, option in sorted(known.items())}


def write_export(
    version: Version, form: Format, sink: Sink, *, options: Options, step: Step = lambda done: None
) -> dict[str, Any]:
    """Writes the version in one format, and LOSSES.json last; gives what that says.

    ValueError where the format cannot hold this kind of label, an option is not its own, or the version was changed.
    """
    chosen = chosen_options(form, options)
    if not form.accepts(version.manifest.kind):
        raise ValueError(f"{form.title} cannot hold labels of kind {version.manifest.kind}")
    losses = form.write(version, sink, options=chosen, step=step)
    report = {
        "format": form.name,
        "options": chosen,
        "version": version.manifest.digest,
        "pictures": {"in_version": version.manifest.counts["images"], "written": losses.pictures},
        "lost": {name: {"count": number, "what": LOSSES[name]} for name, number in sorted(losses.lost.items())},
        "details": losses.details,
    }
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    sink.add("LOSSES.json", [text.encode()])
    return report


def picture(version: Version, record: Record) -> Iterator[bytes]:
    """The picture's bytes; ValueError at their end where they are not what was frozen."""
    seal = hashlib.sha256()
    with version.open_image(record) as file:
        while chunk := file.read(CHUNK):
            seal.update(chunk)
            yield chunk
    if seal.hexdigest() != record.digest:
        raise ValueError(f"record {record.digest}: its picture was changed")


def wanted(record: Record, include: str) -> bool:
    """Whether the option `include` asks for a record of this state."""
    return {"labeled": 1, "empty": 2, "unresolved": 3, "unlabeled": 3}[record.state] <= {
        "labeled": 1, "settled": 2, "all": 3,
    }[include]  # fmt: skip


def count_unheld(record: Record, path: str, losses: Losses) -> None:
    """What of a record a layout of files, written at `path`, has no place for."""
    losses.count("groups", bool(record.group))
    losses.count("provenance", bool(record.source or record.licence or record.author))
    losses.count("chosen", bool(record.chosen_by))
    losses.count("names", path.rsplit("/", 1)[-1] != record.name)
    for label in record.labels:
        losses.count("confidences")
        losses.count("vote_counts", bool(label.votes))
        losses.count("marks", label.gold or label.decided or label.source != "consensus")


def count_excluded(version: Version, losses: Losses) -> None:
    """Pictures that were out before anything was written: no format can hold them."""
    excluded = version.manifest.extra.get("excluded", {})
    losses.count("excluded", sum(sum(by_state.values()) for by_state in excluded.values()))
