"""Labels that came with the pictures: votes of a named source, or gold; truth on the holdout."""

import uuid

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from annotate.ingest.models import Batch, ImportedLabel
from annotate.labeling.facts import lock_task, save_task
from annotate.labeling.models import Queue, Task
from annotate.labeling.selectors import UNKNOWN
from annotate.labeling.services.votes import cast_source_vote
from annotate.projects.models import LabelClass, Project

NAMES = uuid.UUID("8d8f6f3c-2b57-4d1e-9a3e-0f1d7c1b5a10")


def take_imported(limit: int = 500) -> int:
    """Turns labels that sources gave into votes or gold once their pictures have tasks; the number taken.

    A label whose class the project does not have is marked so and kept; it is tried again when classes are added.
    """
    waiting = ImportedLabel.objects.filter(taken_at=None, image__has_task=True)
    labels = list(waiting.select_related("image__project").order_by("pk")[:limit])
    names: dict[int, dict[str, int]] = {}
    for label in labels:
        project = label.image.project
        if project.pk not in names:
            names[project.pk] = class_names(project)
        _take(project, label, names[project.pk])
    return len(labels)


def class_names(project: Project) -> dict[str, int]:
    """Concept ids of the live classes by everything a source may call them: name, synonym or key, in any case."""
    found: dict[str, int] = {}
    rows = LabelClass.objects.filter(project=project, archived_at=None).select_related("concept").order_by("-index")
    for row in rows:
        for synonym in row.concept.synonyms:
            found.setdefault(_fold(synonym), row.concept_id)
    for row in rows:
        for name in (row.concept.key, row.concept.name):
            found[_fold(name)] = row.concept_id
    return found


def _fold(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def _take(project: Project, label: ImportedLabel, names: dict[str, int]) -> None:
    concept = names.get(_fold(label.label))
    task = Task.objects.filter(image_id=label.image_id, kind=label.kind).values_list("pk", "holdout").first()
    with transaction.atomic():
        note = UNKNOWN if concept is None else "" if task else "no_task"
        if concept is not None and task is not None:
            answer = {"choice": [concept]}
            if label.labels_as == Batch.LabelsAs.GOLD or task[1]:
                note = _make_gold(task[0], answer)
            else:
                key = uuid.uuid5(NAMES, f"{label.image_id}/{label.source_name}")
                cast_source_vote(project, source=label.source_name, task_id=task[0], answer=answer, key=key)
        ImportedLabel.objects.filter(pk=label.pk, taken_at=None).update(taken_at=Now(), note=note)


def _make_gold(task_id: int, answer: dict[str, list[int]]) -> str:
    """Writes the known answer on the task and leaves the ruling to consensus; the first source's word stands."""
    task = lock_task(task_id)
    if task is None:
        return "no_task"
    if task.golden or task.ruled:
        return "known_already"
    Task.objects.filter(pk=task_id).update(gold=answer)
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
