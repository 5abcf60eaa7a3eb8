"""`manage.py train PROJECT`: a run on a frozen version, left to the trainer or driven here."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.datasets import selectors as datasets
from annotate.datasets.models import DatasetVersion
from annotate.projects.management import arguments
from annotate.projects.models import Project
from training import loop, selectors, services
from training.selectors import offers


class Command(BaseCommand):
    help = "Starts a training on a frozen version of a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("--preset", default="", help="a named training; the first one offered by itself")
        parser.add_argument("--version-number", type=int, help="the version; the newest ready one by itself")
        parser.add_argument("--name", default="", help="a name for the run")
        parser.add_argument("--here", action="store_true", help="drive what waits in this process, until nothing does")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = arguments.project_named(options["project"])
        try:
            run = services.start_run(
                project,
                actor=None,
                version=_version(project, options["version_number"]),
                preset=options["preset"] or offers.default_preset(project.kind),
                name=options["name"],
            )
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        sentence = f"Run {run.pk} waits for the trainer."
        if options["here"]:
            loop.work(lambda: True)
            run = selectors.run_for(project, run.pk)
            sentence = f"Run {run.pk}: {run.state}"
        told = {"run": run.pk, "state": run.state, "version": run.version.number, "progress": run.progress}
        arguments.tell(self, options, {**told, "error": run.error}, sentence)
        if run.error:
            raise CommandError(run.error["message"])


def _version(project: Project, number: int | None) -> DatasetVersion:
    version = datasets.version_numbered(project, number)
    if version is None:
        raise CommandError("This project has no such frozen version: freeze one first.")
    return version
