"""`manage.py add_weights PROJECT FILE --architecture NAME`: weights from a file of this machine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.projects.management.arguments import project_named
from training import services


class Command(BaseCommand):
    help = "Takes a safetensors file in, after a look at it, for the runs of a project to start from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("file", type=Path, help="a safetensors file")
        parser.add_argument("--architecture", required=True, help="the network that the weights are of")
        parser.add_argument("--size", type=int, help="side of the pictures they were made for; for teaching networks")
        parser.add_argument("--name", default="", help="what to call them; the file's name by itself")

    def handle(self, *args: Any, **options: Any) -> None:
        project, path = project_named(options["project"]), options["file"]
        try:
            with path.open("rb") as content:
                weights = services.add_weights(
                    project,
                    content,
                    actor=None,
                    name=options["name"] or path.name,
                    architecture=options["architecture"],
                    size=options["size"],
                )
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        self.stdout.write(f"Weights {weights.pk}: {weights.name}, for {weights.architecture}")
