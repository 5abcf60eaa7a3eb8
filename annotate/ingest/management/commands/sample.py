"""`manage.py sample`: a small project of drawn pictures, so that a fresh installation has something to look at."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from annotate.accounts.models import User
from annotate.ingest import incoming, services
from annotate.ingest.models import Batch
from annotate.ingest.source import Item, Limits, Rejected
from annotate.ingest.sources import SOURCES, drawn
from annotate.projects import services as projects
from annotate.projects.models import LabelClass, Project

NAME = "Shapes"
PICTURES = 320
# Of four pictures three come with the drawing program's own label; the rest is for people.
LABELED_OF_FOUR = 3
SOURCE = "drawing program"
SEED = 7
GUIDE = (
    "Each picture shows one shape on a coloured ground. Choose the shape that you see, filled or only outlined, "
    "however it is turned.\n\n"
    "Some pictures are hard on purpose: the shape is small, nearly of the ground's colour, between scribbles, or "
    "partly behind a bar. Scribbles and bars are not what is asked for. Where you really cannot tell, say so: that is "
    "an answer, too."
)


class Command(BaseCommand):
    help = "Makes the sample project, where there is no project yet."

    def handle(self, *args: Any, **options: Any) -> None:
        admin = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        unfinished = Path(settings.FOVEA_HOME) / "sample.unfinished"
        if admin is None or (Project.objects.exists() and not unfinished.exists()):
            return
        unfinished.touch()
        project = make(admin)
        unfinished.unlink()
        self.stdout.write(f"Made the sample project “{project.name}” with {project.images.count()} drawn pictures.")


def make(admin: User) -> Project:
    """The sample project: classes with definitions and examples, a guide, and drawn pictures, most of them labeled.

    Run again after it was killed half-way, it adds what is missing.
    """
    project = Project.objects.filter(name=NAME).order_by("id").first() or _new_project(admin)
    bare = LabelClass.objects.filter(project=project, examples=None)
    for row in bare.select_related("concept").order_by("index"):
        staged = incoming.stage(io.BytesIO(drawn.example(row.concept.name)))
        services.add_guide_picture(project, staged, actor=admin, label_class=row)
    _deliver(project, admin, labeled=True)
    _deliver(project, admin, labeled=False)
    return project


def _new_project(admin: User) -> Project:
    listed = "\n".join(f"{name} | {drawn.DEFINITIONS[name]}" for name in drawn.SHAPES)
    with transaction.atomic():
        project = projects.create_project(
            actor=admin,
            name=NAME,
            description="Drawn by the program itself, to try things out.",
            classes_text=listed,
            guide_text=GUIDE,
            redundancy=1,
            holdout_share=0.15,
            licence="CC0-1.0",
        )
        # The sample is drawn alike on every machine, and so is its holdout.
        Project.objects.filter(pk=project.pk).update(seed=SEED)
    project.refresh_from_db()
    return project


def _deliver(project: Project, admin: User, *, labeled: bool) -> None:
    name = "Drawn and labeled" if labeled else "Drawn"
    labels: dict[str, Any] = {"labels_as": Batch.LabelsAs.VOTES, "source_name": SOURCE} if labeled else {}
    services.ingest_entries(project, _entries(labeled=labeled), actor=admin, name=name, take_splits=False, **labels)


def _entries(*, labeled: bool) -> Iterator[Item | Rejected]:
    limits = Limits(picture_bytes=2**24, archive_bytes=2**30)
    for number, entry in enumerate(SOURCES["drawn"].read(f"drawn:{PICTURES}:{SEED}", limits)):
        if (number % 4 < LABELED_OF_FOUR) is labeled and isinstance(entry, Item):
            yield entry if labeled else replace(entry, label="")
