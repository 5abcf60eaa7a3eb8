"""A freeze that is killed is finished once by who comes next; people who vote meanwhile neither wait nor tear it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.annotate.datasets import crowd, freeze_child

ROOT = Path(__file__).parents[3]
MOMENTS = ("linking", "sealed", "named", "published")


def child(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "FOVEA_HOME": str(home), "FOVEA_DATABASE": "", "PYTHONPATH": str(ROOT)}
    said = [sys.executable, "-m", "tests.annotate.datasets.freeze_child", *command]
    return subprocess.run(said, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


def result(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a freeze that waits, made once and copied for each death."""
    folder = tmp_path_factory.mktemp("prepared") / "home"
    folder.mkdir()
    result(child(folder, "prepare"))
    return folder


@pytest.mark.fault
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_freeze_is_finished_once(prepared: Path, tmp_path: Path, moment: str) -> None:
    home = tmp_path / "server"
    shutil.copytree(prepared, home)
    assert child(home, "freeze", moment).returncode == -signal.SIGKILL
    found = result(child(home, "sweep"))
    assert found["done"] == [True, False]
    assert (found["state"], found["job"], found["attempt"]) == ("ready", "done", 2)
    assert (found["records"], found["counts"]["images"], found["counts"]["labeled"]) == (30, 30, 30)
    assert found["folders"] == [found["digest"]]
    assert found["sealed"]


def untorn(found: dict[str, Any]) -> None:
    assert found["written"] == found["before"]["pictures"] == 8
    assert found["after"]["votes"] > found["before"]["votes"]
    assert found["frozen"] == found["before"]
    assert found["labeled"] == 8
    assert found["matching"]
    assert found["places"] == list(range(found["before"]["votes"]))


def test_votes_that_arrive_meanwhile_do_not_tear_a_version(tmp_path: Path) -> None:
    untorn(result(child(tmp_path, "crowded")))


@pytest.mark.skipif("postgres" not in os.environ.get("FOVEA_DATABASE", ""), reason="SQLite's runs in a child above")
@pytest.mark.django_db(transaction=True)
def test_votes_that_arrive_meanwhile_do_not_tear_a_version_on_postgresql() -> None:
    assert connection.vendor == "postgresql"
    project, admin, _ = crowd.small_project(8)
    untorn(freeze_child.freeze_among_writers(project, admin))
