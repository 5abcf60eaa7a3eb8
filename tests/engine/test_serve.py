"""The warm child's protocol: what it answers, what it holds, and when it goes."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file

from tests.make_version import draw_picture
from training.engine import serve as served
from training.engine.config import Config
from training.engine.loose import Model
from training.engine.model import build_model
from training.engine.serve import Shelf, answer, serve


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    (tmp_path / "a.png").write_bytes(draw_picture(0, seed=5))
    return tmp_path / "a.png"


@pytest.fixture
def checkpoint(trained: Path) -> Path:
    return trained / "checkpoints" / "epoch-0008"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    save_file(build_model(Config(architecture="mobilenet_v3_small", size=32), 1000).state_dict(), tmp_path / "w")
    return tmp_path / "w"


def asked(number: int, picture: Path, **model: Any) -> bytes:
    named = {name: str(value) if isinstance(value, Path) else value for name, value in model.items()}
    return json.dumps({"id": number, "picture": str(picture), **named}).encode() + b"\n"


def ask(shelf: Shelf, line: bytes) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    answer(line, shelf, said.append)
    return said


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff garbage\n",
        b"[" * 5000,
        b"[1]",
        b'{"id": 1}',
        b'{"id": true, "picture": "a", "checkpoint": "b"}',
        b'{"id": 1, "picture": 5, "checkpoint": "b"}',
        b'{"id": 1, "picture": "a", "checkpoint": "b", "weights": "c"}',
        b'{"id": 1, "picture": "a", "weights": "c", "architecture": "x", "size": "big"}',
    ],
)
def test_a_line_that_is_no_request_is_answered(line: bytes) -> None:
    (reply,) = ask(Shelf(2), line)
    assert (reply["id"], reply["ok"], reply["about"]) == (None, False, "request")


def test_networks_stay_at_hand_until_others_push_them_out(picture: Path, checkpoint: Path, weights: Path) -> None:
    shelf = Shelf(2)
    by_weights = {"weights": weights, "architecture": "mobilenet_v3_small", "size": 32}
    first = ask(shelf, asked(1, picture, checkpoint=checkpoint))
    assert first[0] == {"id": 1, "doing": "loading"}
    assert (first[1]["id"], first[1]["ok"]) == (1, True)
    found = first[1]["answer"]
    assert (found["form"], found["width"], found["height"], found["classes"]) == ("one", 24, 24, 3)
    assert found["guesses"][0].keys() == {"concept", "name", "score"}
    other = ask(shelf, asked(2, picture, **by_weights))
    assert len(other) == 2
    assert (other[1]["answer"]["classes"], len(other[1]["answer"]["guesses"])) == (1000, 5)
    assert ask(shelf, asked(3, picture, checkpoint=checkpoint)) == [{"id": 3, "ok": True, "answer": found}]
    # a third one pushes out the weights, which were used least lately
    assert len(ask(shelf, asked(4, picture, **{**by_weights, "size": 64}))) == 2
    assert len(ask(shelf, asked(5, picture, checkpoint=checkpoint))) == 1
    assert len(ask(shelf, asked(6, picture, **by_weights))) == 2
    assert len(shelf.held) == 2


def test_a_network_that_was_replaced_or_removed_is_not_served_from_memory(
    picture: Path, checkpoint: Path, tmp_path: Path
) -> None:
    mine, shelf = tmp_path / "mine", Shelf(2)
    shutil.copytree(checkpoint, mine)
    assert len(ask(shelf, asked(1, picture, checkpoint=mine))) == 2
    shutil.rmtree(mine)
    (gone,) = ask(shelf, asked(2, picture, checkpoint=mine))
    assert (gone["ok"], gone["about"]) == (False, "model")
    shutil.copytree(checkpoint, mine)
    (mine / "model.safetensors").write_bytes(b"damaged")
    _, damaged = ask(shelf, asked(3, picture, checkpoint=mine))
    assert (damaged["about"], "damaged" in damaged["message"]) == ("model", True)


def test_what_is_wrong_with_a_picture_is_its_own_fault(picture: Path, checkpoint: Path) -> None:
    shelf = Shelf(1)
    picture.write_bytes(b"GIF89a no picture")
    _, refused = ask(shelf, asked(1, picture, checkpoint=checkpoint))
    assert (refused["ok"], refused["about"]) == (False, "picture")
    picture.unlink()
    (missing,) = ask(shelf, asked(2, picture, checkpoint=checkpoint))
    assert missing["about"] == "picture"


def test_want_of_memory_empties_the_shelf(picture: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(2)
    ask(shelf, asked(1, picture, checkpoint=checkpoint))

    def too_much(model: Model, pictures: Any) -> Any:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(served, "look", too_much)
    (refused,) = ask(shelf, asked(2, picture, checkpoint=checkpoint))
    assert refused["about"] == "memory"
    assert not shelf.held


def test_it_ends_when_nothing_is_asked_and_when_nobody_is_left() -> None:
    read, write = os.pipe()
    said: list[dict[str, Any]] = []
    left = threading.Event()
    with os.fdopen(read, "rb") as requests:
        os.write(write, b"garbage\n")
        serve(requests, said.append, idle=0.05, room=1, orphaned=left.set)
        assert [one.get("about", "ready") for one in said] == ["ready", "request"]
        assert not left.is_set()
        os.close(write)
        assert left.wait(30)


def test_the_command_keeps_its_stdout_to_itself_and_goes_with_its_parent(picture: Path, checkpoint: Path) -> None:
    command = [sys.executable, "-m", "training.engine", "serve", "--idle", "600"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin and child.stdout
    try:
        assert json.loads(child.stdout.readline()) == {"ready": True}
        child.stdin.write(asked(1, picture, checkpoint=checkpoint))
        child.stdin.flush()
        assert [json.loads(child.stdout.readline()).get("ok") for _ in range(2)] == [None, True]
        child.stdin.close()
        assert child.wait(timeout=60) == 4
        assert child.stdout.read() == b""
    finally:
        child.kill()
        child.wait()
