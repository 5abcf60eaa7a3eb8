"""Classes for the whole picture: exactly one, or any number of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from annotate.kind import Box, Outline, Value, parse_common


@dataclass(frozen=True)
class Choice:
    """`{"choice": [concept id]}`: exactly one concept of the project's classes; with `several` at least one, each once
    and in rising order, and "nothing" where none is there."""

    name: str = "choice"
    several: bool = False
    whole: bool = True

    def parse(
        self, answer: object, classes: Collection[int], *, machine: bool = False, proposed: Value | None = None
    ) -> Value:
        """The answer with its concepts checked; ValueError names what is wrong. A machine may say no more."""
        fields, shared = parse_common(answer)
        if shared is not None:
            return shared
        if set(fields) != {"choice"}:
            raise ValueError('an answer here has "choice", "nothing" or "pass"')
        chosen = fields["choice"]
        if self.several:
            if not isinstance(chosen, list) or not chosen:
                raise ValueError('a choice is a list of classes; that none is there is said by "nothing"')
        elif not isinstance(chosen, list) or len(chosen) != 1:
            raise ValueError("a choice is a list of exactly one class")
        for concept in chosen:
            if type(concept) is not int:  # a bool is an int to isinstance, and never a class
                raise ValueError("a class is named by its number")
            if concept not in classes:
                raise ValueError(f"class {concept} is not one of this project's")
        if len(set(chosen)) != len(chosen):
            raise ValueError("a choice names each class once")
        return {"choice": sorted(chosen)}

    def classes(self, value: Value) -> tuple[int, ...]:
        """The classes that the value names."""
        return tuple(value.get("choice", ()))

    def of_classes(self, value: Value, classes: Collection[int]) -> Value:
        """The value as it is where it is one class, which has no parts; else what is left of its classes."""
        if not self.several or "choice" not in value:
            return value
        left = [concept for concept in value["choice"] if concept in classes]
        return {"choice": left} if left else {"nothing": True}

    def similarity(self, a: Value, b: Value) -> float:
        """The classes that both name, as a share of those that either does (Jaccard): of single classes 1 for the
        same, else 0. The reason of a skip is no part of what it says."""
        if "choice" in a and "choice" in b:
            mine, yours = set(a["choice"]), set(b["choice"])
            return len(mine & yours) / len(mine | yours)
        return 1.0 if _identity(a) == _identity(b) else 0.0

    def likeness(self, said: Value, known: Value) -> tuple[float, bool]:
        """Right is the same class, or of several all the same ones."""
        alike = self.similarity(said, known)
        return alike, alike == 1.0

    def merge(self, values: Sequence[Value], weights: Sequence[float]) -> Value:
        """The value with most weight; a tie goes to the lower class, "nothing" and passes last. Of several classes each
        is decided by itself, and stays where more than half of the weight of the answers names it."""
        if not values or len(values) != len(weights):
            raise ValueError("merging takes at least one value and a weight for each")
        total: dict[tuple[int, tuple[int, ...], str], list[float]] = defaultdict(list)
        for value, weight in zip(values, weights, strict=True):
            total[_identity(value)].append(weight)
        sums = {one: sum(sorted(found)) for one, found in total.items()}
        if self.several:
            return _merge_each(sums)
        rank, concepts, word = min(sums, key=lambda one: (-sums[one], one))
        if rank == 0:
            return {"choice": list(concepts)}
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


def _identity(value: Value) -> tuple[int, tuple[int, ...], str]:
    """What a value says, as a key that sorts classes before "nothing" before passes."""
    if "choice" in value:
        return (0, tuple(value["choice"]), "")
    if "nothing" in value:
        return (1, (), "")
    return (2, (), str(value["pass"]))


def _merge_each(sums: dict[tuple[int, tuple[int, ...], str], float]) -> Value:
    """Class by class among the answers; a pass where one outweighs them all."""
    answers = {one: weight for one, weight in sums.items() if one[0] < 2}
    passes = {one: weight for one, weight in sums.items() if one[0] == 2}
    said = sum(sorted(answers.values()))
    if passes:
        leading = min(passes, key=lambda one: (-passes[one], one))
        if passes[leading] > said:
            return {"pass": leading[2]}
    named = sorted({concept for _, concepts, _ in answers for concept in concepts})
    kept = [
        concept
        for concept in named
        if 2 * sum(sorted(weight for one, weight in answers.items() if concept in one[1])) > said
    ]
    return {"choice": kept} if kept else {"nothing": True}
