"""`manage.py freeze PROJECT`: a version of what is answered now, written here or by whoever sweeps first."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.datasets import selectors, services
from annotate.datasets.management import waiting
from annotate.datasets.models import DatasetVersion
from annotate.projects.management import arguments


class Command(BaseCommand):
    help = "Freezes a version of a project and waits until it is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("--note", default="", help="what the version is for")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = arguments.project_named(options["project"])
        try:
            made = services.start_freeze(project, actor=None, note=options["note"])
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        version = waiting.awaited(lambda: selectors.version_for(project, made.pk), services.freeze_next)
        if selectors.state_of(version) != DatasetVersion.State.READY:
            raise CommandError((version.job.message if version.job else "") or "The version could not be written.")
        told = {"version": version.pk, "number": version.number, "digest": version.digest, "counts": version.counts}
        images, labeled = version.counts["images"], version.counts["labeled"]
        sentence = f"Version {version.number}: {labeled} of {images} pictures labeled, {version.digest}"
        arguments.tell(self, options, told, sentence)
