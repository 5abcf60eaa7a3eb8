"""What stands as the answer for a picture when a version is frozen: a ruling over gold over the crowd."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from annotate.consensus.models import Consensus, Decision
from annotate.datasets.votes import Mark
from annotate.kinds import KINDS
from annotate.labeling.models import Task
from annotate.manifest.schema import Label, LabelSource, State

RULED = {Decision.Ruling.SETTLE, Decision.Ruling.GOLD}


def standing(decision: Decision | None, task: Task | None) -> Decision | None:
    """The last ruling, where it says an answer and the task was not asked again since."""
    if decision is None or task is None or decision.ruling not in RULED or decision.asking < task.asking:
        return None
    return decision


def answer_of(
    task: Task | None, decision: Decision | None, consensus: Consensus | None
) -> tuple[Mapping[str, Any] | None, str]:
    """The settled answer and where it comes from; None while nothing is settled."""
    if task is None or task.state == Task.State.WITHDRAWN:
        return None, ""
    if ruled := standing(decision, task):
        if ruled.ruling == Decision.Ruling.SETTLE:
            return ruled.answer, "decision"
        return ruled.answer, _known(task) if ruled.actor_id is None else "gold"
    if task.gold is not None:
        return cast("Mapping[str, Any]", task.gold), _known(task)
    if task.state == Task.State.CLOSED and consensus is not None:
        return consensus.answer, "consensus"
    return None, ""


def _known(task: Task) -> str:
    """What an answer that came with the picture is called: on the holdout it is truth, and marked as not ours."""
    return "imported" if task.holdout else "gold"


def state_of(task: Task | None, answer: Mapping[str, Any] | None) -> State:
    """In the manifest's words: a pass settles nothing, and "none of these" is an answer."""
    if answer is not None and "pass" not in answer:
        return "empty" if "nothing" in answer else "labeled"
    if task is None or task.state == Task.State.WITHDRAWN:
        return "unlabeled"
    asked = task.state != Task.State.OPEN or task.asking > 1 or task.votes_counted > 0
    return "unresolved" if asked else "unlabeled"


def label_of(
    kind: str,
    *,
    answer: Mapping[str, Any],
    source: str,
    task: Task,
    consensus: Consensus | None,
    votes: Sequence[Mark],
    concepts: Collection[str],
) -> Label:
    """The label with what it stands on; `concepts` are the keys that a distribution may have.

    A crowd in which only sources speak is "imported".
    """
    heard = [vote for vote in votes if vote.stands]
    counted = consensus.counts if consensus is not None else {}
    said: dict[str, Any] = {
        "kind": kind,
        "value": dict(answer),
        "votes": consensus.votes if consensus is not None else len(heard),
        "agreement": consensus.agreement if consensus is not None else None,
        "gold": task.gold is not None or source == "gold",
        "counts": {key: int(counted[key]) for key in sorted(counted) if key in concepts or key == "cannot_tell"},
        "decided": source != "consensus",
    }
    if source == "consensus" and consensus is not None:
        only_sources = bool(heard) and all(vote.source for vote in heard)
        return Label(
            **said,
            confidence=_share(consensus.confidence),
            distribution=_distribution(kind, consensus.distribution, concepts),
            source="imported" if only_sources else cast("LabelSource", consensus.source),
        )
    return Label(**said, confidence=1.0, distribution=_certain(kind, answer), source=cast("LabelSource", source))


def _certain(kind: str, answer: Mapping[str, Any]) -> dict[str, float]:
    """All belief on the classes named; there is no such thing where they speak of parts of the picture."""
    if not KINDS[kind].whole:
        return {}
    return {"nothing": 1.0} if "nothing" in answer else {str(one): 1.0 for one in KINDS[kind].classes(answer)}


def _distribution(kind: str, found: Mapping[str, float], concepts: Collection[str]) -> dict[str, float]:
    """Belief over the classes and "nothing"; what went to "cannot tell" is shared out in proportion. Where several
    classes may be there at once, each keeps its own probability."""
    kept = {key: float(share) for key, share in found.items() if key in concepts and share > 0}
    if KINDS[kind].several:
        return {key: _share(share) for key, share in sorted(kept.items())}
    total = sum(kept.values())
    return {key: _share(share / total) for key, share in sorted(kept.items())} if total > 0 else {}


def _share(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
