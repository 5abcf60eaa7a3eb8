"""All votes of a project weighed together: who is to be believed, and what follows for every task."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect, never a value

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from annotate.consensus.learned import Learned, learned
from annotate.consensus.method import Ints, Result, VoteTable
from annotate.consensus.models import Consensus, Refit, Skill
from annotate.consensus.rules import answer_of, key_of
from annotate.consensus.services.fold import rules_of
from annotate.labeling import facts, sql
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Project

LEAST_VOTES = 20
SHARE_OF_TASKS = 20
REST_SECONDS = 600
CLAIM_SECONDS = 900
CHUNK = 500
MOVED = 0.005
ROSE = 0.05


@dataclass(frozen=True)
class Heard:
    """The live votes of all present askings as a table, with the names behind its indices and each task's last vote."""

    table: VoteTable
    workers: list[str]
    last_votes: Ints
    newest: int
    unanimous: Ints  # per task: the one class that all who named something named, else -1


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
        known = learned(project)
        heard = _hear(project, known)
        start = [known.skills.get(worker) for worker in heard.workers]
        result = known.method.fit(heard.table, start=start, seed=project.seed)
        _write_skills(project, known, heard=heard, result=result)
        risen = _write_beliefs(project, known, heard=heard, result=result)
        for task_id in risen:
            _reopen(project, task_id)
    finally:
        Refit.objects.filter(project=project).update(claimed_at=None)
    return True


def _hear(project: Project, known: Learned) -> Heard:
    # Read before the votes, so that none can be newer than it and still be missed by the next refit.
    newest = Vote.objects.filter(project=project).order_by("-pk").values_list("pk", flat=True).first() or 0
    found = sql.rows(
        "SELECT v.id, v.task_id, v.user_id, v.source, v.concept FROM labeling_vote v"
        " JOIN labeling_task t ON t.id = v.task_id WHERE v.project_id = %s AND NOT v.superseded"
        " AND v.asking = t.asking AND v.concept IS NOT NULL ORDER BY v.id",
        [project.pk],
    )
    rows = [row for row in found if row[4] in known.place]
    task_ids, items = np.unique(np.array([row[1] for row in rows], dtype=np.int64), return_inverse=True)
    places: dict[str, int] = {}
    workers = [places.setdefault(facts.worker_of(row[2], row[3]), len(places)) for row in rows]
    labels = np.array([known.place[row[4]] for row in rows], dtype=np.int64)
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    last = np.zeros(len(task_ids), dtype=np.int64)
    np.maximum.at(last, items, ids)
    lowest = np.full(len(task_ids), np.iinfo(np.int64).max)
    highest = np.full(len(task_ids), -1, dtype=np.int64)
    np.minimum.at(lowest, items, labels)
    np.maximum.at(highest, items, labels)
    table = VoteTable(
        items.astype(np.int64), np.array(workers, dtype=np.int64), labels, task_ids, known.class_ids,
        n_workers=len(places),
    )  # fmt: skip
    unanimous = np.where(lowest == highest, highest, -1)
    return Heard(table, list(places), last, newest, unanimous)


def _write_skills(project: Project, known: Learned, *, heard: Heard, result: Result) -> None:
    """The workers' statistics and the prior, under a new number, in one transaction."""
    name = known.method.name
    rows = [
        Skill(project=project, worker=worker, method=name, statistics=skill.pack(known.class_ids), votes=skill.votes)
        for worker, skill in zip(heard.workers, result.skills, strict=True)
    ]
    prior = {str(concept): float(share) for concept, share in zip(known.class_ids, result.prior, strict=True)}
    with transaction.atomic():
        Skill.objects.filter(project=project, method=name).delete()
        Skill.objects.bulk_create(rows, batch_size=CHUNK)
        row = Refit.objects.select_for_update().get(project=project)
        row.number, row.method, row.prior = row.number + 1, name, prior
        row.last_vote, row.votes = heard.newest, len(heard.table.items)
        row.save(update_fields=["number", "method", "prior", "last_vote", "votes"])
        Refit.objects.filter(pk=row.pk).update(finished_at=Now())


def _write_beliefs(project: Project, known: Learned, *, heard: Heard, result: Result) -> list[int]:
    """Rewrites consensus rows whose belief moved; the tasks whose risk rose."""
    answer = np.where(heard.unanimous >= 0, heard.unanimous, result.answer)
    starts = np.searchsorted(result.rows, np.arange(heard.table.n_items + 1))
    accepted = 2 * (1 - rules_of(project).accept_confidence)
    risen: list[int] = []
    for first in range(0, heard.table.n_items, CHUNK):
        items = range(first, min(first + CHUNK, heard.table.n_items))
        ids = heard.table.item_ids[first : items.stop].tolist()
        fields = ("task_id", "concept_id", "confidence", "last_vote")
        rows = Consensus.objects.filter(task_id__in=ids, decided=False).values_list(*fields)
        current = {row[0]: row[1:] for row in rows}
        changes = []
        for item, task_id in zip(items, ids, strict=True):
            shares = slice(starts[item], starts[item + 1])
            belief = dict(zip(result.classes[shares].tolist(), result.weights[shares].tolist(), strict=True))
            confidence = belief.get(int(answer[item]), 0.0)
            concept = int(known.class_ids[answer[item]])
            if task_id not in current or current[task_id][2] != heard.last_votes[item]:
                continue  # voted on since, or not folded yet
            was_concept, was_confidence, _ = current[task_id]
            if was_concept == (concept or None) and abs(was_confidence - confidence) < MOVED:
                continue
            if 1 - confidence > accepted and was_confidence - confidence > ROSE:
                risen.append(task_id)
            named = {key_of(int(known.class_ids[index])): round(share, 4) for index, share in belief.items()}
            said = (json.dumps(answer_of(concept)), concept or None, confidence, json.dumps(named))
            changes.append((*said, known.method.name, task_id, int(heard.last_votes[item])))
        _update(changes)
    return risen


def _update(changes: list[tuple[Any, ...]]) -> None:
    if not changes:
        return
    changes.sort(key=lambda row: row[5])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE consensus_consensus SET answer = %s, concept_id = %s, confidence = %s, distribution = %s,"
            f" method = %s, updated_at = {sql.dialect().now}"
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
