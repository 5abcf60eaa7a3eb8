"""`manage.py next_round PROJECT`: begins the next round, as the button on the cycle page does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.projects.management import arguments
from training import loop
from training.selectors import cycle


class Command(BaseCommand):
    help = "Begins the next round of a project: freeze, train, evaluate, choose."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("--preset", default="", help="a named training; that of the last round by itself")
        parser.add_argument("--strategy", default="", help="random, entropy or margin; the project's order by itself")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = arguments.project_named(options["project"])
        warnings = [said.message for said in cycle.warnings(project)]
        try:
            turn = loop.next_round(project, actor=None, preset=options["preset"], strategy=options["strategy"])
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        sentence = "\n".join([*warnings, f"Round {turn.number} has begun."])
        arguments.tell(self, options, {"round": turn.number, "id": turn.pk, "warnings": warnings}, sentence)
