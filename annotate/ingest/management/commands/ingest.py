"""`manage.py ingest PROJECT PATH`: a folder, an ImageFolder tree or a zip on this machine, taken in here and now."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.ingest import services
from annotate.ingest.models import Batch, BatchFile
from annotate.projects.models import Project

SHOWN_REFUSALS = 20


class Command(BaseCommand):
    help = "Takes the pictures of a folder or zip on this machine into a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("path", help="a folder, an ImageFolder tree or a zip")
        parser.add_argument("--labels", choices=Batch.LabelsAs.values, default=Batch.LabelsAs.NONE.value)
        parser.add_argument("--source", default="", help="who the labels are from; the folder's name by itself")
        parser.add_argument("--decoders", type=int, default=0, help="decoding processes; one for each core by itself")
        splits = parser.add_mutually_exclusive_group()
        splits.add_argument(
            "--splits", action="store_true", default=None, help="folders train, val, test decide the side"
        )
        splits.add_argument("--no-splits", action="store_false", dest="splits", help="they do not")

    def handle(self, *args: Any, **options: Any) -> None:
        project = _project(options["project"])
        bar = Bar()
        try:
            batch = services.ingest_folder(
                project,
                str(Path(options["path"]).resolve()),
                actor=None,
                labels_as=options["labels"],
                source_name=options["source"],
                take_splits=options["splits"],
                report=bar.show,
                decoders=options["decoders"],
            )
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        bar.end()
        for file in batch.files.filter(state=BatchFile.State.REFUSED).order_by("id")[:SHOWN_REFUSALS]:
            self.stdout.write(f"  refused {file.path}: {file.message}")
        if batch.refused > SHOWN_REFUSALS:
            self.stdout.write(f"  and {batch.refused - SHOWN_REFUSALS} more, all listed on the delivery's page")
        self.stdout.write(
            f"{batch.received} files: {batch.added} added, {batch.duplicate} there already, {batch.refused} refused"
        )


def _project(name: str) -> Project:
    """By number or by name; CommandError where that does not name exactly one project."""
    rows = Project.objects.filter(archived_at=None)
    found = list(rows.filter(pk=int(name)) if name.isdecimal() and len(name) < 19 else rows.filter(name=name)[:2])
    if len(found) != 1:
        known = ", ".join(f"{row.pk} {row.name}" for row in rows.order_by("id")[:20]) or "none"
        raise CommandError(f"{'No' if not found else 'More than one'} project is {name!r}. Projects: {known}")
    return found[0]


class Bar:
    """Progress on one line of a terminal; one line in ten seconds where nobody watches."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.shown = 0.0
        self.live = sys.stdout.isatty()

    def show(self, batch: Batch) -> None:
        now = time.monotonic()
        if now - self.shown < (0.2 if self.live else 10):
            return
        self.shown = now
        done = batch.added + batch.duplicate + batch.refused
        rate = done / max(1e-6, now - self.started)
        text = f"{done} of {batch.received} so far, {rate:.0f}/s, {batch.refused} refused"
        print(f"\r{text:<70}" if self.live else text, end="" if self.live else "\n", flush=True)

    def end(self) -> None:
        if self.live:
            print()
