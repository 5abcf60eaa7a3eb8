"""How a command names a project and a person, and how it says what it did: to people, or as JSON to a script."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from annotate.accounts.models import User
from annotate.projects.models import Project


def project_named(name: str) -> Project:
    """By number or by name; CommandError where that does not name exactly one project."""
    rows = Project.objects.filter(archived_at=None)
    found = list(rows.filter(pk=int(name)) if name.isdecimal() and len(name) < 19 else rows.filter(name=name)[:2])
    if len(found) != 1:
        known = ", ".join(f"{row.pk} {row.name}" for row in rows.order_by("id")[:20]) or "none"
        raise CommandError(f"{'More than one' if found else 'No'} project is {name!r}. Projects: {known}")
    return found[0]


def person_named(username: str) -> User:
    """An open account by its user name; CommandError where there is none."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no open account named {username!r}.")
    return user


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="say it as one JSON object")


def tell(command: BaseCommand, options: dict[str, Any], told: dict[str, Any], sentence: str) -> None:
    """One JSON object with `--json`, else the sentence."""
    command.stdout.write(json.dumps(told, ensure_ascii=False, cls=DjangoJSONEncoder) if options["json"] else sentence)
