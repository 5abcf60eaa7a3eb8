"""The heartbeat of a long job, kept by a thread of its own while the worker's connection stands in a snapshot."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, connections

from annotate.core import progress

log = logging.getLogger(__name__)
SECONDS = 0.5


class Stopped(Exception):
    """Somebody cancelled the job, or another worker holds it."""


class Pulse:
    """Where the work says how far it is, and hears whether to go on."""

    def __init__(self, job: progress.LongJob, *, inline: bool) -> None:
        self._job, self._inline = job, inline
        self._done, self._total = job.done, job.total
        self._told = 0.0
        self._refused = False

    def step(self, done: int, total: int | None = None) -> None:
        """Notes how far the work is; Stopped where it should end."""
        self._done = done
        self._total = self._total if total is None else total
        if self._inline and time.monotonic() - self._told >= SECONDS:
            self.tell()
        if self._refused:
            raise Stopped

    def tell(self) -> None:
        """Writes the beat now."""
        self._told = time.monotonic()
        self._refused = self._refused or not progress.beat(self._job, done=self._done, total=self._total)


@contextmanager
def beating(job: progress.LongJob) -> Iterator[Pulse]:
    """A pulse for the job, written twice a second however slow one step is.

    Inside a transaction a second connection could not see the job, so there the steps themselves write.
    """
    pulse = Pulse(job, inline=connection.in_atomic_block)
    if connection.in_atomic_block:
        yield pulse
        pulse.tell()
        return
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(pulse, ended), name=f"pulse of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield pulse
    finally:
        ended.set()
        thread.join()
    pulse.tell()


def _beat(pulse: Pulse, ended: threading.Event) -> None:
    try:
        while not ended.wait(SECONDS):
            try:
                pulse.tell()
            except DatabaseError as error:
                log.warning("a heartbeat was missed: %s", error)
    finally:
        connections.close_all()
