"""Drivers that are killed, doubled and asked to leave: real processes, the real engine, a database of their own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
EPOCHS = 16
NAMES = ("never killed", "killed", "asked to leave")
SETUP = """
import django; django.setup()
from django.conf import settings
from tests.make import make_project
from tests.training.cast import ready_version
from training import services
project = make_project()
NAMES = %r
version = ready_version(project, classes=3, train=120, val=12, holdout=6)
for name in NAMES:
    services.start_run(
        project, actor=None, version=version, preset="teaching_cnn", name=name,
        config={"epochs": %d, "size": 24, "batch": 16, "seed": 5},
    )
from training.models import Run
Run.objects.update(state="stopped")
"""
QUEUE = """
import sys
import django; django.setup()
from training import jobs, services
from training.models import Run
services.resume_run(Run.objects.get(name=sys.argv[1]), actor=None)
"""
DRIVE = """
import sys, time
import django; django.setup()
from training import jobs
from training.models import Run
run = Run.objects.filter(name=sys.argv[1])
while run.get().state in ("queued", "running", "stopping"):
    jobs.train()
    time.sleep(0.1)
"""
SEND = f"""{QUEUE}
from annotate import celery
jobs.train.apply_async()
"""


class Machine:
    """Processes on a folder of their own, and a watch on how many engines write the same run."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "annotate.settings",
            "FOVEA_HOME": str(home),
            "FOVEA_DATABASE": "",
            "FOVEA_BROKER": "",
            "FOVEA_HEARTBEAT_SECONDS": "1",
            "FOVEA_TRAINER_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        }
        self.started: list[subprocess.Popen[str]] = []
        self.most_engines = 0
        self.ended = threading.Event()
        self.watch = threading.Thread(target=self._watch)
        self.watch.start()

    def start(self, *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE
        )
        self.started.append(process)
        return process

    def script(self, text: str, *arguments: str) -> str:
        process = self.start("-c", text, *arguments)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        return said

    def runs(self) -> dict[str, dict[str, Any]]:
        with sqlite3.connect(self.home / "fovea.sqlite3") as database:
            database.row_factory = sqlite3.Row
            return {row["name"]: dict(row) for row in database.execute("SELECT * FROM training_run")}

    def folder(self, name: str) -> Path:
        return self.home / "training" / "runs" / str(NAMES.index(name) + 1)

    def epochs(self, name: str) -> list[dict[str, Any]]:
        path = self.folder(name) / "metrics.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        found = [json.loads(line) for line in lines if line.endswith("\n")]
        return [line for line in found if line["event"] == "epoch"]

    def engines(self) -> list[int]:
        """Processes that train into a folder of this machine, read from the system's own table.

        An engine that starts another program has, for a moment, a child that still bears its own name: no engine.
        """
        parents = {}
        for place in Path("/proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if b"training.engine" in words and b"fit" in words and any(str(self.home).encode() in one for one in words):
                parents[int(place.name)] = parent
        return [one for one, parent in parents.items() if parent not in parents]

    def _watch(self) -> None:
        while not self.ended.wait(0.2):
            self.most_engines = max(self.most_engines, len(self.engines()))

    def close(self) -> None:
        self.ended.set()
        self.watch.join()
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        machine.start("manage.py", "migrate", "-v", "0").communicate(timeout=PATIENCE)
        machine.script(SETUP % (NAMES, EPOCHS))
        yield machine
    finally:
        machine.close()


def until(true: Callable[[], Any]) -> Any:
    """Waits for something that other processes bring about; fails where it never comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def figures(epochs: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(line["epoch"], line["train_loss"], line["val_loss"], line["val_accuracy"]) for line in epochs]


@pytest.mark.fault
def test_a_killed_driver_leaves_one_engine_and_the_same_loss(machine: Machine) -> None:
    machine.script(QUEUE, "never killed")
    twins = [machine.start("-c", DRIVE, "never killed") for _ in range(2)]
    assert [twin.wait(PATIENCE) for twin in twins] == [0, 0]
    whole = machine.runs()["never killed"]
    assert (whole["state"], whole["attempt"]) == ("finished", 1), whole["error"]
    assert machine.most_engines == 1

    machine.script(QUEUE, "killed")
    driver = machine.start("-c", DRIVE, "killed")
    until(lambda: len(machine.epochs("killed")) >= 3)
    driver.send_signal(signal.SIGKILL)
    reached = len(machine.epochs("killed"))
    assert reached < EPOCHS
    until(lambda: not machine.engines())
    heirs = [machine.start("-c", DRIVE, "killed") for _ in range(2)]
    assert [heir.wait(PATIENCE) for heir in heirs] == [0, 0]

    killed = machine.runs()["killed"]
    assert (killed["state"], killed["attempt"], killed["losses"], killed["epoch"]) == ("finished", 2, 1, EPOCHS)
    assert machine.most_engines == 1
    assert "goes on after epoch" in (machine.folder("killed") / "log.txt").read_text()
    assert figures(machine.epochs("killed")) == figures(machine.epochs("never killed"))
    last = f"checkpoints/epoch-{EPOCHS:04d}/model.safetensors"
    weights = [machine.folder(name) / last for name in ("killed", "never killed")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


@pytest.mark.fault
def test_a_trainer_that_is_asked_to_leave_gives_its_run_back(machine: Machine) -> None:
    machine.script(SEND, "asked to leave")
    trainer = machine.start("-m", "celery", "-A", "annotate", "worker", "-Q", "training", "-P", "solo", "-l", "WARNING")
    until(lambda: len(machine.epochs("asked to leave")) >= 1)
    trainer.send_signal(signal.SIGTERM)
    assert trainer.wait(PATIENCE) == 0
    assert machine.engines() == []
    run = machine.runs()["asked to leave"]
    assert (run["state"], run["losses"]) == ("queued", 0), run["error"]
