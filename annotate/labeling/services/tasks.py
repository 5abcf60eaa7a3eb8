"""Which questions are open, and how many answers each wants."""

import random
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import F, Q, QuerySet

from annotate.accounts.models import User
from annotate.core import audit
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.labeling.facts import lock_task, next_returned, save_task
from annotate.labeling.models import Lease, Queue, Task
from annotate.labeling.services.imports import labeled_among, take_of
from annotate.projects.models import Project

CHUNK = 500
LABELED_CHUNK = 50  # a vote that came with a picture costs some statements, and people's votes wait for them


def wanted_votes(project: Project, *, holdout: bool) -> int:
    """How many votes a task is asked for at first."""
    return (project.holdout_votes or project.redundancy) if holdout else project.redundancy


def random_rank(project: Project, image_id: int) -> float:
    """A task's place among equals: drawn from the project's seed and the picture alone."""
    return random.Random(f"{project.seed}/{image_id}").random()


def open_tasks(limit: int = CHUNK) -> int:
    """Opens the question about pictures that are ready and have none; the number of tasks made.

    A picture that is on neither side of the holdout draw is not worth a person's time and gets no task. A label that
    came with a picture is taken in the transaction that makes its task, so that nobody is asked what is known.
    """
    waiting: dict[int, list[int]] = {}
    projects: dict[int, Project] = {}
    for image in ingest.images_without_tasks(limit):
        waiting.setdefault(image.project_id, []).append(image.pk)
        projects[image.project_id] = image.project
    opened = 0
    for project_id, ids in waiting.items():
        known = labeled_among(ids)
        opened += _open_in(projects[project_id], [pk for pk in ids if pk not in known])
        labeled = sorted(known)
        for start in range(0, len(labeled), LABELED_CHUNK):
            opened += _open_in(projects[project_id], labeled[start : start + LABELED_CHUNK], labeled=True)
    return opened


def _open_in(project: Project, image_ids: list[int], *, labeled: bool = False) -> int:
    with transaction.atomic():
        # Another sweep may be at the same pictures: each is locked by one of them.
        unmarked = Image.objects.select_for_update(skip_locked=True).filter(pk__in=image_ids, has_task=False)
        images = list(unmarked.order_by("pk"))
        asked = [image for image in images if image.split != Image.Split.NONE]
        tasks = [
            Task(
                project=project,
                image=image,
                kind=project.kind,
                holdout=(holdout := image.split == Image.Split.HOLDOUT),
                votes_wanted=wanted_votes(project, holdout=holdout),
                rank=random_rank(project, image.pk),
            )
            for image in asked
        ]
        Image.objects.filter(pk__in=[image.pk for image in images]).update(has_task=True)
        if tasks:
            # Numbered, because people may have walked past these ranks already; the queue's row is locked last.
            newest = next_returned(project.pk, len(tasks))
            for place, task in enumerate(tasks):
                task.returned = newest - place
            Task.objects.bulk_create(tasks, ignore_conflicts=True)
            wishes = {"redundancy": project.redundancy, "holdout_votes": project.holdout_votes}
            Queue.objects.filter(pk=project.pk, redundancy=None).update(**wishes)
        if labeled:
            take_of([image.pk for image in images])
    return len(tasks)


def follow_settings() -> int:
    """Brings open tasks to the number of votes their project wants now; the number of projects changed.

    Where fewer are wanted, tasks that have enough are left to consensus. Where more are wanted, only open tasks ask for
    more: `ask_for_more` reopens settled ones when somebody says so.
    """
    holdout_now = F("project__holdout_votes")
    other = (
        ~Q(redundancy=F("project__redundancy"))
        | (Q(project__holdout_votes__isnull=False) & (Q(holdout_votes__isnull=True) | ~Q(holdout_votes=holdout_now)))
        | Q(project__holdout_votes__isnull=True, holdout_votes__isnull=False)
    )
    changed = list(Queue.objects.filter(other, redundancy__isnull=False).select_related("project"))
    for queue in changed:
        project = queue.project
        for holdout in (False, True):
            _want(project, holdout=holdout, votes=wanted_votes(project, holdout=holdout))
        with transaction.atomic():
            Queue.objects.filter(pk=project.pk).update(
                redundancy=project.redundancy, holdout_votes=project.holdout_votes, epoch=F("epoch") + 1
            )
    return len(changed)


def _want(project: Project, *, holdout: bool, votes: int) -> None:
    """Sets what open tasks want, chunk by chunk; those that have enough are due, and may then ask for one more."""
    open_now = Task.objects.filter(project=project, state=Task.State.OPEN, holdout=holdout)
    for ids in _chunks(open_now.exclude(votes_wanted=votes)):
        with transaction.atomic():
            rows = list(Task.objects.select_for_update().filter(pk__in=ids, state=Task.State.OPEN).order_by("pk"))
            for row in rows:
                row.votes_wanted = votes
                row.due = row.due or 0 < votes <= row.votes_counted
            Task.objects.bulk_update(rows, ["votes_wanted", "due"])


def settled_with_fewer(project: Project) -> QuerySet[Task]:
    """Closed tasks without a ruling that have fewer votes than the project wants now."""
    closed = Task.objects.filter(project=project, state=Task.State.CLOSED, ruled=False)
    holdout = wanted_votes(project, holdout=True)
    return closed.filter(
        Q(holdout=False, votes_counted__lt=project.redundancy) | Q(holdout=True, votes_counted__lt=holdout)
    )


def ask_for_more(project: Project, *, actor: User) -> int:
    """Reopens settled tasks that have fewer votes than the project wants now; the number reopened."""
    done = 0
    for ids in _chunks(settled_with_fewer(project)):
        with transaction.atomic():
            rows = list(
                Task.objects.select_for_update().filter(pk__in=ids, state=Task.State.CLOSED, ruled=False).order_by("pk")
            )
            for row in rows:
                row.state, row.closed_at = Task.State.OPEN, None
                row.votes_wanted = wanted_votes(project, holdout=row.holdout)
            Task.objects.bulk_update(rows, ["state", "closed_at", "votes_wanted"])
            done += len(rows)
    if done:
        with transaction.atomic():
            bump_order(project.pk)
            audit.record(
                "tasks_reopened", actor=actor.pk, subject="project", subject_id=project.pk, project_id=project.pk,
                data={"tasks": done},
            )  # fmt: skip
    return done


def _chunks(tasks: QuerySet[Task]) -> Iterable[list[int]]:
    """Ids of the tasks in steps, each found anew after the last id."""
    last = 0
    while ids := list(tasks.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = ids[-1]
        yield ids


def bump_order(project_id: int) -> None:
    """Sends everybody back to the head of the queue; locks the queue row."""
    Queue.objects.get_or_create(project_id=project_id)
    Queue.objects.filter(pk=project_id).update(epoch=F("epoch") + 1)


def set_aside_image(image_id: int) -> None:
    """Takes a picture that people call broken out of use until a reviewer looks at it."""
    Image.objects.filter(pk=image_id, state=Image.State.READY).update(state=Image.State.SET_ASIDE)


def bring_back_image(image_id: int) -> None:
    """Puts a picture that was set aside back into use."""
    Image.objects.filter(pk=image_id, state=Image.State.SET_ASIDE).update(state=Image.State.READY)


def follow_images(project: Project, image_ids: Iterable[int]) -> int:
    """Withdraws the tasks of pictures that are not ready (excluded, deleted, examples) and brings back those of
    pictures that are ready again; the number of tasks changed.

    A task that comes back is due: consensus closes it where its votes suffice or a ruling stands.
    """
    changed = 0
    tasks = Task.objects.filter(project=project, image_id__in=list(image_ids)).order_by("pk")
    for task_id, state in list(tasks.values_list("pk", "image__state")):
        with transaction.atomic():
            before = lock_task(task_id)
            if before is None:
                continue
            withdrawn = before.state == Task.State.WITHDRAWN
            if state == Image.State.READY and withdrawn:
                after = replace(before, state=Task.State.OPEN)
            elif state == Image.State.SET_ASIDE and withdrawn:
                after = replace(before, state=Task.State.SET_ASIDE)
            elif state not in {Image.State.READY, Image.State.SET_ASIDE} and not withdrawn:
                gone, _ = Lease.objects.filter(task_id=task_id).delete()
                after = replace(before, state=Task.State.WITHDRAWN, leases_held=before.leases_held - gone)
            else:
                continue
            save_task(before, after, due=after.state == Task.State.OPEN)
            changed += 1
    return changed
