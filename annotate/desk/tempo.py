"""How fast a volunteer may answer: as fast as people can, and no faster. Counted in memory, bounded, per process."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from annotate.core import errors

A_MINUTE = 120
KEPT_PEOPLE = 20_000


class Tempo:
    """A bucket of `limit` answers for each person, which fills up again within a minute.

    What was answered without a connection comes in all at once: a request with more than the bucket holds is let in
    when the bucket is full, and the next ones wait for as long as such a number takes.
    """

    def __init__(self, limit: int = A_MINUTE, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self._clock = limit, clock
        self._lock = threading.Lock()
        self._left: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def spend(self, person: int, answers: int) -> None:
        """Counts answers; TooMany, with the seconds to wait, where they come faster than the limit."""
        if not answers:
            return
        now, rate = self._clock(), self.limit / 60
        with self._lock:
            left, at = self._left.get(person, (float(self.limit), now))
            left = min(float(self.limit), left + (now - at) * rate)
            lacking = min(answers, self.limit) - left
            if lacking > 0:
                wait = max(1, math.ceil(lacking / rate))
                told = {"per_minute": self.limit}
                raise errors.TooMany(
                    "too_fast", "These answers come faster than people give them.", told, retry_after=wait
                )
            self._left[person] = (left - answers, now)
            self._left.move_to_end(person)
            while len(self._left) > KEPT_PEOPLE:
                self._left.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._left.clear()


VOLUNTEERS = Tempo()
