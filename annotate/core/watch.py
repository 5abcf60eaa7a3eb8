"""A worker that has gone deaf ends itself, so that its supervisor starts another.

After a broker was lost and found again, a Celery worker may stay connected and yet take nothing more (known of Celery
with Redis). It shows: messages wait in its queues, it is doing nothing, and it takes none of them.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery, signals

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
DEAF_SECONDS = 30.0
DEAF = 75  # exit code: a failure that another try may not have


class Watch:
    """What one worker is doing, and since when it could have been doing something and was not."""

    def __init__(self, waiting: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self.waiting, self.clock = waiting, clock
        self.running = 0
        self.idle_since: float | None = None
        self._lock = threading.Lock()

    def begins(self, **_: Any) -> None:
        """A job has begun here."""
        with self._lock:
            self.running += 1
            self.idle_since = None

    def ends(self, **_: Any) -> None:
        """A job has ended here."""
        with self._lock:
            self.running -= 1

    def deaf(self) -> bool:
        """Whether messages have waited for DEAF_SECONDS while nothing was done here; asked now and then."""
        try:
            waiting = self.waiting()
        except Exception:  # whatever a broker that is away raises: it says nothing about this worker
            waiting = 0
        with self._lock:
            if self.running or not waiting:
                self.idle_since = None
                return False
            if self.idle_since is None:
                self.idle_since = self.clock()
            return self.clock() - self.idle_since >= DEAF_SECONDS


def messages_waiting(app: Celery) -> int:
    """Messages in the queues that this worker reads; raises what the broker raises where it does not answer."""
    with app.connection_for_read(connect_timeout=2) as connection:
        connection.ensure_connection(max_retries=1, timeout=2)
        channel = connection.default_channel
        names = list(app.amqp.queues.consume_from)
        return sum(channel.queue_declare(queue=name, passive=True).message_count for name in names)


def begin(app: Celery, leave: Callable[[int], Any] = os._exit) -> None:
    """Watches this process from now on, in a thread of its own."""
    watch = Watch(lambda: messages_waiting(app))
    signals.task_prerun.connect(watch.begins, weak=False)
    signals.task_postrun.connect(watch.ends, weak=False)

    def look() -> None:
        while not watch.deaf():
            time.sleep(LOOK_SECONDS)
        log.critical("messages wait and this worker takes none: it ends, to be started again")
        leave(DEAF)

    threading.Thread(target=look, name="watch", daemon=True).start()
