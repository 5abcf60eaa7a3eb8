"""People at the desk, for tests: everything goes through the desk's own service."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotate.accounts.models import User
from annotate.consensus.models import Consensus
from annotate.desk import services as desk
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Task, Vote
from annotate.projects.models import Project
from tests.make import concepts, make_image, make_member, make_project, make_user

NOTHING = {"nothing": True}
CANNOT_TELL = {"pass": "cannot_tell"}
BROKEN = {"pass": "broken"}
SKIP = {"pass": "skip", "reason": "too dark"}


def crowd_of(project: Project, size: int, *, name: str = "person") -> list[User]:
    """Annotators of a project."""
    people = [make_user(f"{name}{number}") for number in range(size)]
    for person in people:
        make_member(project, person)
    return people


def opened(*, pictures: int = 3, holdout: int = 0, **settings: Any) -> Project:
    """A project whose pictures have their tasks."""
    project = make_project(**settings)
    for number in range(pictures):
        make_image(project, number, split=Image.Split.HOLDOUT if number < holdout else Image.Split.TRAIN)
    labeling.open_tasks()
    return project


def choice(project: Project, name: str) -> dict[str, Any]:
    return {"choice": [concepts(project)[name]]}


def several(project: Project, *names: str) -> dict[str, Any]:
    """Any number of classes by their names; none is that nothing fits."""
    ids = concepts(project)
    return {"choice": sorted(ids[name] for name in names)} if names else NOTHING


def boxes(project: Project, *drawn: tuple[str, float, float, float, float]) -> dict[str, Any]:
    """Boxes by class name and corners."""
    ids = concepts(project)
    return {"boxes": [{"concept": ids[name], "box": [float(one) for one in box]} for name, *box in drawn]}


def opened_for_several(*, pictures: int = 3, holdout: int = 0, **settings: Any) -> Project:
    """As `opened`, with any number of classes asked for."""
    usual = {"kind": "choices", "consensus_method": "dawid_skene_each"}
    return opened(pictures=pictures, holdout=holdout, **{**usual, **settings})


def archive(project: Project, name: str) -> None:
    """Takes a class out of use."""
    project.classes.filter(concept_id=concepts(project)[name]).update(archived_at=timezone.now())
    Project.objects.filter(pk=project.pk).update(schema_number=project.schema_number + 1)
    project.refresh_from_db()


def box_project(*, pictures: int = 3, holdout: int = 0, **settings: Any) -> Project:
    """As `opened`, with boxes asked for; pictures are 32 by 24."""
    return opened(pictures=pictures, holdout=holdout, kind="box", consensus_method="boxes", **settings)


def take(project: Project, person: User, want: int = 1) -> list[int]:
    """Task ids that a take brings."""
    project.refresh_from_db()
    return [one.task for one in desk.work(person, project, votes=[], take=want, release=[]).tasks]


def answer(project: Project, person: User, task: int, said: Any, **more: Any) -> desk.Outcome:
    """One vote handed in; `said` is a class name or an answer."""
    project.refresh_from_db()
    value = choice(project, said) if isinstance(said, str) else said
    ballot = labeling.Ballot(key=more.pop("key", None) or uuid.uuid4(), task=task, answer=value, **more)
    return desk.work(person, project, votes=[ballot], take=0, release=[]).results[0]


def hold(project: Project, person: User, task: int) -> None:
    """A lease on a task of one's choice, whoever else would be offered it first."""
    Lease.objects.create(project=project, task_id=task, user=person, expires_at=timezone.now() + timedelta(minutes=10))
    row = Task.objects.get(pk=task)
    row.leases_held += 1
    row.save()


def lapse(**which: Any) -> None:
    """Lets leases have run out a minute ago."""
    Lease.objects.filter(**which).update(expires_at=timezone.now() - timedelta(minutes=1))


def state_of(task: int) -> tuple[str, int, int]:
    """State, votes wanted and votes counted."""
    row = Task.objects.get(pk=task)
    return row.state, row.votes_wanted, row.votes_counted


def settled(task: int) -> Any:
    return Consensus.objects.get(task_id=task).answer


def tasks_of(project: Project) -> list[int]:
    return list(Task.objects.filter(project=project).order_by("image_id").values_list("pk", flat=True))


def sound(project: Project) -> None:
    """The books balance: counters equal rows, nobody is promised twice, nobody has two live votes."""
    for task in Task.objects.filter(project=project):
        live = Vote.objects.filter(task=task, asking=task.asking, superseded=False)
        assert task.votes_counted == live.filter(counted=True).count()
        assert task.leases_held == Lease.objects.filter(task=task).count()
        if task.state == Task.State.OPEN:
            assert task.votes_counted + task.leases_held <= task.votes_wanted
        people = list(live.exclude(user=None).values_list("user_id", flat=True))
        assert len(people) == len(set(people))
