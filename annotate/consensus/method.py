"""The contract of a consensus method: what people said of a picture in, one answer with how sure it is out.

A method hears votes as `Voice`s, in the shape that it asks for with `hears`, so that methods over one class per picture
read a column of numbers and only those over shapes read whole answers. Where a method needs a table of votes by class,
`table.py` makes it one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, Protocol

NOTHING: Final = 0
Hears = Literal["concept", "answer"]


class Voice(NamedTuple):
    """One answer to one picture. `said` is a concept id (NOTHING where none fits) or a parsed answer, as the method
    asked; `counted` is false for one beyond those wanted: it informs the answer and is not counted as agreement."""

    worker: str
    said: Any
    counted: bool = True


@dataclass(frozen=True)
class Opinion:
    """What the votes on one picture amount to.

    `answer` is None where nothing usable was said. `confidence` (0 to 1) is that all of it is right. `distribution` is
    the belief over classes and "nothing", by concept id as text, where classes are of the whole picture; else empty.
    Where an answer may be several of them, each class has a probability of its own. `agreement` (0 to 1) is how much
    the counted votes say the same, exactly 1 where all do.
    """

    answer: Mapping[str, Any] | None = None
    confidence: float = 0.0
    distribution: Mapping[str, float] = field(default_factory=dict)
    agreement: float = 0.0


@dataclass(frozen=True)
class Heard:
    """All live votes of a project: for each picture its voices, in the order of `item_ids`."""

    item_ids: Sequence[int]
    voices: Sequence[Sequence[Voice]]


class Learned(NamedTuple):
    """Of one worker: plain data that the next fold and fit begin from, and the votes it stands on."""

    statistics: Mapping[str, Any]
    votes: float


@dataclass(frozen=True)
class Lesson:
    """What a fit found: of each worker, over all (`prior`, plain data by name), and of the picture at a place among
    the heard ones (`opinion`, made when asked for)."""

    workers: Mapping[str, Learned]
    prior: Mapping[str, float]
    opinion: Callable[[int], Opinion]


class Method(Protocol):
    """One way from votes to answers. Nothing depends on the order of votes, pictures, workers or classes."""

    @property
    def name(self) -> str:
        """The word under which projects and consensus rows store this method."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of label that it can weigh."""

    @property
    def hears(self) -> Hears:
        """What a voice says: the one concept, or the whole answer."""

    def recall(
        self, class_ids: Sequence[int], *, prior: Mapping[str, float], workers: Mapping[str, Mapping[str, Any]]
    ) -> Any:
        """What a fit learned, made ready for `weigh` and `learn` over the classes known now; both mappings are empty
        before the first fit."""

    def weigh(self, voices: Sequence[Voice], known: Any, *, item_id: int, seed: int) -> Opinion:
        """The opinion about one picture from its votes and what is known of who cast them; reads nothing else."""

    def learn(self, heard: Heard, known: Any, *, seed: int) -> Lesson:
        """All pictures weighed together, beginning from what is known; `seed` breaks ties."""


def key_of(concept: int) -> str:
    """A class as distributions and counts name it."""
    return "nothing" if concept == NOTHING else str(concept)
