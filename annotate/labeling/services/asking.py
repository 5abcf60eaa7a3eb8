"""Asking again, in what order, and letting skipped tasks come back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.labeling.facts import TaskFacts, lock_task, save_task
from annotate.labeling.models import Lease, Task, Vote
from annotate.labeling.services.gold import set_gold
from annotate.labeling.services.tasks import bring_back_image, bump_order, wanted_votes
from annotate.projects.models import Project

SKIP_DAYS = 1
CHUNK = 500


def ask_again(project: Project, task_id: int, *, actor: User, note: str = "") -> TaskFacts:
    """Opens a task for a fresh set of votes: its asking goes up, the old votes stay with the old one.

    Everybody may answer again, also who did before. Refused: a task that is open and has no vote yet, or whose picture
    is taken out. Locks the task, then the queue row.
    """
    with transaction.atomic():
        before = lock_task(task_id, project_id=project.pk)
        if before is None:
            raise errors.NotFound("unknown_task", "There is no such task in this project.", {"task": task_id})
        if before.state == Task.State.WITHDRAWN:
            raise errors.Conflict("withdrawn", "The picture of this task has been taken out.")
        if before.state == Task.State.OPEN and not Vote.objects.filter(task_id=task_id, asking=before.asking).exists():
            raise errors.Conflict("already_open", "This task is open and nobody has answered yet.")
        Lease.objects.filter(task_id=task_id).delete()
        after = replace(
            before, state=Task.State.OPEN, asking=before.asking + 1, votes_counted=0, leases_held=0, ruled=False,
            golden=False, votes_wanted=wanted_votes(project, holdout=before.holdout),
        )  # fmt: skip
        if before.golden:
            set_gold(project, before, None)
        Task.objects.filter(pk=task_id).update(due=False)
        bring_back_image(before.image_id)
        # Numbered even where it had room before: whoever had answered walks past it until told otherwise.
        save_task(before, after, returned=True)
        audit.record(
            "task_asked_again", actor=actor.pk, subject="task", subject_id=task_id, project_id=project.pk,
            data={"asking": after.asking, "note": note},
        )  # fmt: skip
    return after


def set_ranks(project: Project, ranks: Mapping[int, float], *, chosen_by: str) -> int:
    """Gives the open tasks of these pictures their places (lower comes first; others have random ones between 0 and 1)
    and sends everybody back to the head of the queue; the number of tasks placed.

    Refused: a holdout picture, because nothing may choose what is asked there.
    """
    waiting = Task.objects.filter(project=project, state=Task.State.OPEN)
    ids = sorted(ranks)
    placed = 0
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        refuse_holdout(project, part, code="holdout_chosen", message="A holdout picture cannot be chosen by a model.")
        with transaction.atomic():
            # Locked in one order, as every writer of many tasks locks them.
            rows = waiting.select_for_update().filter(image_id__in=part).order_by("pk").values_list("pk", "image_id")
            places = [(ranks[image_id], chosen_by, pk) for pk, image_id in rows]
            with connection.cursor() as cursor:
                cursor.executemany("UPDATE labeling_task SET rank = %s, chosen_by = %s WHERE id = %s", places)
            placed += len(places)
    if placed:
        with transaction.atomic():
            bump_order(project.pk)
    return placed


def refuse_holdout(project: Project, image_ids: list[int], *, code: str, message: str) -> None:
    """Refused if any of the pictures lies in the holdout or has a holdout task."""
    held = Task.objects.filter(project=project, image_id__in=image_ids, holdout=True).values_list("image_id", flat=True)
    if found := list(held[:20]):
        raise errors.Invalid(code, message, {"images": found})


def return_skipped(limit: int = CHUNK) -> int:
    """Offers tasks again to people who skipped them a day ago: their skip is marked as superseded."""
    old = Vote.objects.filter(
        outcome=Vote.Outcome.SKIP, superseded=False, created_at__lt=Now() - timedelta(days=SKIP_DAYS)
    )
    done = 0
    for vote_id, task_id in list(old.order_by("created_at").values_list("pk", "task_id")[:limit]):
        with transaction.atomic():
            task = lock_task(task_id)
            if task is None or not Vote.objects.filter(pk=vote_id, superseded=False).update(superseded=True):
                continue
            save_task(task, task, returned=True)
            done += 1
    return done
