"""What a version teaches of several classes per picture: for each class, whether it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry, Label
from training.engine.errors import Fault
from training.engine.examples import Examples, read_records, unknown

KIND: Final = "choices"


@dataclass(frozen=True)
class SeveralExamples(Examples):
    """`present` (n, classes) says which classes are settled as there; `shares` is None unless asked for, else how
    likely each is there. `known` says whether a picture is settled: one on which nothing is there teaches that, one
    that nobody settled teaches nothing. `unlisted` counts a picture's classes that are not listed here."""

    present: NDArray[np.bool_]
    shares: NDArray[np.float32] | None
    known: NDArray[np.bool_]
    unlisted: NDArray[np.int64]
    agreed: NDArray[np.bool_]

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Whether it is known of every class."""
        return self.known


def read_several(
    version: Version, *, problem: str, classes: tuple[ClassEntry, ...] | None, soft: bool
) -> SeveralExamples:
    """All records; `classes` are the checkpoint's where it has its own list, and no shares are read then."""
    entries = version.manifest.classes if classes is None else classes
    index_of = {entry.id: entry.index for entry in entries}
    digests, splits, states, known, unlisted, agreed = [], [], [], [], [], []
    present: list[NDArray[np.bool_]] = []
    beliefs: list[NDArray[np.float32]] = []
    for record in read_records(version, problem=problem, kinds=(KIND,)):
        label = record.labels[0] if record.labels else None
        chosen = label.value.get("choice", ()) if label else ()
        there = np.zeros(len(entries), np.bool_)
        there[[index_of[concept] for concept in chosen if concept in index_of]] = True
        digests.append(record.digest)
        splits.append(record.split)
        states.append(record.state)
        present.append(there)
        known.append(label is not None)
        unlisted.append(sum(concept not in index_of for concept in chosen))
        agreed.append(label is not None and label.agreement is not None)
        if soft and classes is None:
            beliefs.append(target_of(label, there, index_of))
    return SeveralExamples(
        classes=entries,
        digests=tuple(digests),
        splits=np.array(splits, np.str_),
        states=np.array(states, np.str_),
        present=np.array(present, np.bool_).reshape(-1, len(entries)),
        shares=np.stack(beliefs) if beliefs else None,
        known=np.array(known, np.bool_),
        unlisted=np.array(unlisted, np.int64),
        agreed=np.array(agreed, np.bool_),
    )


def loose_several(classes: tuple[ClassEntry, ...], count: int) -> SeveralExamples:
    """Pictures of which nothing is known."""
    nothing = np.zeros(count, np.bool_)
    return SeveralExamples(
        **unknown(classes, count), present=np.zeros((count, len(classes)), np.bool_), shares=None, known=nothing,
        unlisted=np.zeros(count, np.int64), agreed=nothing,
    )  # fmt: skip


def target_of(label: Label | None, there: NDArray[np.bool_], index_of: Mapping[int, int]) -> NDArray[np.float32]:
    """How likely each class is there; certain where a person ruled or no shares are known."""
    target = there.astype(np.float32)
    if label is None or label.decided or label.gold or not label.distribution:
        return target
    target[:] = 0.0  # a class too unlikely to be kept in the distribution is not there
    for concept, share in label.distribution.items():
        if concept.isdigit() and int(concept) in index_of:
            target[index_of[int(concept)]] = share
    return target


def check_several(examples: SeveralExamples) -> list[str]:
    """Names of the classes without a training picture; Fault data where no class is on some pictures and not on
    others."""
    rows = examples.rows("train")
    if len(rows) == 0:
        raise Fault("data", "no picture of the train split has settled classes yet: label some, and freeze again")
    counts = examples.present[rows].sum(axis=0)
    if not ((counts > 0) & (counts < len(rows))).any():
        raise Fault("data", "every class is on all training pictures or on none: label some others, and freeze again")
    return [entry.name for entry in examples.classes if counts[entry.index] == 0]
