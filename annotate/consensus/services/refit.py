"""All votes of a project weighed together: who is to be believed, and what follows for every task."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect, never a value

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from annotate.consensus.learned import Memory, learned
from annotate.consensus.method import Heard, Lesson, Voice
from annotate.consensus.models import Consensus, Refit, Skill
from annotate.consensus.services.fold import classes_named, rules_of
from annotate.kind import Kind, Value
from annotate.kinds import KINDS
from annotate.labeling import facts, sql
from annotate.labeling.models import Task, Vote
from annotate.labeling.schema import schema_of
from annotate.projects.models import Project

LEAST_VOTES = 20
SHARE_OF_TASKS = 20
REST_SECONDS = 600
CLAIM_SECONDS = 900
CHUNK = 500
MOVED = 0.005
ROSE = 0.05


@dataclass(frozen=True)
class Hearing:
    """The live answers of all present askings and their number, each task's newest live vote (a pass too, as the fold
    keeps it), and the newest vote of the project."""

    heard: Heard
    last_votes: list[int]
    votes: int
    newest: int


def refit_due() -> int:
    """Refits the projects that have heard enough since their last refit; the number refitted."""
    done = 0
    for project in Project.objects.filter(archived_at=None).order_by("pk"):
        if _is_due(project):
            done += refit(project)
    return done


def _is_due(project: Project) -> bool:
    """Enough new votes (one for every twenty tasks, at least twenty), or any after ten minutes of rest."""
    last = Refit.objects.filter(project=project).first()
    seen = last.last_vote if last else 0
    tasks = int(project.counts.get("tasks", 0))
    enough = max(LEAST_VOTES, tasks // SHARE_OF_TASKS)
    fresh = Vote.objects.filter(project=project, pk__gt=seen).order_by("pk").values("pk")[:enough].count()
    if not fresh:
        return bool(last and last.method != project.consensus_method and last.number)
    if fresh >= enough or (last is not None and last.method != project.consensus_method):
        return True
    rested = Refit.objects.filter(project=project, finished_at__lt=Now() - timedelta(seconds=REST_SECONDS))
    return rested.exists()


def refit(project: Project) -> bool:
    """Fits the project's method to all votes from where the last refit ended; False where another refit is at it.

    Rewrites the consensus of tasks without a ruling whose belief moved and that got no vote meanwhile; reopens closed
    ones (never on the holdout) whose risk rose beyond twice what the project accepts, while they may ask for more.
    """
    Refit.objects.get_or_create(project=project)
    free = Q(claimed_at=None) | Q(claimed_at__lt=Now() - timedelta(seconds=CLAIM_SECONDS))
    if not Refit.objects.filter(free, project=project).update(claimed_at=Now()):
        return False
    try:
        memory = learned(project)
        hearing = _hear(project, memory)
        lesson = memory.method.learn(hearing.heard, memory.known, seed=project.seed)
        _write_lesson(project, memory.method.name, hearing=hearing, lesson=lesson)
        for task_id in _write_opinions(project, memory.method.name, hearing=hearing, lesson=lesson):
            _reopen(project, task_id)
    finally:
        Refit.objects.filter(project=project).update(claimed_at=None)
    return True


def _hear(project: Project, memory: Memory) -> Hearing:
    # Read before the votes, so that none can be newer than it and still be missed by the next refit.
    newest = Vote.objects.filter(project=project).order_by("-pk").values_list("pk", flat=True).first() or 0
    whole, kind, live = memory.method.hears == "answer", KINDS[project.kind], schema_of(project).live
    found = sql.rows(
        f"SELECT v.id, v.task_id, v.user_id, v.source, v.counted, v.outcome, v.{'answer' if whole else 'concept'}"
        " FROM labeling_vote v JOIN labeling_task t ON t.id = v.task_id WHERE v.project_id = %s AND NOT v.superseded"
        " AND v.asking = t.asking AND v.outcome != 'skip' AND NOT v.gold ORDER BY v.task_id, v.id",
        [project.pk],
    )
    voices: dict[int, list[Voice]] = {}
    last: dict[int, int] = {}
    for vote_id, task_id, user_id, source, counted, outcome, said in found:
        last[task_id] = vote_id
        if outcome == Vote.Outcome.ANSWER:
            heard_as = kind.of_classes(sql.json_out(said), live) if whole else said
            voice = Voice(facts.worker_of(user_id, source), heard_as, bool(counted))
            voices.setdefault(task_id, []).append(voice)
    heard = Heard(list(voices), list(voices.values()))
    return Hearing(heard, [last[task_id] for task_id in voices], sum(map(len, heard.voices)), newest)


def _write_lesson(project: Project, method: str, *, hearing: Hearing, lesson: Lesson) -> None:
    """The workers' statistics and what holds over all, under a new number, in one transaction."""
    rows = [
        Skill(project=project, worker=worker, method=method, statistics=one.statistics, votes=one.votes)
        for worker, one in sorted(lesson.workers.items())
    ]
    with transaction.atomic():
        Skill.objects.filter(project=project, method=method).delete()
        Skill.objects.bulk_create(rows, batch_size=CHUNK)
        row = Refit.objects.select_for_update().get(project=project)
        row.number, row.method, row.prior = row.number + 1, method, dict(lesson.prior)
        row.last_vote, row.votes = hearing.newest, hearing.votes
        row.save(update_fields=["number", "method", "prior", "last_vote", "votes"])
        Refit.objects.filter(pk=row.pk).update(finished_at=Now())


def _write_opinions(project: Project, method: str, *, hearing: Hearing, lesson: Lesson) -> list[int]:
    """Rewrites consensus rows whose answer moved, or how sure it or a part of it is; the tasks whose risk rose."""
    kind, accepted = KINDS[project.kind], 2 * (1 - rules_of(project).accept_confidence)
    ids = hearing.heard.item_ids
    risen: list[int] = []
    for first in range(0, len(ids), CHUNK):
        fields = ("task_id", "answer", "confidence", "last_vote")
        rows = Consensus.objects.filter(task_id__in=ids[first : first + CHUNK], decided=False).values_list(*fields)
        current = {row[0]: row[1:] for row in rows}
        changes = []
        for item in range(first, min(first + CHUNK, len(ids))):
            task_id = ids[item]
            if task_id not in current or current[task_id][2] != hearing.last_votes[item]:
                continue  # decided, voted on since, or not folded yet
            opinion = lesson.opinion(item)
            if opinion.answer is None:
                continue
            was, confidence, _ = current[task_id]
            moved = was is None or _differ(kind, was, opinion.answer)
            if not moved and abs(confidence - opinion.confidence) < MOVED:
                continue
            if 1 - opinion.confidence > accepted and confidence - opinion.confidence > ROSE:
                risen.append(task_id)
            classes = classes_named(project.kind, opinion.answer)
            said = (json.dumps(opinion.answer), classes["concept_id"], json.dumps(classes["named"]))
            belief = (opinion.confidence, json.dumps(opinion.distribution))
            changes.append((*said, *belief, method, task_id, hearing.last_votes[item]))
        _update(changes)
    return risen


def _differ(kind: Kind, was: Value, now: Value) -> bool:
    """Whether two settled answers differ by more than rounding: in what they say, in the classes that they name one by
    one (a single part in hundreds is little to similarity), or in how sure a part is."""
    if kind.classes(was) != kind.classes(now) or kind.similarity(was, now) <= 1 - MOVED:
        return True
    return any(abs(before - after) >= MOVED for before, after in zip(_sure_of(was), _sure_of(now), strict=True))


def _sure_of(value: Value) -> list[float]:
    """How sure each part of a settled answer is, where it has parts that say so."""
    lists = [parts for parts in value.values() if isinstance(parts, list)]
    return [float(part["confidence"]) for parts in lists for part in parts if isinstance(part, dict)]


def _update(changes: list[tuple[Any, ...]]) -> None:
    if not changes:
        return
    changes.sort(key=lambda row: row[6])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE consensus_consensus SET answer = %s, concept_id = %s, named = %s, confidence = %s,"
            f" distribution = %s, method = %s, updated_at = {sql.dialect().now}"
            " WHERE task_id = %s AND last_vote = %s AND NOT decided",
            changes,
        )


def _reopen(project: Project, task_id: int) -> None:
    """Asks for one more vote on a closed task, if it may still ask."""
    with transaction.atomic():
        task = facts.lock_task(task_id, project_id=project.pk)
        if task is None or task.state != Task.State.CLOSED or task.holdout or task.ruled:
            return
        if project.redundancy < 2 or task.votes_counted >= rules_of(project).cap:
            return
        facts.save_task(task, replace(task, state=Task.State.OPEN, votes_wanted=task.votes_counted + 1))
