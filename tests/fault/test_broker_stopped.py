"""Without its broker Fovea goes on taking votes, and what was asked for meanwhile starts when the broker is back."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import services
from tests.fault.circle import ended_run, freeze, project_with_labels, start_run
from tests.pictures import write_tree
from tests.require import require
from tests.stack import running, wait_for

pytestmark = pytest.mark.fault


@contextmanager
def redis_on(port: int) -> Iterator[None]:
    command = [
        str(services.redis_server()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: services.listens(port), "Redis")
        yield
    finally:
        process.kill()
        process.wait()


def test_votes_go_on_and_runs_start_when_the_broker_is_back(tmp_path: Path) -> None:
    require(services.redis_server(), "redis-server is needed to stop it")
    port = services.free_port()
    with running(tmp_path / "home", broker=f"redis://127.0.0.1:{port}/0") as stack:
        with redis_on(port):
            admin, root = project_with_labels(stack, tmp_path / "pictures", each=30)
            version = freeze(admin, root)
            stack.manage("ingest", root.rpartition("/")[2], str(write_tree(tmp_path / "more", each=10, first=900)))
            tasks = wait_for(lambda: admin.post(f"{root}/desk", {"votes": [], "take": 20})["tasks"], "open tasks")
        concept = admin.get(f"{root}/desk/guide")["classes"][0]["concept_id"]
        for task in tasks:
            vote = {
                "key": str(uuid.uuid4()),
                "task": task["id"],
                "asking": task["asking"],
                "answer": {"choice": [concept]},
            }
            reply = admin.post(f"{root}/desk", {"votes": [vote], "take": 0})
            assert [result["status"] for result in reply["results"]] == ["stored"]
        run = start_run(admin, root, version, epochs=1)
        assert admin.get(f"{root}/runs/{run['id']}")["state"] == "queued"
        with redis_on(port):
            assert ended_run(admin, root, run)["state"] == "finished"
