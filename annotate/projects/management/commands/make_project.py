"""`manage.py make_project NAME --admin USERNAME`: a project, with its classes from a file where one is given."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.kinds import KINDS
from annotate.projects import services
from annotate.projects.management import arguments


class Command(BaseCommand):
    help = "Makes a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, metavar="USERNAME", help="whose project it is")
        parser.add_argument(
            "--classes", metavar="FILE", help="a class a line, `name` or `name | definition`; - reads them"
        )
        parser.add_argument("--kind", choices=sorted(KINDS), default="choice", help="what an answer is made of")
        parser.add_argument("--redundancy", type=int, default=1, help="answers to a picture")
        parser.add_argument("--holdout-share", type=float, default=0.1, help="share of the pictures kept for testing")
        parser.add_argument("--licence", default="", help="of the pictures, where a delivery does not say otherwise")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        admin = arguments.person_named(options["admin"])
        if not 1 <= options["redundancy"] <= 50 or not 0 <= options["holdout_share"] <= 0.9:
            raise CommandError("--redundancy goes from 1 to 50, --holdout-share from 0 to 0.9.")
        try:
            project = services.create_project(
                actor=admin,
                name=options["name"],
                classes_text=_classes(options["classes"]),
                kind=options["kind"],
                redundancy=options["redundancy"],
                holdout_share=options["holdout_share"],
                licence=options["licence"],
            )
        except errors.Refused as refused:
            raise CommandError(f"{refused.message} {refused.data or ''}".strip()) from None
        told = {"project": project.pk, "name": project.name, "classes": project.classes.count()}
        arguments.tell(self, options, told, f"Project {project.pk}: {project.name}, {told['classes']} classes")


def _classes(file: str | None) -> str:
    if not file:
        return ""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {error}") from None
