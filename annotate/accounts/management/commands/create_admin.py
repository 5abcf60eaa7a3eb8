"""`manage.py create_admin`: the first account, whose generated password is shown this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.accounts import services
from annotate.core import errors


class Command(BaseCommand):
    help = "Makes the server admin and prints the generated password; does nothing where there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = services.create_first_admin(options["username"])
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        if password:
            self.stdout.write(f"Sign in as {options['username']} with the password {password}")
