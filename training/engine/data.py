"""What a version teaches of one class per picture, as columns the engine can compute with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.engine.errors import Fault
from training.engine.examples import Examples


@dataclass(frozen=True)
class ClassExamples(Examples):
    """`truth` is the index of the settled class, -1 where there is none of these classes; `shares` is None unless
    asked for, else (n, classes), zero where there is no truth; `agreed` says whether the votes' agreement is known."""

    truth: NDArray[np.int64]
    agreed: NDArray[np.bool_]
    shares: NDArray[np.float32] | None

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Whether the truth is one of the classes."""
        return self.truth >= 0


def check_classes(examples: ClassExamples) -> list[str]:
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
