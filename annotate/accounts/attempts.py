"""How often a password may be tried, a link be used: counted in memory, bounded, per process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest

from annotate.core import errors

WINDOW_SECONDS = 300.0
KEPT_KEYS = 20_000


class Attempts:
    """At most `limit` tries per key in a window that begins with the first; the oldest keys are forgotten first."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._spent: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def spend(self, key: str) -> None:
        """Counts one try; TooMany where none is left in this window."""
        now = self._clock()
        with self._lock:
            began, count = self._spent.get(key, (now, 0))
            if now - began >= WINDOW_SECONDS:
                began, count = now, 0
            if count >= self.limit:
                wait = max(1, round(began + WINDOW_SECONDS - now))
                raise errors.TooMany("too_many_attempts", "Too many attempts; wait a little.", retry_after=wait)
            self._spent[key] = (began, count + 1)
            self._spent.move_to_end(key)
            while len(self._spent) > KEPT_KEYS:
                self._spent.popitem(last=False)

    def give_back(self, key: str) -> None:
        """Uncounts a try that was no guess: the password was right."""
        with self._lock:
            if key in self._spent:
                began, count = self._spent[key]
                self._spent[key] = (began, max(0, count - 1))

    def clear(self) -> None:
        with self._lock:
            self._spent.clear()


# By address and name together, so that a stranger elsewhere cannot lock anybody out; by address alone against
# trying one password on many names, wide enough for a classroom behind one address.
BY_NAME = Attempts(10)
BY_ADDRESS = Attempts(200)
# Newcomers by one open link: from one address (a classroom has one) and altogether.
JOINS_BY_ADDRESS = Attempts(60)
JOINS_BY_LINK = Attempts(600)
COME_BACK = Attempts(30)
# API tokens that are none: only the wrong ones are counted, so that no neighbour's script is locked out with them.
BY_TOKEN = Attempts(30)


def address_of(request: HttpRequest) -> str:
    """The caller's address; the forwarded one only as far as our own proxies wrote it."""
    if settings.PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.PROXIES:
            return str(hops[-settings.PROXIES])[:100]
    return str(request.META.get("REMOTE_ADDR", ""))
