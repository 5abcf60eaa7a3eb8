"""The engine as a child process: its environment, its life line, and what its end means."""

import logging
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from django.conf import settings

from training.selectors import runs as shown

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
STOP_SECONDS = 30.0
LEAVE_SECONDS = 3.0
NICENESS = 10
LOG_TAIL = 16 * 2**10
FAULTS = ("data", "config", "server")
# The allocator keeps its pages: a process that trains and exits has no use for giving them back.
ALLOCATOR = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "67108864",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Wish(Enum):
    """What the driver wants of the engine at each look: go on, stop in its own time, stop soon, or die at once."""

    GO_ON = "go on"
    STOP = "stop"
    LEAVE = "leave"
    KILL = "kill"


class Code:
    """How the engine ends."""

    DONE = 0
    FAILED = 1
    STOPPED = 3
    ORPHANED = 4


@dataclass(frozen=True)
class Ended:
    """The end of an engine: its exit code (negative for a signal), the last words, and whether we killed it."""

    code: int
    words: str
    killed: bool = False
    log: list[str] = field(default_factory=list)


def environment(*, keeps_pages: bool = True) -> dict[str, str]:
    """What the engine gets to see: thread counts, the allocator's settings, and none of the server's own settings.

    One that lives long and mostly waits is to give its memory back.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = str(settings.TRAINER_THREADS or max(1, cores - 1))
    own = [name for name in os.environ if name.startswith(("FOVEA_", "DJANGO_")) and name != "FOVEA_REVISION"]
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, **(ALLOCATOR if keeps_pages else {}), **dict.fromkeys(THREADS, threads)}


def run_engine(arguments: Iterable[str], *, words: Path, look: Callable[[], Wish]) -> Ended:
    """Runs one engine command to its end, asking `look` several times a second what to do with it.

    The engine's stdin stays open as long as this process lives: when it closes, the engine exits. Its stderr goes to
    the file `words`. Whatever happens here, no engine is left behind.
    """
    words.parent.mkdir(parents=True, exist_ok=True)
    command = [*settings.TRAINING_ENGINE_COMMAND, *arguments]
    with words.open("wb") as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment(),
                cwd=settings.BASE_DIR,
                start_new_session=True,
            )
        except OSError as error:
            return Ended(Code.FAILED, f"error: server: the engine does not start ({error.strerror})")
        try:
            yield_to_others(process)
            killed = _watch(process, look)
        finally:
            end(process)
            if process.stdin:
                process.stdin.close()
    return Ended(process.returncode, shown.tail(words, LOG_TAIL), killed)


def ask_engine(arguments: Iterable[str], *, seconds: int, memory: int) -> tuple[bytes, Ended]:
    """What one short engine command writes, and its end; it gets so many seconds and so many bytes of memory.

    TimeoutError where that was too little time. No engine is left behind.
    """
    process = subprocess.Popen(
        [*settings.TRAINING_ENGINE_COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    limit(process, seconds=seconds, memory=memory)
    try:
        said, words = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    finally:
        end(process)
    return said, Ended(process.returncode, words.decode("utf-8", errors="replace"))


def limit(process: subprocess.Popen[bytes], *, memory: int, seconds: int | None = None) -> None:
    """Set from outside, where the system can: code between fork and exec is not safe beside threads."""
    if hasattr(resource, "prlimit"):
        try:
            if seconds is not None:
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (seconds, seconds))
            resource.prlimit(process.pid, resource.RLIMIT_AS, (memory, memory))
            resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        except ProcessLookupError:
            return


def yield_to_others(process: subprocess.Popen[bytes], niceness: int = NICENESS) -> None:
    """Training may wait; a person who labels may not."""
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, max(niceness, os.getpriority(os.PRIO_PROCESS, process.pid)))
    except OSError as error:
        log.warning("the engine keeps its priority: %s", error)


def _watch(process: subprocess.Popen[bytes], look: Callable[[], Wish]) -> bool:
    """Waits for the end; True where it had to be killed."""
    deadline: float | None = None
    while True:
        try:
            process.wait(timeout=POLL_SECONDS)
            return False
        except subprocess.TimeoutExpired:
            wish = look()
        now = time.monotonic()
        if wish is Wish.KILL or (deadline is not None and now >= deadline):
            end(process)
            return True
        if wish in (Wish.STOP, Wish.LEAVE) and deadline is None:
            _signal(process, signal.SIGTERM)
            deadline = now + (STOP_SECONDS if wish is Wish.STOP else LEAVE_SECONDS)
        elif wish is Wish.LEAVE and deadline is not None:
            deadline = min(deadline, now + LEAVE_SECONDS)


def end(process: subprocess.Popen[bytes]) -> None:
    """The engine and whatever it started are gone when this returns."""
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says "not permitted" of a group that has ended
        log.debug("engine %s has ended already", process.pid)


def explain(ended: Ended, *, log_lines: str = "") -> dict[str, Any]:
    """`{fault, message, log}` for people: which side has to change, one sentence, and the last lines said."""
    said = [line for line in ended.words.splitlines() if line.strip()]
    last = next((line for line in reversed(said) if line.startswith("error: ")), "")
    fault, _, sentence = last.removeprefix("error: ").partition(": ")
    if fault not in FAULTS or not sentence:
        fault, sentence = "server", _without_words(ended, said)
    tail = (log_lines.splitlines() + said)[-40:]
    return {"fault": fault, "message": sentence[:1000], "log": "\n".join(tail)[-8000:]}


def _without_words(ended: Ended, said: Sequence[str]) -> str:
    if ended.code == -signal.SIGKILL:
        return "The engine was killed by the system, most likely because memory ran out."
    if ended.code < 0:
        return f"The engine was ended by signal {-ended.code}."
    return f"The engine ended with status {ended.code}: {said[-1] if said else 'it said nothing'}"
