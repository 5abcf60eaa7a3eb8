"""`manage.py reset_link USERNAME`: a link with which that person sets a new password."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotate.accounts import services
from annotate.accounts.models import User


class Command(BaseCommand):
    help = "Prints a link, good once and for a day, with which the person sets a new password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no open account named {options['username']!r}.")
        token, _ = services.make_reset_link(user, actor=None)
        self.stdout.write(f"{_origin()}/reset/{token}")


def _origin() -> str:
    """Where people reach this server: its first own host name, as no request says it."""
    if settings.BEHIND_TLS:
        return f"https://{settings.ALLOWED_HOSTS[0]}"
    host = "localhost" if settings.HOST in {"0.0.0.0", "::", "127.0.0.1"} else settings.HOST
    return f"http://[{host}]:{settings.PORT}" if ":" in host else f"http://{host}:{settings.PORT}"
