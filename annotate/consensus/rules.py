"""When a task is done: what the counted votes of one asking lead to. Plain functions, no database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from annotate.consensus.method import key_of
from annotate.kind import Kind
from annotate.labeling.facts import TaskFacts, VoteFacts
from annotate.labeling.models import Task, Vote


@dataclass(frozen=True)
class Rules:
    """What a project accepts: `cap` is the most votes a task may ask for before a reviewer has to look."""

    accept_confidence: float
    cap: int


@dataclass(frozen=True)
class Tally:
    """The live votes of one asking, counted. `said` also counts surplus answers, class by class."""

    said: Counter[str]
    answered: int
    cannot_tell: int
    broken: int

    @property
    def votes(self) -> int:
        """Votes that count towards redundancy."""
        return self.answered + self.cannot_tell

    def agreement(self, among_answers: float) -> float | None:
        """How much the counted votes say the same, where `among_answers` is how much the answers do; None for fewer
        than two, where agreement is unknown. Who cannot tell agrees with nobody."""
        return among_answers * self.answered / self.votes if self.votes > 1 else None

    def as_counts(self) -> dict[str, int]:
        """Counted and surplus votes by what they say, for display and for versions."""
        passes = {"cannot_tell": self.cannot_tell, "broken": self.broken}
        return dict(sorted(self.said.items())) | {word: number for word, number in passes.items() if number}


def tally(kind: Kind, votes: Sequence[VoteFacts]) -> Tally:
    """Counts votes that all stand in one asking; an answer that names several classes counts for each as often."""
    said: Counter[str] = Counter()
    for vote in votes:
        if vote.outcome == Vote.Outcome.ANSWER:
            named = (vote.concept,) if vote.concept is not None else kind.classes(vote.value)
            said.update(key_of(concept) for concept in named)
    return Tally(
        said=said,
        answered=sum(vote.counted for vote in votes if vote.outcome == Vote.Outcome.ANSWER),
        cannot_tell=sum(vote.counted for vote in votes if vote.outcome == Vote.Outcome.CANNOT_TELL),
        broken=len({vote.worker for vote in votes if vote.outcome == Vote.Outcome.BROKEN}),
    )


def next_state(task: TaskFacts, found: Tally, *, confidence: float, agreement: float, rules: Rules) -> tuple[str, int]:
    """The state the task goes to, and how many votes it wants then; `agreement` is that of the counted answers."""
    few = min(2, task.votes_wanted)
    if task.ruled or task.state == Task.State.WITHDRAWN:
        return task.state, task.votes_wanted
    if found.broken >= few:
        return Task.State.SET_ASIDE, task.votes_wanted
    if found.cannot_tell >= few:
        return Task.State.REVIEW, task.votes_wanted
    if found.votes < task.votes_wanted:
        return Task.State.OPEN, task.votes_wanted
    if found.answered and agreement == 1.0 and not found.cannot_tell:
        return Task.State.CLOSED, task.votes_wanted
    if task.holdout:  # a fixed number of blind votes: no confidence decides here, and no further vote is asked
        return Task.State.REVIEW, task.votes_wanted
    if found.answered and confidence >= rules.accept_confidence:
        return Task.State.CLOSED, task.votes_wanted
    if found.votes < rules.cap:
        return Task.State.OPEN, found.votes + 1
    return Task.State.REVIEW, task.votes_wanted
