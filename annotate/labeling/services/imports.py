"""Labels that came with the pictures: votes of a named source, gold, or proposals; truth on the holdout."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from annotate.core import errors
from annotate.ingest.models import Batch, ImportedLabel
from annotate.labeling.facts import lock_task, save_task
from annotate.labeling.models import Proposal, Queue, Task
from annotate.labeling.schema import schema_of
from annotate.labeling.selectors import UNKNOWN
from annotate.labeling.services.gold import set_gold
from annotate.labeling.services.votes import cast_source_vote, cut_to_picture, parse_answer
from annotate.projects import selectors as projects
from annotate.projects.models import Project

NAMES = uuid.UUID("8d8f6f3c-2b57-4d1e-9a3e-0f1d7c1b5a10")
# A proposal that was dropped, because its picture is held out.
HOLDOUT = "holdout"


def take_imported(limit: int = 500) -> int:
    """Turns labels that sources gave into votes, gold or proposals once their pictures have tasks; the number taken.

    A label with a class that the project does not have is marked so and kept; it is tried again when classes are added.
    """
    waiting = ImportedLabel.objects.filter(taken_at=None, image__has_task=True)
    return _take_all(list(waiting.select_related("image__project").order_by("pk")[:limit]))


def take_of(image_ids: Collection[int]) -> int:
    """As `take_imported`, for these pictures, whose tasks the caller's transaction has just made."""
    waiting = ImportedLabel.objects.filter(taken_at=None, image_id__in=image_ids)
    return _take_all(list(waiting.select_related("image__project").order_by("pk")))


def labeled_among(image_ids: Collection[int]) -> set[int]:
    """Those of the pictures for which a label waits."""
    waiting = ImportedLabel.objects.filter(taken_at=None, image_id__in=image_ids)
    return set(waiting.values_list("image_id", flat=True))


def _take_all(labels: list[ImportedLabel]) -> int:
    names: dict[int, dict[str, int]] = {}
    for label in labels:
        project = label.image.project
        if project.pk not in names:
            names[project.pk] = projects.concepts_by_name(project)
        _take(project, label, names[project.pk])
    return len(labels)


def _take(project: Project, label: ImportedLabel, names: Mapping[str, int]) -> None:
    answer, unknown = _answer(project, label, names)
    task = Task.objects.filter(image_id=label.image_id, kind=label.kind).values_list("pk", "holdout").first()
    with transaction.atomic():
        note = UNKNOWN if unknown else "bad_answer" if answer is None else "" if task else "no_task"
        if not note and task is not None:
            note = _use(project, label, answer, task_id=task[0], holdout=task[1])
        ImportedLabel.objects.filter(pk=label.pk, taken_at=None).update(
            taken_at=Now(), note=note, label=unknown[:200] or label.label
        )


def imported_answers(project: Project, labels: Sequence[ImportedLabel]) -> list[Any]:
    """What each says as an answer of its kind; None where a class of it is not one of the project's, or the kind does
    not allow it."""
    names = projects.concepts_by_name(project) if labels else {}
    return [_answer(project, label, names)[0] for label in labels]


def _answer(project: Project, label: ImportedLabel, names: Mapping[str, int]) -> tuple[Any, str]:
    """The label as an answer of its kind, and the first class in it that the project does not have, "" for none.

    None for an answer that the kind does not allow.
    """
    live = schema_of(project).live
    said = label.answer
    if said is None:
        concept = names.get(projects.folded(label.label))
        return ({"choice": [concept]}, "") if concept is not None else (None, label.label)
    if "choice" in said:
        return (said, "") if said["choice"][0] in live else (None, label.label)
    for part in ("boxes", "classes"):
        found = []
        for one in said.get(part, ()):
            concept = one.get("concept", names.get(projects.folded(one["class"])))
            if concept not in live:
                return None, one["class"]
            found.append({"concept": concept, **{key: one[key] for key in one if key not in ("class", "concept")}})
        if found:
            said = {part: found} if part == "boxes" else {"choice": sorted({one["concept"] for one in found})}
    try:
        return cut_to_picture(label.kind, parse_answer(label.kind, said, live), image_id=label.image_id), ""
    except errors.Invalid:
        return None, ""


def _use(project: Project, label: ImportedLabel, answer: Any, *, task_id: int, holdout: bool) -> str:
    """Does with a known answer what the delivery asked for; the note on the label says where that cannot be.

    On the holdout a label is truth, and a proposal nothing at all.
    """
    if label.labels_as == Batch.LabelsAs.PROPOSALS:
        return _propose(task_id, answer, source=label.source_name)
    if label.labels_as == Batch.LabelsAs.GOLD or holdout:
        return _make_gold(project, task_id, answer)
    key = uuid.uuid5(NAMES, f"{label.image_id}/{label.source_name}")
    cast_source_vote(project, source=label.source_name, task_id=task_id, answer=answer, key=key)
    return ""


def _propose(task_id: int, answer: Any, *, source: str) -> str:
    """Offers a source's answer to whoever is asked, in the place of what was offered before."""
    task = lock_task(task_id)
    if task is None:
        return "no_task"
    if task.holdout:
        return HOLDOUT
    if task.state != Task.State.OPEN:
        return "settled"
    Proposal.objects.filter(task_id=task_id, live=True).update(live=False)
    Proposal.objects.create(task_id=task_id, answer=answer, score=1.0, model=source)
    return ""


def _make_gold(project: Project, task_id: int, answer: Any) -> str:
    """Writes the known answer on the task and leaves the ruling to consensus; the first source's word stands."""
    task = lock_task(task_id)
    if task is None:
        return "no_task"
    if task.golden or task.ruled:
        return "known_already"
    set_gold(project, task, answer)
    save_task(task, task, due=True)
    return ""


def retry_unknown() -> int:
    """Lets labels of unknown classes be tried again in projects whose classes have changed since."""
    changed = list(Queue.objects.exclude(schema_number=F("project__schema_number")).select_related("project"))
    for queue in changed:
        with transaction.atomic():
            ImportedLabel.objects.filter(image__project=queue.project, note=UNKNOWN).update(taken_at=None, note="")
            Queue.objects.filter(pk=queue.pk).update(schema_number=queue.project.schema_number)
    return len(changed)
