"""Whole rows by a statement that is written once: for the few reads that every request makes.

Building a query through the ORM costs several times what running it does; who is asking, and in which project, is
asked before every single vote.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

Converters = list[tuple[int, list[Any], Any]]


class Reader:
    """Instances of one or more models, from `SELECT <all their columns> <tail>`; `tail` names each table by its alias.

    The instances are as the ORM would have made them. `tail` is code, never input: values go in as parameters.
    """

    def __init__(self, *sources: tuple[type[models.Model], str], tail: str) -> None:
        self.sources, self.tail = sources, tail

    def all(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """One instance of each model per row found."""
        statement, converters = self._made(connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [self._build(list(row), converters) for row in cursor.fetchall()]

    def first(self, values: Sequence[Any]) -> tuple[Any, ...] | None:
        return next(iter(self.all(values)), None)

    @lru_cache(maxsize=4)  # noqa: B019 - readers are made once, at import
    def _made(self, vendor: str) -> tuple[str, Converters]:
        columns = []
        converters: Converters = []
        for model, alias in self.sources:
            for field in model._meta.concrete_fields:
                column = field.get_col(alias)
                found = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
                if found:
                    converters.append((len(columns), found, column))
                columns.append(f'{alias}."{field.column}"')
        return f"SELECT {', '.join(columns)} {self.tail}", converters

    def _build(self, row: list[Any], converters: Converters) -> tuple[Any, ...]:
        for place, found, column in converters:
            for convert in found:
                row[place] = convert(row[place], column, connection)
        made = []
        start = 0
        for model, _ in self.sources:
            names = [field.attname for field in model._meta.concrete_fields]
            made.append(model.from_db(connection.alias, names, row[start : start + len(names)]))
            start += len(names)
        return tuple(made)
