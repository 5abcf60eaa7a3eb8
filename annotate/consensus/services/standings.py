"""How each person does, kept by a sweep: speed, agreement with what was settled, volume, the worst answers.

A person's newest answers are read, never all of them: the cost follows the people at work, not the votes of a project.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from annotate.consensus.method import NOTHING, key_of
from annotate.consensus.models import Standing
from annotate.kind import Kind
from annotate.kinds import KINDS
from annotate.labeling.models import Seat, Task, Vote
from annotate.labeling.schema import in_use, schema_of
from annotate.projects.models import Project

# Answers of one person that are looked at: enough for an interval of a few per cent.
WINDOW = 1000
PEOPLE_AT_ONCE = 20
REST = timedelta(minutes=2)
DAYS_KEPT = 90
WORST = 24
# Pairs of classes kept of one person's confusion, the most frequent first.
PAIRS = 2500
COLUMNS = (
    *("pk", "took_ms", "answer", "asking", "task__asking", "task__state", "task__consensus__asking"),
    *("task__consensus__answer", "task__consensus__votes", "task__consensus__decided", "task__consensus__confidence"),
)


def follow_people(limit: int = PEOPLE_AT_ONCE) -> int:
    """Looks again at people in projects where something has happened since they were looked at; how many it did.

    Nobody more often than every two minutes.
    """
    now, done = datetime.now(UTC), 0
    for project in Project.objects.filter(archived_at=None).order_by("pk"):
        if done < limit and (mark := _mark(project)):
            fresh = Q(standing__mark=mark) | Q(standing__updated_at__gt=now - REST)
            seats = Seat.objects.filter(project=project, votes__gt=0).exclude(fresh).select_related("standing")
            for seat in seats.order_by("pk")[: limit - done]:
                _follow(project, seat, mark=mark, now=now)
                done += 1
    return done


def _mark(project: Project) -> str:
    """Differs whenever somebody has voted or a picture was settled; empty where nobody has voted."""
    newest = Vote.objects.filter(project=project).aggregate(newest=Max("pk"))["newest"]
    told = (project.counts.get(name, 0) for name in ("tasks_closed", "decided", "gold"))
    return "/".join(map(str, (newest, *told))) if newest else ""


def _follow(project: Project, seat: Seat, *, mark: str, now: datetime) -> None:
    before = getattr(seat, "standing", None)
    mine = Vote.objects.filter(user_id=seat.user_id, project=project)
    newest = mine.aggregate(newest=Max("pk"))["newest"] or 0
    days = Counter(before.days if before else {})
    since = before.last_vote if before else 0
    for day, number in (
        _first_answers(mine.filter(pk__gt=since, pk__lte=newest))
        .annotate(day=TruncDate("created_at"))
        .values_list("day")
        .annotate(Count("pk"))
        .order_by()
    ):
        days[day.isoformat()] += number
    oldest = (now.date() - timedelta(days=DAYS_KEPT)).isoformat()
    Standing.objects.update_or_create(
        seat=seat,
        defaults={
            "mark": mark,
            "last_vote": newest,
            "days": {day: number for day, number in sorted(days.items()) if day >= oldest},
            **_look(project, seat.user_id),
            "updated_at": now,
        },
    )


def _first_answers(votes: QuerySet[Vote]) -> QuerySet[Vote]:
    """Those of these votes by which a person answered a task for the first time in its asking: no changes of mind."""
    same = {name: OuterRef(name) for name in ("task", "user", "asking")}
    earlier = Vote.objects.filter(pk__lt=OuterRef("pk"), **same).exclude(outcome=Vote.Outcome.SKIP)
    return votes.exclude(outcome=Vote.Outcome.SKIP).exclude(Exists(earlier))


def _look(project: Project, user_id: int) -> dict[str, Any]:
    """What a person's newest answers amount to; those to known questions are counted elsewhere.

    Classes that were archived since are held against nobody: neither said nor settled.
    """
    said = Vote.objects.filter(user_id=user_id, project=project, outcome=Vote.Outcome.ANSWER, gold=False)
    rows = list(said.filter(superseded=False).order_by("-pk").values_list(*COLUMNS)[:WINDOW])
    times = [row[1] for row in rows if row[1]]
    kind, live = KINDS[project.kind], schema_of(project).live
    pairs: Counter[tuple[str, str]] = Counter()
    wrong: list[tuple[float, float, int]] = []
    compared = 0
    for vote, _, answer, asking, present, state, settled_in, settled, votes, decided, confidence in rows:
        standing = state == Task.State.CLOSED and settled is not None and asking == present == settled_in
        if not standing or not (decided or votes > 1):  # nothing, or only this person's own word, to compare with
            continue
        heard, stands = in_use(kind, answer, live), in_use(kind, settled, live)
        if heard is None or stands is None:
            continue
        compared += 1
        alike, right = kind.likeness(heard, stands)
        if not right:
            wrong.append((alike, -confidence, -vote))
        if not kind.several:
            pairs[_class_of(kind, stands), _class_of(kind, heard)] += 1
    return {
        "median_ms": round(median(times)) if times else None,
        "timed": len(times),
        "compared": compared,
        "agreed": compared - len(wrong),
        "confusion": [[*pair, pairs[pair]] for pair in sorted(pairs, key=lambda one: (-pairs[one], one))[:PAIRS]],
        "worst": [[-vote, round(alike, 4)] for alike, _, vote in sorted(wrong)[:WORST]],
    }


def _class_of(kind: Kind, answer: Any) -> str:
    return key_of(next(iter(kind.classes(answer)), NOTHING))


def last_days(standing: Standing | None, *, today: date) -> list[dict[str, Any]]:
    """Answers by day, none left out, as far back as they are kept."""
    days = standing.days if standing else {}
    span = [(today - timedelta(days=back)).isoformat() for back in range(DAYS_KEPT - 1, -1, -1)]
    return [{"day": day, "answers": days.get(day, 0)} for day in span]
