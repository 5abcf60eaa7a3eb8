"""`manage.py next_round PROJECT`: begins the next round, as the button on the cycle page does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from training import loop
from training.management.arguments import project_named
from training.selectors import cycle


class Command(BaseCommand):
    help = "Begins the next round of a project: freeze, train, evaluate, choose."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("--preset", default="", help="a named training; that of the last round by itself")
        parser.add_argument("--strategy", default="", help="random, entropy or margin; the project's order by itself")

    def handle(self, *args: Any, **options: Any) -> None:
        project = project_named(options["project"])
        for said in cycle.warnings(project):
            self.stdout.write(said.message)
        try:
            turn = loop.next_round(project, actor=None, preset=options["preset"], strategy=options["strategy"])
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"Round {turn.number} has begun.")
