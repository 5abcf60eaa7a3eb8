"""Pages of files: a cursor is the place of the next row, and a class is its place in the evaluation's list."""

from collections.abc import Mapping
from typing import Final

from drf_spectacular.utils import OpenApiParameter

from annotate.core import errors, rest

PARAMETERS: Final = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


def class_of(query: Mapping[str, str], name: str) -> int | None:
    """The index under this name, None for any; BadRequest for what is no index."""
    raw = query.get(name)
    if not raw:
        return None
    if not raw.isdecimal() or not raw.isascii() or len(raw) > 6:
        raise errors.BadRequest("bad_class", f"{name} must be the index of a class.", {"parameter": name})
    return int(raw)


def one_of(query: Mapping[str, str], name: str, known: tuple[str, ...], *, default: str) -> str:
    """The word under this name, `default` for none; BadRequest for one that is not known."""
    said = query.get(name) or default
    if said not in known:
        sentence = f"{name} must be one of {', '.join(known)}."
        raise errors.BadRequest("bad_choice", sentence, {"parameter": name})
    return said


def cursor_at(offset: int | None) -> str | None:
    """What to ask with for the rows from there on; None at the end."""
    return None if offset is None else rest.encode_cursor([offset])
