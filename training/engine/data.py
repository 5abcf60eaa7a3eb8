"""A version's records as columns the engine can compute with. Splits come from the manifest, never drawn here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry
from training.engine.errors import Fault
from training.engine.problem import Problem


@dataclass(frozen=True)
class Examples:
    """One entry per record, in record order, which is also the pixel cache's.

    `truth` is the index of the settled class, -1 where there is none of these classes; `shares` is None unless asked
    for, else (n, classes), zero where there is no truth; `agreed` says whether the votes' agreement is known.
    """

    classes: tuple[ClassEntry, ...]
    digests: tuple[str, ...]
    splits: NDArray[np.str_]
    states: NDArray[np.str_]
    truth: NDArray[np.int64]
    agreed: NDArray[np.bool_]
    shares: NDArray[np.float32] | None

    def rows(self, split: str) -> NDArray[np.int64]:
        """Places of the split's pictures whose truth is one of the classes."""
        return np.flatnonzero((self.splits == split) & (self.truth >= 0))


def read_examples(
    version: Version, problem: Problem, classes: tuple[ClassEntry, ...] | None = None, *, shares: bool = False
) -> Examples:
    """All records; `classes` are the checkpoint's where it has its own list, matched by concept id."""
    if version.manifest.kind not in problem.kinds:
        raise Fault("config", f"{problem.name} cannot learn from labels of kind {version.manifest.kind}")
    entries = version.manifest.classes if classes is None else classes
    index_of = {entry.id: entry.index for entry in entries}
    digests, splits, states, truth, agreed = [], [], [], [], []
    beliefs: list[NDArray[np.float32]] = []
    nothing = np.zeros(len(entries), np.float32)
    try:
        for record in version.records():
            label = record.labels[0] if record.state == "labeled" else None
            found = None if label is None else problem.truth(label, index_of)
            digests.append(record.digest)
            splits.append(record.split)
            states.append(record.state)
            truth.append(-1 if found is None else found)
            agreed.append(label is not None and label.agreement is not None)
            if shares:
                target = None if label is None else problem.target(label, index_of)
                beliefs.append(nothing if target is None else target)
    except OSError as error:
        raise Fault("data", f"the records of this version cannot be read: {error}") from error
    return Examples(
        classes=entries,
        digests=tuple(digests),
        splits=np.array(splits, np.str_),
        states=np.array(states, np.str_),
        truth=np.array(truth, np.int64),
        agreed=np.array(agreed, np.bool_),
        shares=np.stack(beliefs) if beliefs else None,
    )


def check_trainable(examples: Examples) -> list[str]:
    """Names of the classes without a training picture; Fault data where there is nothing to tell apart."""
    rows = examples.rows("train")
    if len(examples.classes) < 2:
        raise Fault("data", f"this version has {len(examples.classes)} class; learning to tell apart takes two")
    if len(rows) == 0:
        raise Fault("data", "no picture of the train split has a settled class yet: label some, and freeze again")
    seen = set(examples.truth[rows].tolist())
    if len(seen) < 2:
        only = next(entry.name for entry in examples.classes if entry.index in seen)
        raise Fault("data", f"every training picture is of the class {only}: label some of another, and freeze again")
    return [entry.name for entry in examples.classes if entry.index not in seen]
