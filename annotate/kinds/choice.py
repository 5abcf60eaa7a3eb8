"""One class for the whole picture."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from annotate.kind import Box, Outline, Value, parse_common


@dataclass(frozen=True)
class Choice:
    """`{"choice": [concept id]}`: exactly one concept of the project's classes."""

    name: str = "choice"
    several: bool = False

    def parse(
        self, answer: object, classes: Collection[int], *, machine: bool = False, proposed: Value | None = None
    ) -> Value:
        """The answer with its one concept checked; ValueError names what is wrong. A machine may say no more."""
        fields, shared = parse_common(answer)
        if shared is not None:
            return shared
        if set(fields) != {"choice"}:
            raise ValueError('an answer here has "choice", "nothing" or "pass"')
        chosen = fields["choice"]
        if not isinstance(chosen, list) or len(chosen) != 1:
            raise ValueError("a choice is a list of exactly one class")
        concept = chosen[0]
        if type(concept) is not int:  # a bool is an int to isinstance, and never a class
            raise ValueError("a class is named by its number")
        if concept not in classes:
            raise ValueError(f"class {concept} is not one of this project's")
        return {"choice": [concept]}

    def classes(self, value: Value) -> tuple[int, ...]:
        """The one class, where the value names one."""
        return tuple(value.get("choice", ()))

    def of_classes(self, value: Value, classes: Collection[int]) -> Value:
        """The value as it is: its one class has no parts."""
        return value

    def similarity(self, a: Value, b: Value) -> float:
        """1 for the same answer, else 0; the reason of a skip is no part of what it says."""
        return 1.0 if _identity(a) == _identity(b) else 0.0

    def merge(self, values: Sequence[Value], weights: Sequence[float]) -> Value:
        """The value with most weight; a tie goes to the lower class, "nothing" and passes last."""
        if not values or len(values) != len(weights):
            raise ValueError("merging takes at least one value and a weight for each")
        total: dict[tuple[int, int, str], list[float]] = defaultdict(list)
        for value, weight in zip(values, weights, strict=True):
            total[_identity(value)].append(weight)
        rank, concept, word = min(total, key=lambda one: (-sum(sorted(total[one])), one))
        if rank == 0:
            return {"choice": [concept]}
        return {"nothing": True} if rank == 1 else {"pass": word}

    def bounds(self, value: Value) -> Box | None:
        """None: a class speaks of the whole picture."""
        return None

    def within(self, value: Value, width: int, height: int) -> Value:
        """The value as it is."""
        return value

    def outline(self, value: Value) -> Outline | None:
        """None: a class has no shape."""
        return None


def _identity(value: Value) -> tuple[int, int, str]:
    """What a value says, as a key that sorts classes before "nothing" before passes."""
    if "choice" in value:
        return (0, int(value["choice"][0]), "")
    if "nothing" in value:
        return (1, 0, "")
    return (2, 0, str(value["pass"]))
