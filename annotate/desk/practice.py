"""Guided practice: ten pictures whose answers are known. What is said here is no vote and touches no consensus.

Known is what a ruling settled on the training side, and what two people or more said all alike; nothing of the holdout,
and no picture that has left the queue. The known answer is told only after one's own, and whoever has practised on a
task knows it from then on: `practised_on` knows these tasks, and they are not asked blind of that person. So known
pictures that are asked blind come last, and always the same few of them.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotate.accounts.models import User
from annotate.consensus.models import Consensus
from annotate.core import errors
from annotate.desk.models import Practice, Told
from annotate.ingest.models import Image
from annotate.kinds import KINDS
from annotate.labeling import services as labeling
from annotate.labeling.models import Seat, Task
from annotate.labeling.schema import schema_of
from annotate.projects.models import Member, Project

Source = Consensus.Source
RULINGS = (Source.GOLD, Source.DECISION)
MOST = 10
# With fewer known pictures there is nothing to practise on; only with all of them is it offered without being asked.
LEAST = 3
# So much of the gold is spent on practice at most.
GOLD_PART = 5
DRAWS, EACH = 12, 5
REMEMBERED = 20
MOST_A_DAY = 20
GONE = "gone"
NEWCOMERS = frozenset({Member.Role.ANNOTATOR, Member.Role.VOLUNTEER})


@dataclass(frozen=True)
class Verdict:
    """What became of one answer. `right` is None where the answer is no longer known: the picture does not count."""

    practice: Practice
    right: bool | None
    known: dict[str, Any] | None
    overlap: float


def _usable(project: Project) -> QuerySet[Consensus]:
    return Consensus.objects.filter(
        project=project, task__state=Task.State.CLOSED, task__holdout=False, task__image__state=Image.State.READY,
        task__image__split=Image.Split.TRAIN,
    )  # fmt: skip


def _plain(project: Project) -> list[QuerySet[Consensus]]:
    """What may be practised on and is never asked blind: settled by a reviewer, and by people who all agreed."""
    rows = _usable(project)
    return [rows.filter(decided=True, source=Source.DECISION), rows.filter(decided=False, agreement=1.0)]


def _gold(project: Project) -> QuerySet[Consensus]:
    """The gold that may be practised on: all of it where none is asked blind, else the few that lie first in its draw.

    These few are the same for everybody, and at most a fifth (but three): what is told of them is lost to blind asking,
    for this person by what was told, for the others by what people tell each other.
    """
    rows, number = _usable(project).filter(decided=True, source=Source.GOLD), int(project.counts.get("gold", 0))
    if not project.gold_share or number < labeling.LEAST_GOLD:
        return rows
    few = max(LEAST, min(MOST, number // GOLD_PART))
    first = (
        Task.objects.filter(project=project, gold_lot__isnull=False).order_by("gold_lot").values_list("pk", flat=True)
    )
    return rows.filter(task_id__in=list(first[:few]))


def known(project: Project, most: int) -> int:
    """How many pictures may be practised on, counted up to `most`."""
    number = 0
    for rows in (*_plain(project), _gold(project)):
        if number < most:
            number += rows[: most - number].count()
    return number


def state(member: Member) -> dict[str, Any]:
    """What practice there is for a member: how many known pictures (ten at most are counted), and how the last went."""
    project, mine = member.project, Practice.objects.filter(project=member.project, user=member.user_id)
    last = mine.filter(finished_at__isnull=False).order_by("-id").first()
    number = known(project, MOST)
    return {
        "known": number,
        "enough": number >= LEAST,
        "offered": member.role == Member.Role.VOLUNTEER and number >= MOST and last is None,
        "required": needed(member, found=number),
        "last": None if last is None else {**score(last), "finished_at": last.finished_at},
    }


def needed(member: Member, *, found: int | None = None) -> bool:
    """Whether the project lets this person label only after a practice; asks no more than it must."""
    project = member.project
    if not project.practice_required or member.role not in NEWCOMERS:
        return False
    mine = {"project": project, "user_id": member.user_id}
    if Seat.objects.filter(votes__gt=0, **mine).exists():
        return False
    if Practice.objects.filter(finished_at__isnull=False, **mine).exists():
        return False
    return (known(project, LEAST) if found is None else found) >= LEAST


def score(practice: Practice) -> dict[str, int]:
    """How many answers were right, of how many that counted."""
    counted = [mark for mark in practice.marks if mark != GONE]
    return {"right": sum(mark is True for mark in counted), "of": len(counted)}


def practised_on(user_id: int, task_ids: Collection[int]) -> set[int]:
    """Those of these tasks whose answers a person was told in practice, or may have been."""
    return set(Told.objects.filter(user_id=user_id, task_id__in=task_ids).values_list("task_id", flat=True))


def begin(project: Project, user: User, *, seed: int) -> Practice:
    """A new practice on up to ten known pictures, those not practised on lately first, of many classes.

    Conflict where fewer than three are known, TooMany after twenty in a day.
    """
    mine = Practice.objects.filter(project=project, user=user)
    if mine.filter(started_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise errors.TooMany("practised_enough", "That is enough practice for one day.", retry_after=3600)
    before = mine.order_by("-id")[:REMEMBERED]
    seen = {task for practice in before for task in practice.tasks}
    drawn = _draw(project, seen, random.Random(seed))
    if len(drawn) < LEAST:
        raise errors.Conflict("nothing_to_practise", "Too few pictures have a known answer yet.", {"known": len(drawn)})
    with transaction.atomic():
        Told.objects.bulk_create([Told(user=user, task_id=task) for task in drawn], ignore_conflicts=True)
        return Practice.objects.create(project=project, user=user, tasks=drawn, marks=[None] * len(drawn))


def _draw(project: Project, seen: set[int], draw: random.Random) -> list[int]:
    """Ids of tasks, from short stretches at random places of each source: the cost does not grow with the known."""
    kind, live = KINDS[project.kind], schema_of(project).live
    chosen: list[int] = []
    for sources in (_plain(project), [_gold(project)]):
        found = {
            task: classes
            for rows in sources
            for task, answer in _stretches(rows, draw)
            if live.issuperset(classes := kind.classes(answer or {}))
        }
        ordered = sorted(found, key=lambda task: (task in seen, draw.random()))
        chosen += _of_many_classes([(task, found[task], task in seen) for task in ordered], MOST - len(chosen))
    draw.shuffle(chosen)
    return chosen


def _stretches(rows: QuerySet[Consensus], draw: random.Random) -> list[tuple[int, Any]]:
    # Each end by itself: an aggregate would look at every known picture.
    first, last = (rows.order_by(order).values_list("task_id", flat=True).first() for order in ("task_id", "-task_id"))
    if first is None or last is None:
        return []
    starts = [first, *(draw.randint(first, last) for _ in range(DRAWS))]
    found: dict[int, Any] = {}
    for place, start in enumerate(starts):
        stretch = rows.filter(task_id__gte=start).order_by("task_id").values_list("task_id", "answer")
        found.update(stretch[: EACH if place else EACH * DRAWS])
    return list(found.items())


def _of_many_classes(ordered: list[tuple[int, tuple[int, ...], bool]], want: int) -> list[int]:
    """Up to `want` tasks in their order, but a class comes again only after all others; new pictures before old."""
    chosen: list[int] = []
    for old in (False, True):
        left = [(task, classes) for task, classes, seen in ordered if seen is old]
        while left and len(chosen) < want:
            shown: set[int] = set()
            rest = []
            for task, classes in left:
                first = classes[0] if classes else 0
                if first in shown or len(chosen) >= want:
                    rest.append((task, classes))
                else:
                    shown.add(first)
                    chosen.append(task)
            left = rest
    return chosen


def answer(project: Project, user: User, *, practice_id: int, place: int, said: Any) -> Verdict:
    """Checks one answer against the known one, which is told only now. The first answer to a picture is what counts.

    Refused: another's practice, a place that it does not have, an answer that the kind does not allow.
    """
    with transaction.atomic():
        mine = Practice.objects.select_for_update().filter(project=project, user=user, pk=practice_id).first()
        if mine is None or not 0 <= place < len(mine.tasks):
            raise errors.NotFound("no_such_practice", "There is no such picture in a practice of yours.")
        task = Task.objects.select_related("image").get(pk=mine.tasks[place])
        value = labeling.parse_answer(project.kind, said, schema_of(project).live)
        value = labeling.cut_to_picture(project.kind, value, image_id=task.image_id)
        stands = _usable(project).filter(
            Q(decided=True, source__in=RULINGS) | Q(decided=False, agreement=1.0), task=task
        )
        settled = stands.values_list("answer", flat=True).first()
        kind = KINDS[project.kind]
        overlap = 0.0 if settled is None else kind.similarity(value, settled)
        right = None if settled is None else kind.likeness(value, settled)[1]
        if mine.marks[place] is None:
            mine.marks[place] = GONE if right is None else right
            if None not in mine.marks:
                mine.finished_at = timezone.now()
            mine.save(update_fields=["marks", "finished_at"])
    return Verdict(mine, right, settled, overlap)
