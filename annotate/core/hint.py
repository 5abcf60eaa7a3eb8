"""Tells workers that there is something to sweep, without ever making a request wait for the broker.

A hint may be lost: the sweep comes by itself every few seconds. So hints of one sweep that have not been sent yet
are one hint, and a thread of its own sends them, however long the broker takes to answer.
"""

import logging
import threading
from typing import Any

from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)


class Sender:
    """One thread per process, begun with the first hint (so that it is born after any fork)."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._waiting: dict[str, Any] = {}
        self._thread: threading.Thread | None = None
        self._silent = False

    def offer(self, task: Any) -> None:
        """Leaves a hint for the thread; returns at once."""
        with self._wake:
            self._waiting[task.name] = task
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="hints", daemon=True)
                self._thread.start()
            self._wake.notify()

    def send(self, task: Any) -> bool:
        """Sends one hint now; False where the broker does not answer, said once in the log."""
        try:
            task.apply_async(retry=False)
        except Exception as error:  # whatever a transport raises: nobody waits for this hint
            if not self._silent:
                log.warning("the broker does not answer (%s); work goes on by sweeps", error)
            self._silent = True
            return False
        self._silent = False
        return True

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._waiting:
                    self._wake.wait()
                task = self._waiting.pop(next(iter(self._waiting)))
            self.send(task)


SENDER = Sender()


def nudge(task: Any) -> None:
    """Asks for `task` (a sweep without arguments) once the present transaction has committed; never fails or waits."""
    transaction.on_commit(lambda: _hand_over(task))


def _hand_over(task: Any) -> None:
    if settings.CELERY_TASK_ALWAYS_EAGER:
        SENDER.send(task)
    else:
        SENDER.offer(task)
