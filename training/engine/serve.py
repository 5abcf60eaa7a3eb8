"""`python -m training.engine serve`: a network kept warm for people who try it, one request a line.

It reads JSON objects from stdin, one a line, and answers each on stdout:

    {"id": 7, "picture": PATH, "checkpoint": FOLDER}
    {"id": 7, "picture": PATH, "weights": FILE, "architecture": NAME, "size": 224}

    {"ready": true}                                   once, before anything is read
    {"id": 7, "doing": "loading"}                     before a network is loaded that is not at hand
    {"id": 7, "ok": true, "answer": {...}}
    {"id": 7, "ok": false, "about": "request" | "model" | "picture" | "memory", "message": SENTENCE}

A line that is no request is answered with id null. Pictures are read where they lie and kept nowhere. The process ends
with 0 after `idle` seconds without a request, and at once when stdin closes, whatever it is doing.
"""

import json
import os
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import torch

from training.engine.errors import Fault
from training.engine.loose import Model, as_data, look, model_from_checkpoint, model_from_weights, read_picture

LONGEST_LINE: Final = 2**16
TOP: Final = 5
MOST_BOXES: Final = 300
# A GPU belongs to whatever trains, and one picture takes a CPU a fraction of a second.
DEVICE: Final = "cpu"
Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Request:
    """One picture for one network: a checkpoint, or weights of an architecture."""

    id: int
    picture: Path
    checkpoint: Path | None = None
    weights: Path | None = None
    architecture: str = ""
    size: int = 224


class Refused(Exception):
    """Why a request has no answer: what it is about, and a sentence."""

    def __init__(self, about: str, sentence: str) -> None:
        super().__init__(sentence)
        self.about = about


class Shelf:
    """The networks used last, at most `room` of them."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.held: OrderedDict[Hashable, Model] = OrderedDict()

    def take(self, request: Request, loading: Callable[[], None]) -> Model:
        """The network asked for; `loading` is called before one is read from disk. ValueError where it cannot be."""
        key = _identity(request)
        if key in self.held:
            self.held.move_to_end(key)
            return self.held[key]
        loading()
        while len(self.held) >= self.room:  # before the new one comes, so that there are never more
            self.held.popitem(last=False)
        self.held[key] = _load(request)
        return self.held[key]

    def clear(self) -> None:
        """Holds nothing any more."""
        self.held.clear()


def serve(requests: BinaryIO, say: Say, *, idle: float, room: int, orphaned: Callable[[], None]) -> None:
    """Answers requests until none came for `idle` seconds; `orphaned` is called, in a thread, when they end."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        while line := requests.readline(LONGEST_LINE):
            lines.put(line)
        orphaned()

    threading.Thread(target=read, daemon=True).start()
    shelf = Shelf(room)
    say({"ready": True})
    while True:
        try:
            line = lines.get(timeout=idle)
        except queue.Empty:
            return
        answer(line, shelf, say)


def answer(line: bytes, shelf: Shelf, say: Say) -> None:
    """Says what became of one line; nothing that a request can bring about is raised."""
    number: int | None = None
    try:
        request = parse(line)
        number = request.id
        found = _answer(request, shelf, lambda: say({"id": request.id, "doing": "loading"}))
        say({"id": number, "ok": True, "answer": found})
    except Refused as refusal:
        if refusal.about == "memory":
            shelf.clear()
        say({"id": number, "ok": False, "about": refusal.about, "message": str(refusal)})


def parse(line: bytes) -> Request:
    """Refused where the line is not one of the two forms."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused("request", "this line is not JSON") from None
    names = set(data) if isinstance(data, dict) else set()
    if names != {"id", "picture", "checkpoint"} and names != {"id", "picture", "weights", "architecture", "size"}:
        raise Refused("request", "this line is neither of the two requests there are")
    texts = [data[name] for name in names - {"id", "size"}]
    numbers = [data[name] for name in names & {"id", "size"}]
    if not all(isinstance(text, str) and text for text in texts) or not all(type(one) is int for one in numbers):
        raise Refused("request", "a value of this request is of a wrong type")
    places = {name: Path(data[name]) for name in names & {"picture", "checkpoint", "weights"}}
    return Request(**{**data, **places})


def _answer(request: Request, shelf: Shelf, loading: Callable[[], None]) -> dict[str, Any]:
    about = "model"
    try:
        model = shelf.take(request, loading)
        about = "picture"
        picture = read_picture(request.picture, model.config)
        (told,) = look(model, [picture])
    except (MemoryError, torch.OutOfMemoryError):
        raise Refused("memory", "not enough memory") from None
    except Fault as error:
        raise Refused(about, str(error.args[0])) from error
    except (OSError, ValueError) as error:
        raise Refused(about, str(error)) from error
    except RuntimeError as error:  # torch says so on a CPU
        raise Refused("memory" if "memory" in str(error) else about, str(error).partition("\n")[0]) from error
    width, height = picture.size
    counted = {"width": width, "height": height, "classes": len(model.classes)}
    return counted | as_data(told, top=MOST_BOXES if told.form == "boxes" else TOP)


def _identity(request: Request) -> Hashable:
    """What makes a network the same: where it lies, and that nobody has put another there since."""
    place = request.checkpoint / "checkpoint.json" if request.checkpoint else request.weights
    assert place is not None  # parse lets no other request through
    found = place.stat()
    return str(place), found.st_ino, found.st_ctime_ns, request.architecture, request.size


def _load(request: Request) -> Model:
    if request.checkpoint:
        return model_from_checkpoint(request.checkpoint, device=DEVICE)
    assert request.weights is not None
    return model_from_weights(request.weights, architecture=request.architecture, size=request.size, device=DEVICE)


def own_stdout() -> Say:
    """A way to say things on stdout that nothing else can write to from now on: what is printed goes to stderr."""
    out = os.dup(1)
    os.dup2(2, 1)

    def say(data: dict[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        while text:
            text = text[os.write(out, text) :]

    return say
