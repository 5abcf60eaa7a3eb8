"""Votes survive a web process that is killed in the middle, dropped requests and lost replies."""

import random
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pictures import SHAPES, write_tree
from tests.stack import Person, Refusal, running, wait_for

pytestmark = pytest.mark.fault

VOTES = 500
KILLS = 4
DROPPED = LOST = 0.25
NO_VOTES: dict[str, Any] = {"votes": [], "take": 5}


def deliver(person: Person, address: str, body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Sends until a reply has been read: a quarter of the requests never leaves, a quarter of the replies is lost."""
    while True:
        if chance.random() < DROPPED:
            continue
        try:
            reply: dict[str, Any] = person.post(address, body)
        except httpx.TransportError:
            wait_for(lambda: answers(person), "the web process to come back")
            continue
        except Refusal as refusal:
            if refusal.status < 500:
                raise
            continue
        if chance.random() >= LOST:
            return reply


def answers(person: Person) -> bool:
    try:
        person.get("/api/session")
    except (httpx.TransportError, Refusal):
        return False
    return True


def test_every_vote_is_stored_once(tmp_path: Path) -> None:
    chance = random.Random(7)
    pictures = write_tree(
        tmp_path / "pictures", each=VOTES // len(SHAPES) + 40
    )  # some may look alike and get no question
    # A lost reply leaves leases that nobody knows of; they lapse soon here, so that their tasks come back.
    with running(tmp_path / "home", FOVEA_LEASE_SECONDS="5") as stack:
        admin = stack.person()
        settings = {"redundancy": 1, "holdout_share": 0.1}
        project = admin.post("/api/projects", {"name": "Shapes", "classes_text": "\n".join(SHAPES), **settings})
        stack.manage("ingest", str(project["id"]), str(pictures))
        address = f"/api/projects/{project['id']}/desk"
        concept = admin.get(f"{address}/guide")["classes"][0]["concept_id"]
        wait_for(lambda: admin.post(address, {"votes": [], "take": 1})["tasks"], "the first task")
        kills = sorted(chance.sample(range(50, VOTES - 50), KILLS))
        sent: list[str] = []
        tasks: list[dict[str, Any]] = []
        while len(sent) < VOTES:
            if kills and len(sent) >= kills[0]:
                kills.pop(0)
                stack.kill("web")
            if not tasks:
                tasks = wait_for(
                    lambda: deliver(admin, address, NO_VOTES, chance)["tasks"], "tasks whose lease has lapsed"
                )
            batch = tasks[: min(5, VOTES - len(sent))]
            votes = [
                {"key": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "task": task["id"],
                 "asking": task["asking"], "answer": {"choice": [concept]}}
                for task in batch
            ]  # fmt: skip
            reply = deliver(admin, address, {"votes": votes, "take": 5}, chance)
            assert {result["status"] for result in reply["results"]} <= {"stored", "repeated"}
            sent += [vote["key"] for vote in votes]
            answered = {vote["task"] for vote in votes}
            held = {task["id"]: task for task in [*tasks, *reply["tasks"]] if task["id"] not in answered}
            tasks = list(held.values())
        assert not kills, "the web process was killed as often as planned"
        mine = [vote["key"] for vote in admin.everything(f"{address}/mine", limit=200)]
        assert sorted(mine) == sorted(sent)
    with sqlite3.connect(tmp_path / "home" / "fovea.sqlite3") as database:
        stored, tasks_answered = database.execute(
            "SELECT count(*), count(DISTINCT task_id) FROM labeling_vote WHERE user_id IS NOT NULL"
        ).fetchone()
    assert (stored, tasks_answered) == (VOTES, VOTES)
