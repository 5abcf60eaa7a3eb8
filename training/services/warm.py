"""The engine kept warm for people who try models: one child, begun at the first question, gone after idle minutes."""

import json
import logging
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from training.services import child

log = logging.getLogger(__name__)

IDLE_SECONDS = 300
MEMORY = 16 * 2**30
# Between training, which may wait for hours, and people who vote.
NICENESS = 5
LOOK_SECONDS = 1.0
LONGEST_REPLY = 2**22


class Died(Exception):
    """The child ended while it had a question in hand."""


class TooSlow(Exception):
    """No answer came in time; the child was ended."""


class Refused(Exception):
    """The engine's own no: what it is about (request, model, picture, memory), and its sentence."""

    def __init__(self, about: str, sentence: str) -> None:
        super().__init__(sentence)
        self.about = about


class Warm:
    """A child that answers one question at a time. Not to be shared between threads at one time."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._heard = b""
        self._number = 0

    @property
    def alive(self) -> bool:
        """Whether a child runs, so that nothing has to be started first."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Begins the child where there is none, without waiting for it. OSError where it cannot be begun."""
        if self.alive:
            return
        self.close()
        command = [*settings.TRAINING_ENGINE_COMMAND, "serve", "--idle", str(IDLE_SECONDS)]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,  # whatever it says beside its answers stands in this worker's log
            bufsize=0,
            env=child.environment(keeps_pages=False),
            cwd=settings.BASE_DIR,
            start_new_session=True,
        )
        child.yield_to_others(self._child, NICENESS)
        child.limit(self._child, memory=MEMORY)

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        process, self._child, self._heard = self._child, None, b""
        if process is None:
            return
        child.end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

    def ask(self, question: Mapping[str, Any], *, seconds: float, tell: Callable[[str], None]) -> dict[str, Any]:
        """The engine's answer; `tell` hears what it is doing, about once a second ("" for nothing new).

        A child that was warm and turns out to be gone is replaced once. Died, TooSlow, Refused or OSError otherwise.
        """
        until = time.monotonic() + seconds
        if self.alive:
            try:
                return self._ask(question, until, tell)
            except Died:
                log.warning("the warm engine was gone; another is started")
        self.start()
        return self._ask(question, until, tell)

    def _ask(self, question: Mapping[str, Any], until: float, tell: Callable[[str], None]) -> dict[str, Any]:
        self._number += 1
        try:
            self._write(json.dumps({"id": self._number, **question}).encode() + b"\n")
            while True:
                reply = self._read(until, tell)
                if reply.get("id") != self._number:
                    continue  # that it is ready, or the end of what somebody stopped waiting for
                if "doing" in reply:
                    tell(str(reply["doing"]))
                elif reply.get("ok"):
                    return dict(reply["answer"])
                else:
                    raise Refused(str(reply.get("about", "")), str(reply.get("message", "")))
        except (Died, TooSlow):
            self.close()
            raise

    def _write(self, line: bytes) -> None:
        assert self._child is not None and self._child.stdin is not None
        try:
            self._child.stdin.write(line)
        except OSError:
            raise Died from None

    def _read(self, until: float, tell: Callable[[str], None]) -> dict[str, Any]:
        """The next line; Died where it is none of the engine's."""
        assert self._child is not None and self._child.stdout is not None
        number = self._child.stdout.fileno()
        while b"\n" not in self._heard:
            left = until - time.monotonic()
            if left <= 0:
                raise TooSlow
            ready, _, _ = select.select([number], [], [], min(left, LOOK_SECONDS))
            if not ready:
                tell("")
                continue
            part = os.read(number, 2**16)
            self._heard += part
            if not part or len(self._heard) > LONGEST_REPLY:
                raise Died
        line, _, self._heard = self._heard.partition(b"\n")
        try:
            found = json.loads(line)
        except ValueError:
            raise Died from None
        if not isinstance(found, dict):
            raise Died
        return found
