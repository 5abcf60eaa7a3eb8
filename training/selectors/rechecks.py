"""Holdout pictures that were asked again because of what a model said of them: which may be, and how it went."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, F, Q

from annotate.core import errors
from annotate.ingest.models import Image
from annotate.labeling.models import Task
from annotate.projects.models import Project
from training.models import Evaluation, Recheck, RecheckedTask
from training.selectors import boxes
from training.selectors import evaluations as shown

MOST_CHOSEN = 100
MOST_TIMES = 2
"""How often a picture may be looked at again, for whatever evaluation: what two fresh crowds said is a reviewer's."""
CHUNK = 500
WAITING = Q(task__asking__lt=F("asking")) | Q(task__state=Task.State.OPEN)
REVIEW = Q(task__asking__gte=F("asking"), task__state=Task.State.REVIEW)


@dataclass(frozen=True)
class Wish:
    """Which disagreements are meant: a cell of the confusion matrix (`truth` and `predicted`); what was wrongly said
    or overlooked of one of several classes (`label` and `outcome`); boxes of one kind of error (`outcome`, a `label`
    where only one class is meant, and the `threshold`). Classes are meant by their index."""

    truth: int | None = None
    predicted: int | None = None
    label: int | None = None
    outcome: str = ""
    threshold: float | None = None

    @property
    def words(self) -> dict[str, Any]:
        """What was said of it, as it is kept and shown."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


def sides(evaluation: Evaluation, wish: Wish) -> tuple[list[str], list[str]]:
    """Digests of the pictures that are meant, the plainest disagreements first, and of those on which the model agrees.

    Invalid where the wish names no disagreement that this evaluation could have.
    """
    if "map50" in evaluation.summary:
        _check(wish, needs=("outcome",), may=("label", "threshold"), outcomes=boxes.KINDS)
        suggested = evaluation.summary.get("threshold") or 0.0
        threshold = suggested if wish.threshold is None else wish.threshold
        return boxes.sides_at(evaluation, boxes.Wanted(threshold, wish.label), kind=wish.outcome)
    if "exact" in evaluation.summary:
        _check(wish, needs=("label", "outcome"), outcomes=(shown.EXTRA, shown.MISSING))
        return _sides_of_class(evaluation, wish.label or 0, wish.outcome)
    _check(wish, needs=("truth", "predicted"))
    if wish.truth == wish.predicted:
        raise errors.Invalid("not_disagreed", "The model and the crowd agree on these pictures.")
    rows = shown.cells_of(evaluation).sort_by([("probability", "descending"), ("digest", "ascending")]).to_pylist()
    meant = [row["digest"] for row in rows if (row["truth"], row["predicted"]) == (wish.truth, wish.predicted)]
    return meant, [row["digest"] for row in rows if row["truth"] == row["predicted"]]


def _sides_of_class(evaluation: Evaluation, label: int, outcome: str) -> tuple[list[str], list[str]]:
    table, share = shown.class_of(evaluation, label)
    digests = table["digest"].to_pylist()
    said = [shown.OUTCOMES[place] for place in shown.outcomes_of(table, label).tolist()]
    surest = sorted(range(len(digests)), key=lambda row: share[row] if outcome == shown.MISSING else -share[row])
    agreed = [digests[row] for row in range(len(digests)) if said[row] in (shown.FOUND, shown.ABSENT)]
    return [digests[row] for row in surest if said[row] == outcome], agreed


def _check(wish: Wish, *, needs: Sequence[str], may: Sequence[str] = (), outcomes: Sequence[str] = ()) -> None:
    said = wish.words
    if not set(needs) <= set(said) <= {*needs, *may} or (outcomes and wish.outcome not in outcomes):
        told = {"needs": list(needs), "may": list(may), "outcomes": list(outcomes)}
        raise errors.Invalid("bad_wish", "This names no disagreement that the evaluation has.", told)


def eligible(project: Project, digests: Sequence[str], *, most: int) -> list[Task]:
    """The first questions, in this order, that may be asked again: settled, their picture in use and in the holdout,
    and looked at fewer than MOST_TIMES."""
    found: list[Task] = []
    for start in range(0, len(digests), CHUNK):
        part = digests[start : start + CHUNK]
        rows = Task.objects.filter(
            project=project, question="label", kind=project.kind, holdout=True, state=Task.State.CLOSED,
            image__state=Image.State.READY, image__digest__in=part,
        ).select_related("image")  # fmt: skip
        tasks = {task.image.digest: task for task in rows}
        before = RecheckedTask.objects.filter(task__in=tasks.values()).values_list("task_id", flat=True)
        times = Counter(before)
        found += [tasks[one] for one in part if one in tasks and times[tasks[one].pk] < MOST_TIMES]
        if len(found) >= most:
            break
    return found[:most]


def rechecks_of(evaluation: Evaluation) -> list[tuple[Recheck, dict[str, int]]]:
    """The latest first, each with how many questions it `asked`, and how many of them still wait for people (`waiting`)
    or for a reviewer (`review`)."""
    rows = list(Recheck.objects.filter(evaluation=evaluation).select_related("created_by").order_by("-id"))
    grouped = RecheckedTask.objects.filter(recheck__in=rows).values("recheck")
    counted = grouped.annotate(
        asked=Count("pk"), waiting=Count("pk", filter=WAITING), review=Count("pk", filter=REVIEW)
    )
    by_recheck = {row.pop("recheck"): row for row in counted}
    return [(row, by_recheck.get(row.pk, {"asked": 0, "waiting": 0, "review": 0})) for row in rows]


def under_way(recheck: Recheck) -> bool:
    """Whether any of its questions has no settled answer yet."""
    return RecheckedTask.objects.filter(WAITING | REVIEW, recheck=recheck).exists()


def looked_at_before(evaluation: Evaluation) -> Mapping[str, int]:
    """How many questions were looked at again for other evaluations before this one's version was frozen, so that its
    truth has their answers, and for how many evaluations."""
    rows = RecheckedTask.objects.filter(
        recheck__project=evaluation.project_id, recheck__created_at__lt=evaluation.version.created_at
    ).exclude(recheck__evaluation=evaluation)
    return rows.aggregate(
        pictures=Count("task", distinct=True), evaluations=Count("recheck__evaluation", distinct=True)
    )
