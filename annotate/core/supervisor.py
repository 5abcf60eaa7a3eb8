"""Starts Fovea's processes, starts a fallen one again, and takes all of them down together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

log = logging.getLogger("fovea")

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 6.0
LONGEST_PAUSE = 30.0
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Service:
    """One process: its name, its command, and how much it yields to the others."""

    name: str
    command: tuple[str, ...]
    niceness: int = 0
    environment: dict[str, str] = field(default_factory=dict)


def _detach(niceness: int) -> None:
    """In the child, before it runs: a session of its own, and death when the supervisor dies, however it dies."""
    os.setsid()
    if niceness:
        os.nice(niceness)
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps `services` running until `stop` or a signal; a service that falls is started again, ever more slowly."""

    def __init__(self, services: list[Service]) -> None:
        self.services = services
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.falls: dict[str, int] = {}
        self.resting: dict[str, float] = {}
        self.stopping = False

    def run(self) -> int:
        """Blocks until asked to stop; 0 when everything ended in order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping:
                self.tend()
                time.sleep(0.2)
        finally:
            self.stop()
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def tend(self) -> None:
        """One look at every service: starts what should run and does not."""
        now = time.monotonic()
        for service in self.services:
            process = self.running.get(service.name)
            if process is not None and process.poll() is not None:
                self._note_fall(service, process.returncode, now)
            if service.name not in self.running and now >= self.resting.get(service.name, 0.0):
                self._start(service, now)

    def _start(self, service: Service, now: float) -> None:
        self.running[service.name] = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **service.environment},
            preexec_fn=lambda: _detach(service.niceness),  # noqa: PLW1509 - no threads run here
        )
        self.started[service.name] = now

    def _note_fall(self, service: Service, status: int, now: float) -> None:
        del self.running[service.name]
        lived = now - self.started[service.name]
        falls = 1 if lived > 60 else self.falls.get(service.name, 0) + 1
        self.falls[service.name] = falls
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (falls - 1))
        self.resting[service.name] = now + pause
        log.warning("%s ended with status %s; starting it again in %.1f s", service.name, status, pause)

    def stop(self) -> None:
        """Ends every service and whatever it started: first asked, after some seconds killed."""
        self.stopping = True
        for process in self.running.values():
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(process.poll() is None for process in self.running.values()):
            time.sleep(0.1)
        for process in self.running.values():
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self.running.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        log.debug("process group %s has ended already", process.pid)
