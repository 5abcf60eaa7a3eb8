"""Stored bytes as a reply that no browser can take for a page."""

from pathlib import Path

from django.http import FileResponse

from annotate.core import errors

TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
YEAR = 60 * 60 * 24 * 365


def picture(file: Path, *, download: str = "") -> FileResponse:
    """A picture under a type from our own table; with `download` as a file to keep under that name.

    Its address never changes content, so browsers keep it, but no cache between us and them may. NotFound where the
    bytes are gone.
    """
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise errors.NotFound("not_found", "This picture is not there any more.") from None
    kind = TYPES.get(file.suffix.lower(), "application/octet-stream")
    reply = FileResponse(content, content_type=kind, as_attachment=bool(download), filename=download)
    reply["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    reply["Content-Security-Policy"] = "default-src 'none'; sandbox"
    reply["X-Content-Type-Options"] = "nosniff"
    return reply
