"""A version's records as columns: what every problem reads. Splits come from the manifest, never drawn here."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry, Record
from training.engine.errors import Fault


@dataclass(frozen=True)
class Examples:
    """One entry per record, in record order, which is also the pixel cache's."""

    classes: tuple[ClassEntry, ...]
    digests: tuple[str, ...]
    splits: NDArray[np.str_]
    states: NDArray[np.str_]

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Whether a picture has an answer that can be learned from and scored against."""
        raise NotImplementedError

    def rows(self, split: str) -> NDArray[np.int64]:
        """Places of the split's pictures that have such an answer."""
        return np.flatnonzero((self.splits == split) & self.settled)

    def only(self, rows: NDArray[np.int64]) -> Self:
        """The same of these records alone, in this order."""
        columns = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "classes"}
        parts: dict[str, Any] = {
            name: column[rows] if isinstance(column, np.ndarray) else tuple(column[row] for row in rows.tolist())
            for name, column in columns.items()
            if column is not None
        }
        return replace(self, **parts)


def read_records(version: Version, *, problem: str, kinds: tuple[str, ...]) -> Iterator[Record]:
    """Every record; Fault config where the problem cannot learn from such labels, Fault data where none can be read."""
    if version.manifest.kind not in kinds:
        raise Fault("config", f"{problem} cannot learn from labels of kind {version.manifest.kind}")
    try:
        yield from version.records()
    except OSError as error:
        raise Fault("data", f"the records of this version cannot be read: {error}") from error


def unknown(classes: tuple[ClassEntry, ...], count: int) -> dict[str, Any]:
    """The columns that all examples share, for so many pictures of no version; their digests are their places."""
    return {
        "classes": classes,
        "digests": tuple(str(place) for place in range(count)),
        "splits": np.full(count, "", np.str_),
        "states": np.full(count, "unlabeled", np.str_),
    }


def describe_counts(examples: Examples, rows: NDArray[np.int64], split: str) -> dict[str, int]:
    """How many pictures the split has, how many are scored, and why the others are not."""
    states = examples.states[examples.splits == split]
    counts = {state: int((states == state).sum()) for state in ("unresolved", "empty", "unlabeled")}
    return {"images": len(states), "scored": len(rows), **counts}


def few_message(scored: int, split: str, *, enough: int = 30) -> str | None:
    """What to say where figures rest on few pictures, or none."""
    if scored == 0:
        return f"no picture of the {split} split has a settled class yet, so nothing could be scored"
    if scored < enough:
        return f"only {scored} settled pictures in the {split} split: read the intervals, and label more of them"
    return None
