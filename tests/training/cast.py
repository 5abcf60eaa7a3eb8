"""What training's tests share: a ready version, a run, and the fake engine in the real one's place."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from annotate.datasets.models import DatasetVersion
from annotate.projects.models import Project
from tests.make import make_project
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
