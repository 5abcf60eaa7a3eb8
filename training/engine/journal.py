"""A run's folder while it is written: its lock, its metrics, its log, and the wish to stop."""

import json
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from training.engine.errors import Fault, Stopped
from training.engine.files import write_json, write_text

STEP_SECONDS = 0.5  # between two step lines


class Journal:
    """The one writer of a run folder, from `with` to its end. The lock falls with the process, however it ends."""

    def __init__(self, folder: Path, *, attempt: int = 0, wait: float = 60.0) -> None:
        """`attempt`: number of this claim of the run; a lower one than was seen here is refused. `wait` in seconds."""
        self.folder = folder
        self._attempt = attempt
        self._wait = wait
        self._stop = threading.Event()
        self._last_step = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / "lock")

    def __enter__(self) -> Self:
        """Holding the lock; Fault server where another process keeps it or a later attempt was here."""
        try:
            self._lock.acquire(timeout=self._wait)
        except Timeout as error:
            raise Fault(
                "server", f"another process is writing this run, and still was after {self._wait:g} s"
            ) from error
        seen = self._seen_attempt()
        if seen > self._attempt:
            self._lock.release()
            raise Fault("server", f"attempt {self._attempt} of this run is over; attempt {seen} has taken it")
        write_text(self.folder / "attempt", f"{self._attempt}\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the lock."""
        self._lock.release()

    @property
    def checkpoints(self) -> Path:
        """Where the epochs lie."""
        return self.folder / "checkpoints"

    @property
    def attempt(self) -> int:
        """Number of this claim."""
        return self._attempt

    def ask_stop(self) -> None:
        """Stop after the step under way; safe from a signal handler."""
        self._stop.set()

    def check_stop(self) -> None:
        """Stopped, if a signal or a file named `stop` asks for it; the file is taken away, its wish is granted."""
        asked = self.folder / "stop"
        if asked.exists():
            self._stop.set()
        if self._stop.is_set():
            asked.unlink(missing_ok=True)
            raise Stopped

    def event(self, name: str, **fields: Any) -> None:
        """One line in metrics.jsonl. A number that is none is no line: the caller has checked."""
        line = json.dumps({"event": name, "time": round(time.time(), 3), **fields}, allow_nan=False, ensure_ascii=False)
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def step_due(self) -> bool:
        """Whether a step line may be written now; taking it starts the next wait."""
        now = time.monotonic()
        if now - self._last_step < STEP_SECONDS:
            return False
        self._last_step = now
        return True

    def log(self, text: str) -> None:
        """One line for people."""
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")

    def cut_back(self, epoch: int, figures: dict[str, Any]) -> None:
        """Leave in metrics.jsonl only what was so at the end of this epoch; a torn last line goes too.

        The epoch's own line, where a kill came between its checkpoint and that, is written from its figures.
        """
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return
        kept, told = [], epoch == 0
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry["event"] in ("step", "epoch", "start") and entry.get("epoch", 0) <= epoch:
                kept.append(line)
                told = told or (entry["event"], entry.get("epoch")) == ("epoch", epoch)
        write_text(path, "".join(line + "\n" for line in kept))
        if not told:
            self.event("epoch", epoch=epoch, **figures)

    def result(self, data: dict[str, Any]) -> None:
        """result.json, the last thing a run writes."""
        write_json(self.folder / "result.json", data)

    def _seen_attempt(self) -> int:
        try:
            return int((self.folder / "attempt").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0
