"""The parent's end of the decoding child: keeps it going, and finds out which picture killed it."""

import base64
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from annotate.ingest import decode
from annotate.ingest.decode import Bounds

CODE = Path(__file__).resolve().parents[2]
# Requests under way at a time: enough that the child never waits, few enough that no pipe fills up.
AHEAD = 16
# Wall-clock seconds per picture beyond its CPU: a machine may be busy, a disk slow.
PATIENCE = 60


@dataclass(frozen=True)
class Request:
    """A file to decode, and the prefix for the files that come of it."""

    source: Path
    prefix: str


@dataclass(frozen=True)
class Decoded:
    """A picture that was taken; `made` names the files `<prefix>.<name>`; `grey` is 32 x 32 bytes for its hash."""

    prefix: str
    digest: str
    suffix: str
    size: int
    width: int
    height: int
    original_digest: str
    original_suffix: str
    original_width: int
    original_height: int
    orientation: int
    grey: bytes
    made: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """A picture that was not taken: a stable code and a sentence."""

    code: str
    reason: str


class ChildDied(Exception):
    """The child ended, or was ended, while it had a picture in hand; `signal` is 0 for a plain exit."""

    def __init__(self, number: int, *, timed_out: bool) -> None:
        super().__init__(f"decoding child ended by signal {number}")
        self.number = number
        self.timed_out = timed_out


class Closed(Exception):
    """The decoder was closed while it was at work."""


class Decoder:
    """One limited child for many pictures. Not to be shared between threads; close it, or use it in `with`."""

    def __init__(self, bounds: Bounds, *, command: tuple[str, ...] = ("-m", "annotate.ingest.decode")) -> None:
        self.bounds = bounds
        self.command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child, whatever it is doing; a thread that waits for it gets Closed."""
        self._closed = True
        self._bury()

    def _bury(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # bytes that nobody will read

    def decode(self, requests: Iterable[Request]) -> Iterator[Decoded | Refused]:
        """What became of each request, in their order.

        A picture that kills the child is tried once more alone in a fresh one and then refused; the others never
        notice. One that used up its CPU time would do so again and is refused at once.
        """
        waiting = deque(requests)
        while waiting:
            try:
                for outcome in self._stream(waiting):
                    waiting.popleft()
                    yield outcome
            except ChildDied as death:
                culprit = waiting.popleft()
                yield self._again_alone(culprit, death)

    def _again_alone(self, request: Request, death: ChildDied) -> Decoded | Refused:
        if death.number == signal.SIGXCPU:
            return Refused("too_costly", f"Decoding this picture takes more than {self.bounds.seconds} s.")
        try:
            return next(self._stream(deque([request])))
        except ChildDied as again:
            if again.number == signal.SIGXCPU or again.timed_out:
                return Refused("too_costly", f"Decoding this picture takes more than {self.bounds.seconds} s.")
            return Refused("decoder_died", "The picture makes the decoder crash.")

    def _stream(self, requests: deque[Request]) -> Iterator[Decoded | Refused]:
        """Outcomes of `requests` while the child lives; the caller takes away what is done. Raises ChildDied."""
        child = self._running()
        sent: deque[Request] = deque()
        rest = deque(requests)
        while rest or sent:
            while rest and len(sent) < AHEAD:
                sent.append(rest.popleft())
                self._write(child, {"source": str(sent[-1].source), "prefix": sent[-1].prefix})
            reply = self._read(child)
            yield _outcome(sent.popleft(), reply)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise Closed
        if self._child is None:
            # Nothing of our environment: no secret is within reach of a decoder that was taken over.
            self._child = subprocess.Popen(
                [sys.executable, *self.command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd=CODE,
                env={"PYTHONPATH": str(CODE), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
            )
            self._send(self._child, decode.first_message(self.bounds))
        return self._child

    def _write(self, child: subprocess.Popen[bytes], content: dict[str, Any]) -> None:
        self._send(child, decode.message(content))

    def _send(self, child: subprocess.Popen[bytes], raw: bytes) -> None:
        assert child.stdin is not None
        try:
            child.stdin.write(raw)
        except (BrokenPipeError, OSError):
            raise self._buried(child, timed_out=False) from None

    def _read(self, child: subprocess.Popen[bytes]) -> dict[str, Any]:
        until = time.monotonic() + self.bounds.seconds + PATIENCE
        head = self._exactly(child, 4, until)
        body = self._exactly(child, struct.unpack(">I", head)[0], until)
        reply = json.loads(body)
        if not isinstance(reply, dict):
            raise self._buried(child, timed_out=False)
        return reply

    def _exactly(self, child: subprocess.Popen[bytes], count: int, until: float) -> bytes:
        assert child.stdout is not None
        number = child.stdout.fileno()
        parts = b""
        while len(parts) < count:
            ready, _, _ = select.select([number], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise self._buried(child, timed_out=True)
            part = os.read(number, count - len(parts))
            if not part:
                raise self._buried(child, timed_out=False)
            parts += part
        return parts

    def _buried(self, child: subprocess.Popen[bytes], *, timed_out: bool) -> ChildDied:
        if timed_out:
            child.kill()
        number = -child.wait()
        self._bury()
        return ChildDied(max(0, number), timed_out=timed_out)


def _outcome(request: Request, reply: dict[str, Any]) -> Decoded | Refused:
    if not reply.pop("ok"):
        return Refused(str(reply["code"]), str(reply["reason"]))
    grey = base64.b64decode(reply.pop("grey"))
    return Decoded(prefix=request.prefix, grey=grey, made=tuple(reply.pop("made")), **reply)
