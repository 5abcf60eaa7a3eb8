"""The contract of a label kind: nine verbs that voting, consensus, review and export stand on.

A value is plain JSON data, the very object that a person's answer is stored as. Three shapes are shared by
every kind: its own (`{"choice": [7]}`), `{"nothing": true}` (looked at, none of the classes is there) and
`{"pass": reason}` (no answer about the content).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Protocol

Value = Mapping[str, Any]
Box = tuple[float, float, float, float]
Outline = Sequence[tuple[float, float]]

PASSES: Final = ("cannot_tell", "broken", "skip")
REASON_LIMIT: Final = 500
MOST_BYTES: Final = 2**20


class Kind(Protocol):
    """What a kind of label can do; knows nothing of people, tasks or files."""

    @property
    def name(self) -> str:
        """The word under which votes and records store this kind."""

    @property
    def several(self) -> bool:
        """Whether one answer may name several classes; else it names one."""

    @property
    def whole(self) -> bool:
        """Whether its classes speak of the whole picture, so that a picture has a belief in each; else of parts."""

    def parse(
        self, answer: object, classes: Collection[int], *, machine: bool = False, proposed: Value | None = None
    ) -> Value:
        """The answer in its one canonical form; `classes` are the concept ids one may name.

        ValueError, with a sentence, for anything else than what the kind allows. `machine`: the answer is no person's,
        and its parts may say how sure they are. `proposed`: the answer that the person was shown; a word of having
        begun as a part of it that it does not have is left out, and the rest kept.
        """

    def classes(self, value: Value) -> tuple[int, ...]:
        """The concepts that a parsed value names, one as often as it names it; none for "nothing" and for a pass."""

    def of_classes(self, value: Value, classes: Collection[int]) -> Value:
        """What a parsed value says of these concepts: without its parts that name others, and "nothing" where no part
        is left. An answer that is one class has no parts, and stays as it is."""

    def similarity(self, a: Value, b: Value) -> float:
        """How much two parsed values say the same: 0 to 1, symmetric, 1 for equal values."""

    def likeness(self, said: Value, known: Value) -> tuple[float, bool]:
        """How much an answer has in common with a known one, 0 to 1, and whether that makes it right: the one rule by
        which people are judged, wherever they are. 1 and right for equal values; a pass is like nothing but itself."""

    def merge(self, values: Sequence[Value], weights: Sequence[float]) -> Value:
        """One value that stands for all of them; the same for any order of the inputs. ValueError without values."""

    def bounds(self, value: Value) -> Box | None:
        """Smallest box around the value, (x0, y0, x1, y1) in pixels, half open; None for the whole picture."""

    def within(self, value: Value, width: int, height: int) -> Value:
        """The parsed value on a picture of that size: what lies a little beyond its edge is cut off, by the kind's own
        rule. ValueError where it lies further out."""

    def outline(self, value: Value) -> Outline | None:
        """The corners of the value in pixels, in order; None where the kind has no outline."""


def parse_common(answer: object) -> tuple[dict[str, Any], Value | None]:
    """The answer as an object, and its value where it is one of the shapes that all kinds share.

    ValueError where it is no object, a shared shape with something else inside, or larger than any answer may be.
    """
    if not isinstance(answer, dict):
        raise ValueError("an answer is a JSON object")
    if len(json.dumps(answer, separators=(",", ":"))) > MOST_BYTES:
        raise ValueError(f"an answer takes at most {MOST_BYTES // 2**20} MB")
    if "nothing" in answer:
        if answer != {"nothing": True} or answer["nothing"] is not True:
            raise ValueError('"nothing" stands alone and is true')
        return answer, {"nothing": True}
    if "pass" in answer:
        return answer, _parse_pass(answer)
    return answer, None


def _parse_pass(answer: dict[str, Any]) -> Value:
    why = answer["pass"]
    if why not in PASSES:
        raise ValueError(f"a pass is one of {', '.join(PASSES)}")
    if why != "skip":
        if len(answer) > 1:
            raise ValueError(f'"{why}" takes nothing beside it')
        return {"pass": why}
    if set(answer) - {"pass", "reason"}:
        raise ValueError('a skip takes only a "reason" beside it')
    reason = answer.get("reason", "")
    if not isinstance(reason, str) or len(reason) > REASON_LIMIT:
        raise ValueError(f"the reason of a skip is a text of at most {REASON_LIMIT} characters")
    return {"pass": "skip", "reason": reason} if reason else {"pass": "skip"}
