"""What training's tests share: a ready version, a run, and the fake engine in the real one's place."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from annotate.consensus.models import Consensus
from annotate.datasets.models import DatasetVersion
from annotate.ingest.models import Image
from annotate.labeling.models import Task
from annotate.projects.models import Project
from tests.make import concepts, make_image, make_project, make_task
from tests.make_version import make_version
from training import services
from training.models import Run

FAKE = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]


def ready_version(project: Project, *, behave: dict[str, Any] | None = None, **pictures: Any) -> DatasetVersion:
    """A version row with its folder: real pictures where `pictures` says how many, else only what the fake reads."""
    number = project.versions.count() + 1
    folder = Path(settings.FOVEA_HOME) / "versions" / str(project.pk) / str(number)
    digest = "0" * 64
    if pictures:
        digest = make_version(folder, **pictures).digest
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "behave.json").write_text(json.dumps(behave or {}))
    return DatasetVersion.objects.create(
        project=project,
        number=number,
        state=DatasetVersion.State.READY,
        digest=digest,
        folder=str(folder.relative_to(settings.FOVEA_HOME)),
    )


def queued_run(behave: dict[str, Any] | None = None, **fields: Any) -> Run:
    """A run of the fake engine that waits for a worker."""
    project = fields.pop("project", None) or make_project()
    version = ready_version(project, behave=behave)
    return services.start_run(project, actor=None, version=version, preset="teaching_cnn", **fields)


def always() -> bool:
    return True


def grow_silent(row: Any) -> None:
    """As if the worker that holds this row had been killed long ago."""
    long_ago = timezone.now() - timedelta(seconds=settings.HEARTBEAT_SECONDS * 3)
    type(row).objects.filter(pk=row.pk).update(heartbeat=long_ago)


def settle(image: Image, concept: int) -> Task:
    """A picture that one person's vote has settled."""
    task = make_task(image, state=Task.State.CLOSED, votes_counted=1)
    Consensus.objects.create(
        task=task, project=image.project, answer={"choice": [concept]}, concept_id=concept, confidence=0.9,
        distribution={str(concept): 0.9}, counts={str(concept): 1}, votes=1, method="majority",
    )  # fmt: skip
    return task


def labeled_project(*, settled: int = 8, holdout: int = 4, waiting: int = 6, **fields: Any) -> Project:
    """A project in whose first two classes some pictures are settled, inside and outside the holdout, and some wait."""
    project = make_project(**fields)
    known = list(concepts(project).values())
    number = 0
    for split, count in ((Image.Split.TRAIN, settled), (Image.Split.HOLDOUT, holdout)):
        for _ in range(count):
            settle(make_image(project, number, split=split), known[number % 2])
            number += 1
    for split in [Image.Split.TRAIN] * waiting + [Image.Split.HOLDOUT] * min(waiting, 2):
        make_task(make_image(project, number, split=split), rank=0.5)
        number += 1
    return project
