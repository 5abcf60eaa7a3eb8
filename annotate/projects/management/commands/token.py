"""`manage.py token make|list|revoke USERNAME`: API tokens of a person, from a shell of the server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.accounts import selectors, services
from annotate.accounts.models import ApiToken
from annotate.core import errors
from annotate.core.grants import Scope
from annotate.projects import selectors as projects
from annotate.projects.management import arguments


class Command(BaseCommand):
    help = "Makes, lists or revokes a person's API tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["make", "list", "revoke"])
        parser.add_argument("username")
        parser.add_argument("--name", help="what a new token is for")
        parser.add_argument("--scope", action="append", choices=[str(scope) for scope in Scope], help="may be repeated")
        parser.add_argument("--project", help="the only project it opens, by number or name")
        parser.add_argument("--days", type=int, default=90, help="how long it holds; 0: until it is revoked")
        parser.add_argument("--id", type=int, help="which to revoke, as `list` numbers them")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"make": self._make, "list": self._list, "revoke": self._revoke}[options["what"]](options)
        except errors.Refused as refused:
            raise CommandError(refused.message) from None

    def _make(self, options: dict[str, Any]) -> None:
        user = arguments.person_named(options["username"])
        if not options["name"] or not options["scope"] or not 0 <= options["days"] <= 3650:
            raise CommandError("A new token needs --name and --scope; --days goes from 0 to 3650.")
        project = arguments.project_named(options["project"]) if options["project"] else None
        if project is not None:
            projects.project_for(user, project.pk)
        token, row = services.make_api_token(
            user,
            actor=None,
            name=options["name"][:100],
            scopes=set(options["scope"]),
            project_id=project.pk if project else None,
            days=options["days"] or None,
        )
        arguments.tell(self, options, {**_row(row), "token": token}, token)

    def _list(self, options: dict[str, Any]) -> None:
        rows = list(selectors.tokens_of(arguments.person_named(options["username"])).order_by("id"))
        lines = [f"{row.pk} {row.start}… {row.name}: {', '.join(row.scopes)}, {_end(row)}" for row in rows]
        arguments.tell(self, options, {"tokens": [_row(row) for row in rows]}, "\n".join(lines) or "None.")

    def _revoke(self, options: dict[str, Any]) -> None:
        user = arguments.person_named(options["username"])
        if options["id"] is None:
            raise CommandError("Which one? --id is the number that `token list` gives.")
        row = selectors.token_of(user, options["id"])
        services.revoke_api_token(row, actor=None)
        arguments.tell(self, options, {"revoked": row.pk}, f"The token “{row.name}” is revoked.")


def _row(row: ApiToken) -> dict[str, Any]:
    kept = ("id", "name", "start", "scopes", "created_at", "expires_at", "last_used_at")
    return {**{name: getattr(row, name) for name in kept}, "project": row.project_id}


def _end(row: ApiToken) -> str:
    return f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "until it is revoked"
