"""Many new rows at a small price."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

# Within what every supported database takes as parameters of one statement.
MOST_PARAMETERS = 20_000


def insert(rows: Sequence[models.Model]) -> None:
    """Inserts rows of one model in one statement or few, and gives them their ids.

    What `bulk_create` does, without preparing each value of each row again: values must be what the columns hold
    (numbers, texts, booleans, None; an empty `auto_now_add` is filled in). A broken constraint raises IntegrityError.
    """
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    now = timezone.now()
    stored_now = connection.ops.adapt_datetimefield_value(now)
    for field in fields:
        if getattr(field, "auto_now_add", False):
            for row in rows:
                setattr(row, field.attname, now)
    names = [field.attname for field in fields]
    dated = [isinstance(field, models.DateTimeField) for field in fields]
    quoted = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    one = f"({', '.join(['%s'] * len(fields))})"
    at_once = MOST_PARAMETERS // len(fields)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            values: list[Any] = []
            for row in part:
                held = row.__dict__
                for name, is_date in zip(names, dated, strict=True):
                    value = held[name]
                    if is_date and value is not None:
                        value = stored_now if value is now else connection.ops.adapt_datetimefield_value(value)
                    values.append(value)
            # Only names from our own models are written into the statement.
            sql = f"INSERT INTO {table} ({quoted}) VALUES {', '.join([one] * len(part))} RETURNING id"  # noqa: S608
            cursor.execute(sql, values)
            for row, (number,) in zip(part, cursor.fetchall(), strict=True):
                row.pk = number
                row._state.adding = False
                row._state.db = connection.alias
