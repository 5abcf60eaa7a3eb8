"""Pictures that people have spoken of, as rows: what freeze and browse read, without waiting for a desk."""

from collections import Counter
from typing import Any

from django.utils import timezone

from annotate.accounts.models import User
from annotate.consensus.models import Consensus, Decision
from annotate.ingest.models import Image
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Project
from tests.make import concepts, make_image, make_member, make_project, make_task, make_user


def answer(project: Project, said: str) -> dict[str, Any]:
    """A class by its name, "nothing", or a pass."""
    if said == "nothing":
        return {"nothing": True}
    return {"choice": [concepts(project)[said]]} if said in concepts(project) else {"pass": said}


def vote(task: Task, voter: User | str, said: str, **fields: Any) -> Vote:
    who = {"source": voter} if isinstance(voter, str) else {"user": voter}
    given = answer(task.project, said)
    outcome = given.get("pass", "answer")
    concept = given["choice"][0] if "choice" in given else 0 if "nothing" in given else None
    fields = {"asking": task.asking, "counted": outcome not in ("broken", "skip"), **fields}
    Task.objects.filter(pk=task.pk).update(votes_counted=task.votes_counted + 1)
    task.refresh_from_db()
    return Vote.objects.create(
        project=task.project,
        task=task,
        answer=given,
        answer_hash="",
        schema_number=1,
        outcome=outcome,
        concept=concept,
        **who,
        **fields,
    )


def settle(task: Task, said: str, *, counts: dict[str, int], confidence: float, state: str = "closed") -> Consensus:
    """The consensus of a task, as a refit leaves it."""
    project = task.project
    ids = {name: str(number) for name, number in concepts(project).items()} | {"nothing": "nothing"}
    total = sum(counts.values())
    given = answer(project, said)
    Task.objects.filter(pk=task.pk).update(state=state, closed_at=timezone.now() if state == "closed" else None)
    return Consensus.objects.create(
        task=task,
        project=project,
        asking=task.asking,
        answer=given,
        concept_id=given.get("choice", [None])[0],
        confidence=confidence,
        agreement=max(counts.values()) / total if total > 1 else None,
        distribution={ids[name]: number / total for name, number in counts.items()},
        counts={ids[name]: number for name, number in counts.items()},
        votes=total,
        method="plurality",
    )


def labeled(project: Project, number: int, voters: list[User | str], said: list[str], **fields: Any) -> Image:
    """A picture that each voter has said something of, closed with what most said."""
    image = make_image(project, number, **fields)
    task = make_task(image)
    for voter, word in zip(voters, said, strict=True):
        vote(task, voter, word)
    counts = Counter(said)
    settle(task, counts.most_common(1)[0][0], counts=dict(counts), confidence=counts.most_common(1)[0][1] / len(said))
    return image


def decide(task: Task, ruling: str, said: str | None, actor: User) -> Decision:
    given = answer(task.project, said) if said else None
    if ruling in ("settle", "gold"):
        Task.objects.filter(pk=task.pk).update(state="closed")
    return Decision.objects.create(task=task, asking=task.asking, ruling=ruling, answer=given, actor=actor)


def small_project(pictures: int = 20, *, holdout: int = 4) -> tuple[Project, User, list[User]]:
    """A project with an admin and two annotators who agreed on every picture; the last `holdout` are held out."""
    admin = make_user("ada.username")
    people = [make_user("bo.username", first_name="Bo Example"), make_user("cy")]
    project = make_project(admin=admin, seed=7, redundancy=2)
    for person in people:
        make_member(project, person)
    names = list(concepts(project))
    for number in range(pictures):
        split = Image.Split.HOLDOUT if number >= pictures - holdout else Image.Split.TRAIN
        labeled(project, number, list(people), [names[number % 3]] * 2, split=split)
    return project, admin, people
