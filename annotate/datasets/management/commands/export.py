"""`manage.py export PROJECT FORMAT FILE`: a frozen version as a zip on this machine."""

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.datasets import selectors, services
from annotate.datasets.formats import FORMATS
from annotate.datasets.management import waiting
from annotate.datasets.models import Export
from annotate.projects.management import arguments


class Command(BaseCommand):
    help = "Writes a frozen version in a format to a zip of this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("format", choices=sorted(FORMATS))
        parser.add_argument("file", type=Path, help="where the zip goes; a file that is there is not written over")
        parser.add_argument("--version-number", type=int, help="the version; the newest ready one by itself")
        parser.add_argument(
            "--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the format"
        )
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project, file = arguments.project_named(options["project"]), options["file"]
        version = selectors.version_numbered(project, options["version_number"])
        if version is None:
            raise CommandError("This project has no such frozen version: freeze one first.")
        if file.exists():
            raise CommandError(f"{file} is there already.")
        try:
            made = services.start_export(
                version, actor=None, form=options["format"], options=_options(options["option"])
            )
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        export = waiting.awaited(lambda: selectors.export_for(project, made.pk), services.export_next)
        if selectors.state_of(export) != Export.State.READY:
            raise CommandError((export.job.message if export.job else "") or "The export could not be written.")
        try:
            shutil.copyfile(selectors.export_path(export), file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        lost = {name: found["count"] for name, found in export.losses.get("lost", {}).items()}
        told = {"file": str(file), "version": version.number, "format": export.format, "bytes": export.bytes,
                "digest": export.digest, "losses": lost}  # fmt: skip
        left_out = f"; left out: {', '.join(f'{name} {count}' for name, count in lost.items())}" if lost else ""
        arguments.tell(self, options, told, f"{file}: version {version.number}, {export.bytes} bytes{left_out}")


def _options(words: list[str]) -> dict[str, Any]:
    """`name=value`, the value as JSON where it is some, else as text; CommandError where there is no name."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise CommandError(f"{word!r} is not of the form NAME=VALUE")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
