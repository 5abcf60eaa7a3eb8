"""Steps of `benchmarks.bccd` inside a Fovea of its own, run by `manage.py shell`: each prints one JSON line."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.datasets import selectors as versions
from annotate.datasets import services as datasets
from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling import services as labeling
from annotate.labeling.models import Task
from annotate.projects import services as projects
from annotate.projects.models import Project


def run(step: str, values: str) -> None:
    """One of the functions below, with keyword arguments given as JSON."""
    print(json.dumps(STEPS[step](**json.loads(values))), flush=True)


def project(name: str, classes: list[str]) -> int:
    """A new project of boxes; its id."""
    found = projects.create_project(
        actor=User.objects.get(), name=name, classes_text="\n".join(classes), kind="box", redundancy=1
    )
    return found.pk


def labels(project: int) -> dict[str, Any]:
    """What stands on the tasks once the sweeps have nothing to do.

    Boxes by the picture's name, by the digest of its stored bytes and of those that were brought in.
    """
    while labeling.open_tasks() or labeling.take_imported() or consensus.fold_due():
        pass
    here = Project.objects.get(pk=project)
    names = {row.concept_id: row.concept.name for row in here.classes.select_related("concept")}
    told: dict[str, dict[str, Any]] = {"by_name": {}, "by_stored": {}, "by_brought": {}}
    for task in Task.objects.filter(project=here).exclude(gold=None).select_related("image"):
        boxes = sorted([names[one["concept"]], *one["box"]] for one in task.gold.get("boxes", ()))
        told["by_name"][Path(task.image.name).stem] = boxes
        told["by_stored"][task.image.digest] = told["by_brought"][task.image.original_digest] = boxes
    left = ImportedLabel.objects.filter(image__project=here).exclude(note="")
    assert not left.exists(), list(left.values_list("image__name", "note")[:5])
    images = Image.objects.filter(project=here)
    held = images.filter(split="holdout")
    return {
        **told, "added": images.count(), "boxes": sum(map(len, told["by_name"].values())),
        "held_stored": sorted(held.values_list("digest", flat=True)),
        "held_brought": sorted(held.values_list("original_digest", flat=True)),
    }  # fmt: skip


def freeze(project: int, forms: list[str]) -> dict[str, Any]:
    """A version of it, counted from its folder, and where its exports lie."""
    actor = User.objects.get()
    version = datasets.start_freeze(Project.objects.get(pk=project), actor=actor)
    while datasets.freeze_next():
        pass
    version.refresh_from_db()
    opened = versions.opened(version)
    opened.verify()
    boxes, splits = 0, Counter()
    for record in opened.records():
        boxes += sum(len(label.value.get("boxes", ())) for label in record.labels)
        splits[record.split] += 1
    exports = {form: datasets.start_export(version, actor=actor, form=form) for form in forms}
    while datasets.export_next():
        pass
    for export in exports.values():
        export.refresh_from_db()
    places = {form: str(Path(settings.FOVEA_HOME) / export.file) for form, export in exports.items()}
    return {"boxes": boxes, "splits": splits, "exports": places}


STEPS = {"project": project, "labels": labels, "freeze": freeze}
