"""What a version folder holds, as frozen rows, and the digest that seals it.

Every row has `extra`: fields this release does not know, kept as they came. In the digest they stand beside the
known fields, so that a later release may give one a column of its own without changing any digest.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

FORMAT: Final = 1
SHARD_ROWS: Final = 50_000
SPLITS: Final = ("train", "val", "holdout", "")
STATES: Final = ("labeled", "empty", "unresolved", "unlabeled")
LABEL_SOURCES: Final = ("consensus", "decision", "imported", "gold")
EXTENSIONS: Final = ("jpg", "jpeg", "png", "webp", "gif")

Split = Literal["train", "val", "holdout", ""]
State = Literal["labeled", "empty", "unresolved", "unlabeled"]
LabelSource = Literal["consensus", "decision", "imported", "gold"]

DIGEST_PATTERN: Final = re.compile(r"[0-9a-f]{64}")
PATH_PATTERN: Final = re.compile(rf"images/[0-9a-f]{{2}}/[0-9a-f]{{64}}\.({'|'.join(EXTENSIONS)})")


@dataclass(frozen=True)
class ClassEntry:
    """One class of the label schema: `index` is its frozen place, `id` the concept, `key` its public identifier."""

    index: int
    id: int
    key: str
    name: str
    definition: str = ""


@dataclass(frozen=True)
class Label:
    """The settled answer for a picture and what it stands on.

    `distribution` and `counts` are keyed by concept id as text, or "nothing" (and "cannot_tell" in counts).
    `agreement` is None where it is not known, for example with one vote.
    """

    kind: str
    value: Mapping[str, Any]
    confidence: float
    distribution: Mapping[str, float] = field(default_factory=dict)
    votes: int = 0
    agreement: float | None = None
    gold: bool = False
    source: LabelSource = "consensus"
    decided: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a source that is not one, and shares that are none."""
        if self.source not in LABEL_SOURCES:
            raise ValueError(f"label source {self.source!r} is not one of {', '.join(LABEL_SOURCES)}")
        shares = [self.confidence, *self.distribution.values()]
        if self.agreement is not None:
            shares.append(self.agreement)
        if not all(math.isfinite(share) and -1e-9 <= share <= 1 + 1e-9 for share in shares):
            raise ValueError("confidence, agreement and distribution of a label lie between 0 and 1")
        _refuse_known(self.extra, Label)


@dataclass(frozen=True)
class Record:
    """One picture: `digest` is the SHA-256 of the file at `path`, `width` and `height` are its upright pixels.

    `state`: labeled; empty (settled: none of the classes is there); unresolved (asked, not settled); unlabeled.
    `split` is empty for a picture that is neither trained on nor scored. `votes` are row numbers in the vote table.
    """

    digest: str
    path: str
    width: int
    height: int
    split: Split = ""
    group: str = ""
    source: str = ""
    licence: str = ""
    author: str = ""
    name: str = ""
    state: State = "unlabeled"
    chosen_by: str = ""
    labels: tuple[Label, ...] = ()
    votes: tuple[int, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a record that a reader could not trust: path from data, unknown split, label without its state."""
        if not DIGEST_PATTERN.fullmatch(self.digest):
            raise ValueError(f"record {self.digest[:80]!r}: the digest is not a SHA-256 in lower-case hex")
        if not PATH_PATTERN.fullmatch(self.path) or self.digest not in self.path:
            raise ValueError(f"record {self.digest}: the path is not images/<ab>/<digest>.<extension>")
        if self.split not in SPLITS:
            raise ValueError(f"record {self.digest}: split {self.split!r} is not known")
        if self.state not in STATES:
            raise ValueError(f"record {self.digest}: state {self.state!r} is not known")
        if (self.state in ("labeled", "empty")) != bool(self.labels):
            raise ValueError(f"record {self.digest}: state {self.state!r} and {len(self.labels)} labels contradict")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"record {self.digest}: a picture has at least one pixel each way")
        _refuse_known(self.extra, Record)


@dataclass(frozen=True)
class VoteRow:
    """One person's answer under a pseudonym; `counted` is false for surplus, superseded and skipped ones."""

    digest: str
    person: str
    asking: int
    answer: Mapping[str, Any]
    created: str
    counted: bool = True
    surplus: bool = False
    proposed: bool = False
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a vote that names no picture."""
        if not DIGEST_PATTERN.fullmatch(self.digest):
            raise ValueError(f"vote on {self.digest[:80]!r}: the digest is not a SHA-256 in lower-case hex")
        _refuse_known(self.extra, VoteRow)


@dataclass(frozen=True, kw_only=True)
class ManifestFields:
    """What the one who freezes says of a version; the writer adds what it counted.

    `consensus`: method, parameters, seed. `splits`: the rule by which train and validation were drawn.
    `taxonomy`: name and version of where the classes come from. `created`: ISO 8601 in UTC.
    """

    project: str
    kind: str
    classes: tuple[ClassEntry, ...]
    taxonomy: str = ""
    consensus: Mapping[str, Any] = field(default_factory=dict)
    splits: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    code_revision: str = ""
    licence: str = ""
    created: str = ""
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse classes whose indices are not 0, 1, 2 ... or whose ids or keys repeat."""
        if [entry.index for entry in self.classes] != list(range(len(self.classes))):
            raise ValueError("the classes of a manifest stand in order of their index, from 0, without a gap")
        for what in ("id", "key"):
            if len({getattr(entry, what) for entry in self.classes}) != len(self.classes):
                raise ValueError(f"two classes of the manifest have the same {what}")
        _refuse_known(self.extra, Manifest)


@dataclass(frozen=True, kw_only=True)
class Manifest(ManifestFields):
    """The head of a version folder. `digest` seals records and votes; `record_shards` and `vote_shards` name files."""

    format: int
    digest: str
    counts: Mapping[str, Any]
    record_shards: tuple[str, ...]
    vote_shards: tuple[str, ...]

    @property
    def index_of(self) -> dict[int, int]:
        """Place of each class by concept id."""
        return {entry.id: entry.index for entry in self.classes}


def row_to_json(row: Record | VoteRow | Label | ClassEntry | Manifest) -> dict[str, Any]:
    """The row as JSON data with its unknown fields beside the known ones."""
    known: dict[str, Any] = {}
    for one in fields(row):
        value = getattr(row, one.name)
        if one.name == "extra":
            continue
        if isinstance(value, tuple):
            value = [row_to_json(item) if isinstance(item, (Label, ClassEntry)) else item for item in value]
        known[one.name] = value
    return {**getattr(row, "extra", {}), **known}


def canonical_line(row: Record | VoteRow) -> bytes:
    """The bytes of a row that the version's digest is taken over: sorted keys, no blanks, UTF-8, one line feed."""
    try:
        text = json.dumps(row_to_json(row), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode() + b"\n"
    except (TypeError, ValueError) as error:
        raise ValueError(f"{type(row).__name__.lower()} {row.digest}: {error}") from error


def _refuse_known(extra: Mapping[str, Any], row: type) -> None:
    taken = sorted(set(extra) & {one.name for one in fields(row)})
    if taken:
        raise ValueError(f"extra fields of a {row.__name__} repeat known ones: {', '.join(taken)}")
