"""How often, and how fast: counted in the database, so that all web processes on all machines see one count.

Each count is one statement that either takes place or does not, whoever else counts at that moment, and needs no
transaction around it. Keys are kept as hashes: a name that somebody types may be a password in the wrong field.
"""

import hashlib
import math
import time
from collections.abc import Callable

from django.db import connection, models

from annotate.core import errors

WINDOW_SECONDS = 300.0
MINUTE = 60.0
# What is older than this weighs nothing any more, by either rule.
STALE_SECONDS = 900.0
# How many stale rows each new one takes with it: the table stays as large as the last minutes made it.
TAKEN_ALONG = 20


class Spent(models.Model):
    """What was counted under a key: tries since `at`, or a bucket that is empty of all it took in at `at`. Seconds."""

    key = models.CharField(max_length=64, primary_key=True)
    at = models.FloatField(db_index=True)
    amount = models.FloatField(default=0)


class Attempts:
    """At most `limit` tries per key in a window that begins with the first. `name` tells one such count from others."""

    def __init__(self, name: str, limit: int, *, clock: Callable[[], float] = time.time) -> None:
        self.name, self.limit, self._clock = name, limit, clock

    def spend(self, key: str) -> None:
        """Counts one try; TooMany, with the seconds to wait, where none is left in this window."""
        now, row = self._clock(), _hash(self.name, key)
        over = now - WINDOW_SECONDS
        counted = _first(
            "INSERT INTO core_spent (key, at, amount) VALUES (%s, %s, 1) ON CONFLICT (key) DO UPDATE SET"
            " amount = CASE WHEN core_spent.at <= %s THEN 1 ELSE core_spent.amount + 1 END,"
            " at = CASE WHEN core_spent.at <= %s THEN excluded.at ELSE core_spent.at END"
            " WHERE core_spent.at <= %s OR core_spent.amount < %s RETURNING amount",
            [row, now, over, over, over, self.limit],
        )
        if counted is None:
            began = Spent.objects.filter(pk=row).values_list("at", flat=True).first()
            wait = max(1, round((now if began is None else began) + WINDOW_SECONDS - now))
            raise errors.TooMany("too_many_attempts", "Too many attempts; wait a little.", retry_after=wait)
        if counted == 1:
            _sweep(now)

    def give_back(self, key: str) -> None:
        """Uncounts a try that was no guess: the password was right."""
        Spent.objects.filter(pk=_hash(self.name, key), amount__gt=0).update(amount=models.F("amount") - 1)


class Tempo:
    """A bucket of `limit` for each key, which fills up again within a minute.

    What was done without a connection comes in all at once: more than the bucket holds is let in when the bucket is
    full, and the next ones wait for as long as such a number takes.
    """

    def __init__(self, name: str, limit: int, *, clock: Callable[[], float] = time.time) -> None:
        self.name, self.limit, self._clock = name, limit, clock

    def spend(self, key: str, number: int) -> None:
        """Counts so many; TooMany, with the seconds to wait, where they come faster than the limit."""
        if not number:
            return
        now, row, each = self._clock(), _hash(self.name, key), MINUTE / self.limit
        # The moment at which the bucket would be full again says all of it (a generic cell rate, ITU-T I.371).
        full = now + (self.limit - min(number, self.limit)) * each
        taken = _first(
            "INSERT INTO core_spent (key, at, amount) VALUES (%s, %s, 0) ON CONFLICT (key) DO UPDATE SET"
            " at = CASE WHEN core_spent.at > %s THEN core_spent.at ELSE %s END + %s"
            " WHERE core_spent.at <= %s RETURNING at",
            [row, now + number * each, now, now, number * each, full + 1e-6],
        )
        if taken is None:
            at = Spent.objects.filter(pk=row).values_list("at", flat=True).first()
            wait = max(1, math.ceil(round((full if at is None else at) - full, 3)))
            told = {"per_minute": self.limit}
            raise errors.TooMany("too_fast", "These answers come faster than people give them.", told, retry_after=wait)


def _hash(name: str, key: str) -> str:
    return hashlib.sha256(f"{name}\0{key}".encode()).hexdigest()


def _first(statement: str, values: list[object]) -> float | None:
    """The one number that the statement gives; None where it gives no row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return None if found is None else float(found[0])


def _sweep(now: float) -> None:
    """Forgets some of what is stale."""
    old = Spent.objects.filter(at__lt=now - STALE_SECONDS).order_by("at").values_list("pk", flat=True)[:TAKEN_ALONG]
    if keys := list(old):
        Spent.objects.filter(pk__in=keys, at__lt=now - STALE_SECONDS).delete()
