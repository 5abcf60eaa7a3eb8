"""When a task is done: what the counted votes of one asking lead to. Plain functions, no database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.labeling.facts import TaskFacts, VoteFacts
from annotate.labeling.models import Task, Vote

NOTHING = 0


@dataclass(frozen=True)
class Rules:
    """What a project accepts: `cap` is the most votes a task may ask for before a reviewer has to look."""

    accept_confidence: float
    cap: int


@dataclass(frozen=True)
class Tally:
    """The live votes of one asking, counted. Surplus answers are in `answers` only."""

    answers: Counter[int]
    counted: Counter[int]
    cannot_tell: int
    broken: int

    @property
    def votes(self) -> int:
        """Votes that count towards redundancy."""
        return self.counted.total() + self.cannot_tell

    @property
    def unanimous(self) -> bool:
        """All counted votes give one and the same answer."""
        return len(self.counted) == 1 and not self.cannot_tell

    @property
    def agreement(self) -> float | None:
        """The leading answer's share of the counted votes; None for fewer than two, where agreement is unknown."""
        if self.votes < 2:
            return None
        return max(self.counted.values(), default=0) / self.votes

    def as_counts(self) -> dict[str, int]:
        """Counted and surplus votes by what they say, for display and for versions."""
        found = {key_of(concept): number for concept, number in sorted(self.answers.items())}
        passes = {"cannot_tell": self.cannot_tell, "broken": self.broken}
        return found | {word: number for word, number in passes.items() if number}


def tally(votes: Sequence[VoteFacts]) -> Tally:
    """Counts votes that all stand in one asking."""
    answers = [vote for vote in votes if vote.outcome == Vote.Outcome.ANSWER and vote.concept is not None]
    return Tally(
        answers=Counter(vote.concept for vote in answers if vote.concept is not None),
        counted=Counter(vote.concept for vote in answers if vote.counted and vote.concept is not None),
        cannot_tell=sum(vote.counted for vote in votes if vote.outcome == Vote.Outcome.CANNOT_TELL),
        broken=len({vote.worker for vote in votes if vote.outcome == Vote.Outcome.BROKEN}),
    )


def next_state(task: TaskFacts, found: Tally, confidence: float, *, rules: Rules) -> tuple[str, int]:
    """The state the task goes to, and how many votes it wants then."""
    few = min(2, task.votes_wanted)
    if task.ruled or task.state == Task.State.WITHDRAWN:
        return task.state, task.votes_wanted
    if found.broken >= few:
        return Task.State.SET_ASIDE, task.votes_wanted
    if found.cannot_tell >= few:
        return Task.State.REVIEW, task.votes_wanted
    if found.votes < task.votes_wanted:
        return Task.State.OPEN, task.votes_wanted
    if found.unanimous:
        return Task.State.CLOSED, task.votes_wanted
    if task.holdout:  # a fixed number of blind votes: no confidence decides here, and no further vote is asked
        return Task.State.REVIEW, task.votes_wanted
    if found.counted and confidence >= rules.accept_confidence:
        return Task.State.CLOSED, task.votes_wanted
    if found.votes < rules.cap:
        return Task.State.OPEN, found.votes + 1
    return Task.State.REVIEW, task.votes_wanted


def key_of(concept: int) -> str:
    """A class as distributions and counts name it."""
    return "nothing" if concept == NOTHING else str(concept)


def answer_of(concept: int) -> Mapping[str, Any]:
    """A class as an answer names it."""
    return {"nothing": True} if concept == NOTHING else {"choice": [concept]}
