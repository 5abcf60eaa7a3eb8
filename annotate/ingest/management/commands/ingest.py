"""`manage.py ingest PROJECT PATH`: a folder, a labeled set or a zip on this machine, taken in here and now.

With `--analyse` it is only looked at: pictures, classes, boxes, problems and copies are counted, and nothing is kept.
"""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.accounts.models import User
from annotate.core import errors
from annotate.ingest import selectors, services
from annotate.ingest.models import Batch, BatchFile
from annotate.projects import selectors as projects
from annotate.projects.management import arguments
from annotate.projects.models import Project

SHOWN_REFUSALS = 20


class Command(BaseCommand):
    help = "Takes the pictures of a folder or zip on this machine into a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("path", help="a folder, an ImageFolder tree, a VOC, COCO or YOLO set, or a zip of one")
        parser.add_argument("--analyse", action="store_true", help="only say what is there")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="NAME=CLASS",
            help="what a class of the source means: a class there is, +NEW to make one, - to leave it out",
        )
        parser.add_argument(
            "--unsaid-is-empty", action="store_true", help="nothing is on pictures of which the source says nothing"
        )
        parser.add_argument("--labels", choices=Batch.LabelsAs.values, default=Batch.LabelsAs.NONE.value)
        parser.add_argument("--source", default="", help="who the labels are from; the folder's name by itself")
        parser.add_argument("--decoders", type=int, default=0, help="decoding processes; one for each core by itself")
        splits = parser.add_mutually_exclusive_group()
        splits.add_argument(
            "--splits", action="store_true", default=None, help="folders train, val, test decide the side"
        )
        splits.add_argument("--no-splits", action="store_false", dest="splits", help="they do not")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = arguments.project_named(options["project"])
        place = str(Path(options["path"]).resolve())
        try:
            if options["analyse"]:
                found = services.analyse_place(project, place)
                if options["json"]:
                    arguments.tell(self, options, found, "")
                else:
                    self._tell(found)
                return
            batch = self._take_in(project, place, options)
        except errors.Refused as refused:
            names = ", ".join(refused.data.get("names", ()))
            raise CommandError(f"{refused.message} {names}".strip()) from None
        if options["json"]:
            arguments.tell(self, options, {"batch": batch.pk, **selectors.batch_view(batch)["counts"]}, "")
            return
        for file in batch.files.filter(state=BatchFile.State.REFUSED).order_by("id")[:SHOWN_REFUSALS]:
            self.stdout.write(f"  refused {file.path}: {file.message}")
        if batch.refused > SHOWN_REFUSALS:
            self.stdout.write(f"  and {batch.refused - SHOWN_REFUSALS} more, all listed on the delivery's page")
        self.stdout.write(
            f"{batch.received} files: {batch.added} added, {batch.duplicate} there already, {batch.refused} refused"
        )
        if batch.boxes or batch.boxes_left_out:
            self.stdout.write(f"{batch.boxes} boxes, {batch.boxes_left_out} left out")

    def _take_in(self, project: Project, place: str, options: dict[str, Any]) -> Batch:
        """The finished delivery. Classes are only looked at where some are mapped: others mean themselves."""
        mapping: dict[str, int | None] = {}
        if options["map"]:
            actor = (
                project.created_by or User.objects.filter(memberships__project=project, memberships__role="admin")[0]
            )
            mapping = services.map_classes(
                project, services.analyse_place(project, place), actor=actor, mapping=_mapping(project, options["map"])
            )
        bar = Bar(quiet=options["json"])
        batch = services.ingest_folder(
            project,
            place,
            actor=None,
            labels_as=options["labels"],
            source_name=options["source"],
            take_splits=options["splits"],
            mapping=mapping,
            unsaid_is_empty=options["unsaid_is_empty"],
            report=bar.show,
            decoders=options["decoders"],
        )
        bar.end()
        return batch

    def _tell(self, found: dict[str, Any]) -> None:
        write = self.stdout.write
        write(f"labels lie as: {', '.join(found['layouts']) or 'none'}")
        write(f"{found['pictures']} pictures: {found['labeled']} labeled, {found['empty']} with nothing on them, "
              f"{found['unsaid']} of which nothing is said")  # fmt: skip
        write(f"{found['boxes']} boxes; {found['duplicates']} pictures are in the project already, "
              f"{found['repeated']} are here more than once")  # fmt: skip
        sides = ", ".join(f"{side} {number}" for side, number in found["splits"].items() if number)
        write(f"sides: {sides or 'none'}")
        for one in found["classes"]:
            write(f"  {one['name']}: {one['pictures']} pictures, {one['boxes']} boxes")
        for one in found["problems"]["listed"][:SHOWN_REFUSALS]:
            write(f"  problem {one['path']}: {one['message']}")
        write(f"{found['problems']['count']} problems")


def _mapping(project: Project, words: list[str]) -> list[dict[str, Any]]:
    """`NAME=CLASS` as `services.map_classes` takes it; CommandError where it is none, or the class is unknown."""
    known = projects.concepts_by_name(project)
    found: list[dict[str, Any]] = []
    for word in words:
        name, equals, meaning = word.rpartition("=")
        if not equals or not name or not meaning:
            raise CommandError(f"{word!r} is not of the form NAME=CLASS")
        if meaning == "-":
            found.append({"name": name, "ignore": True})
        elif meaning.startswith("+"):
            found.append({"name": name, "new": meaning[1:]})
        elif projects.folded(meaning) in known:
            found.append({"name": name, "concept": known[projects.folded(meaning)]})
        else:
            raise CommandError(f"The project has no class {meaning!r}; {name}=+{meaning} makes it.")
    return found


class Bar:
    """Progress on one line of a terminal; one line in ten seconds where nobody watches."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.started = time.monotonic()
        self.shown = 0.0
        self.live = sys.stdout.isatty()

    def show(self, batch: Batch) -> None:
        now = time.monotonic()
        if self.quiet or now - self.shown < (0.2 if self.live else 10):
            return
        self.shown = now
        done = batch.added + batch.duplicate + batch.refused
        rate = done / max(1e-6, now - self.started)
        text = f"{done} of {batch.received} so far, {rate:.0f}/s, {batch.refused} refused"
        print(f"\r{text:<70}" if self.live else text, end="" if self.live else "\n", flush=True)

    def end(self) -> None:
        if self.live and not self.quiet:
            print()
