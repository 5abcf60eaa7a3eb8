"""The wall of a project's pictures, and everything that is known of one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from annotate.consensus import selectors as consensus
from annotate.consensus.models import Decision
from annotate.core import errors, rest
from annotate.datasets import facets, history, people
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.labeling.models import Prediction, Task
from annotate.projects.models import Project
from annotate.projects.roles import Action

CAP = 10_000
TASK_STATES = (Task.State.OPEN, Task.State.CLOSED, Task.State.REVIEW)
IMAGE_STATES = (Image.State.EXCLUDED, Image.State.DELETED, Image.State.EXAMPLE)
STATES = (*TASK_STATES, "unasked", "set_aside", *IMAGE_STATES)
AGREEMENTS = ("unanimous", "disputed", "low")


@dataclass(frozen=True)
class Filters:
    """What the wall is narrowed to; empty means not narrowed. Deleted pictures show only where asked for."""

    concept: int | None = None
    state: str = ""
    split: str = ""
    problem: str = ""
    agreement: str = ""
    name: str = ""


def pictures(project: Project, only: Filters) -> QuerySet[Image]:
    """The pictures that fit, each once."""
    rows = Image.objects.filter(project=project).exclude(state=Image.State.EMPTIED)
    if only.state not in IMAGE_STATES:
        rows = rows.exclude(state=Image.State.DELETED)
    rules = Q()
    if only.split:
        rules &= Q(split=only.split)
    if only.problem:
        rules &= Q(problem=only.problem)
    if only.name:
        rules &= Q(name__icontains=only.name)
    asked = _state_rule(only.state)
    if only.concept is not None:
        asked &= consensus.names_class(project, only.concept, at="tasks__consensus")
    if only.agreement:
        asked &= facets.agreement_rules("tasks__consensus")[only.agreement]
    if only.concept is not None or only.agreement or only.state in TASK_STATES:
        asked &= Q(tasks__question=facets.QUESTION)
    return rows.filter(rules, asked)


def _state_rule(state: str) -> Q:
    if state in TASK_STATES:
        return Q(state=Image.State.READY, tasks__state=state)
    if state == "unasked":
        return Q(state=Image.State.READY) & (Q(tasks__isnull=True) | Q(tasks__state=Task.State.WITHDRAWN))
    if state == "set_aside":
        ready = Q(state=Image.State.READY, tasks__state=Task.State.SET_ASIDE)
        return Q(state=Image.State.SET_ASIDE) | ready
    return Q(state=state) if state else Q()


def page(project: Project, only: Filters, query: Mapping[str, str]) -> dict[str, Any]:
    """One page of the wall, newest first: the same number of queries for any number of pictures."""
    found = rest.keyset_page(pictures(project, only), query, keys=("-id",), show=lambda image: image)
    tasks = _tasks(image.pk for image in found["items"])
    return {**found, "items": [_tile(image, tasks.get(image.pk)) for image in found["items"]]}


def count(project: Project, only: Filters) -> dict[str, Any]:
    """How many fit, counted no further than CAP."""
    found = pictures(project, only).order_by()[: CAP + 1].count()
    return {"count": min(found, CAP), "capped": found > CAP, "facets": facets.facets_of(project)}


def _tasks(image_ids: Iterable[int]) -> dict[int, Task]:
    rows = Task.objects.filter(image_id__in=list(image_ids), question=facets.QUESTION)
    return {task.image_id: task for task in rows.select_related("consensus")}


def _tile(image: Image, task: Task | None) -> dict[str, Any]:
    consensus = getattr(task, "consensus", None)
    return {
        "id": image.pk,
        "name": image.name,
        "thumb": ingest.picture_url(image.project_id, image.pk, "thumb"),
        "width": image.width,
        "height": image.height,
        "split": image.split,
        "state": facets.shown_state(image.state, task.state if task else None),
        "answer": consensus.answer if consensus else None,
        "confidence": consensus.confidence if consensus else None,
        "agreement": consensus.agreement if consensus else None,
        "votes": task.votes_counted if task else 0,
        "problem": image.problem,
        "gold": task is not None and task.gold_lot is not None,
    }


def item(project: Project, iid: int, *, reader: frozenset[Action]) -> dict[str, Any]:
    """One picture with all that was said of it; what `reader` may do decides who is shown by name."""
    image = picture_for(project, iid)
    task = _tasks([image.pk]).get(image.pk)
    rulings = _rulings(project, task, reader=reader)
    models = Prediction.objects.filter(image=image).order_by("-id")
    told = history.page(project, image, task=task, rulings=rulings, reader=reader, query={})
    return {
        **_tile(image, task),
        "display": ingest.picture_url(project.pk, image.pk, "display"),
        "full": ingest.picture_url(project.pk, image.pk, "full"),
        "original_name": image.name,
        "digest": image.digest,
        "batch": {"id": image.batch_id, "name": image.batch.name} if image.batch else None,
        "group": image.group,
        "licence": image.licence,
        "author": image.author,
        "source": image.source,
        "created_at": image.created_at,
        "task": _task(task),
        "consensus": _consensus(task),
        "decisions": rulings,
        "timeline": told["items"],
        "timeline_next": told["next"],
        "predictions": [{"model": one.model, "distribution": one.distribution} for one in models],
    }


def picture_for(project: Project, iid: int) -> Image:
    """One picture of this project with its delivery; NotFound."""
    rows = Image.objects.filter(project=project, pk=iid).exclude(state=Image.State.EMPTIED)
    image = rows.select_related("batch__created_by").first()
    if image is None:
        raise errors.NotFound("not_found", "There is no such picture here.")
    return image


def history_of(project: Project, iid: int, query: Mapping[str, str], *, reader: frozenset[Action]) -> dict[str, Any]:
    """One page of what happened to a picture, oldest first."""
    image = picture_for(project, iid)
    task = _tasks([image.pk]).get(image.pk)
    rulings = _rulings(project, task, reader=reader)
    return history.page(project, image, task=task, rulings=rulings, reader=reader, query=query)


def _rulings(project: Project, task: Task | None, *, reader: frozenset[Action]) -> list[dict[str, Any]]:
    found = Decision.objects.filter(task=task).select_related("actor").order_by("id") if task else ()
    return [_ruling(project, one, reader=reader) for one in found]


def _task(task: Task | None) -> dict[str, Any] | None:
    if task is None:
        return None
    return {
        "id": task.pk,
        "state": task.state,
        "asking": task.asking,
        "votes_wanted": task.votes_wanted,
        "votes_counted": task.votes_counted,
        "chosen_by": task.chosen_by,
    }


def _consensus(task: Task | None) -> dict[str, Any] | None:
    found = getattr(task, "consensus", None)
    if found is None:
        return None
    return {
        "answer": found.answer,
        "confidence": found.confidence,
        "agreement": found.agreement,
        "distribution": found.distribution,
        "counts": found.counts,
        "votes": found.votes,
        "method": found.method,
        "source": found.source,
        "decided": found.decided,
        "updated_at": found.updated_at,
    }


def _ruling(project: Project, one: Decision, *, reader: frozenset[Action]) -> dict[str, Any]:
    return {
        "at": one.created_at,
        "ruling": one.ruling,
        "answer": one.answer,
        "note": one.note,
        "asking": one.asking,
        "person": people.shown(project, one.actor, reader=reader),
    }
