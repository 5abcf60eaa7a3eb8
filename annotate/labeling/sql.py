"""What the two databases spell differently in the statements that every vote goes through.

These statements are written by hand because a request that answers and takes runs a dozen of them: through the ORM
they cost three times the processor time. Each is one line of intent, with the same text for both databases but for
the words below. `state = 'open'` is spelled out so that SQLite can use the index over open tasks.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class Dialect:
    """`now` is the database's clock; `later` takes a number of seconds as its one parameter."""

    now: str
    later: str
    lock: str
    skip_locked: str


POSTGRESQL = Dialect(
    now="statement_timestamp()",
    later="statement_timestamp() + make_interval(secs => %s)",
    lock="FOR UPDATE",
    skip_locked="FOR UPDATE SKIP LOCKED",
)
# SQLite has no row locks: a transaction that writes is alone from its first statement.
SQLITE = Dialect(
    now="strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
    later="strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', (%s) || ' seconds')",
    lock="",
    skip_locked="",
)


def dialect() -> Dialect:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


_CURSOR: ContextVar[Any] = ContextVar("cursor", default=None)


@contextmanager
def one_cursor() -> Iterator[None]:
    """Lets all statements inside share a cursor: making one costs nearly as much as running a short statement."""
    with connection.cursor() as cursor:
        token = _CURSOR.set(cursor)
        try:
            yield
        finally:
            _CURSOR.reset(token)


def rows(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows that the statement gives."""
    if (shared := _CURSOR.get()) is not None:
        shared.execute(statement, values)
        return list(shared.fetchall())
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def run(statement: str, values: Sequence[Any] = ()) -> int:
    """Runs a statement; the number of rows it touched."""
    if (shared := _CURSOR.get()) is not None:
        shared.execute(statement, values)
        return int(shared.rowcount)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def places(values: Sequence[Any]) -> str:
    """One placeholder for each value."""
    return ", ".join(["%s"] * len(values))


def uuid_in(value: UUID) -> UUID | str:
    """A UUID as the database keeps it."""
    return value if connection.vendor == "postgresql" else value.hex


def uuid_out(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def json_out(value: Any) -> Any:
    """A JSON column read without the ORM."""
    return json.loads(value) if isinstance(value, (str, bytes)) else value


def time_out(value: datetime | str) -> datetime:
    """A moment read without the ORM, in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
