"""People at the desk over HTTP, in processes of their own: each answers the task in hand and takes the next."""

import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEOPLE_PER_PROCESS = 8
BOXES = 12
TOKEN = "x" * 32


@dataclass(frozen=True)
class Worker:
    """Somebody signed in: the name of the session cookie's value, a seed for what they say, and its kind."""

    session: str
    seed: int
    kind: str = "choice"


@dataclass
class Ledger:
    """What was acknowledged: seconds per request, keys of stored votes, refusals."""

    seconds: list[float] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    refused: int = 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(port: int, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/session")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def run(
    port: int, project: int, people: list[Worker], concepts: list[int], *, votes: int, seconds: float, think: float
) -> Ledger:
    """Lets people work until each has given `votes` votes, time is up, or nothing is left."""
    groups = [people[start : start + PEOPLE_PER_PROCESS] for start in range(0, len(people), PEOPLE_PER_PROCESS)]
    errand = {
        "port": port,
        "project": project,
        "concepts": concepts,
        "votes": votes,
        "seconds": seconds,
        "think": think,
    }
    processes = []
    for group in groups:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.desk_people"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({**errand, "people": [asdict(one) for one in group]}).encode())
        process.stdin.close()
        processes.append(process)
    whole = Ledger()
    for process in processes:
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
        if process.wait():
            raise RuntimeError("a process of annotators failed")
        whole.seconds += said["seconds"]
        whole.keys += said["keys"]
        whole.refused += said["refused"]
    return whole


class Person:
    """One person's connection and what they hold."""

    def __init__(self, errand: dict[str, Any], worker: dict[str, Any]) -> None:
        self.errand, self.draw, self.kind = errand, random.Random(worker["seed"]), worker["kind"]
        self.connection = http.client.HTTPConnection("127.0.0.1", errand["port"], timeout=60)
        self.path = f"/api/projects/{errand['project']}/desk"
        self.headers = {
            "Content-Type": "application/json",
            "Cookie": f"sessionid={worker['session']}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        self.ledger = Ledger()

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        self.connection.request("POST", self.path, json.dumps(body), self.headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {content[:500]!r}")
        found: dict[str, Any] = json.loads(content)
        return found

    def work(self, until: float) -> None:
        held = self.ask({"votes": [], "take": 1})["tasks"]
        while held and len(self.ledger.keys) < self.errand["votes"] and time.monotonic() < until:
            if self.errand["think"]:
                time.sleep(self.errand["think"] * self.draw.uniform(0.5, 1.5))
            task = held[0]
            vote = {
                "key": str(uuid.uuid4()), "task": task["id"], "lease": task["lease"], "asking": task["asking"],
                "answer": self.say(task["id"]), "took_ms": 900,
            }  # fmt: skip
            began = time.perf_counter()
            reply = self.ask({"votes": [vote], "take": 1})
            self.ledger.seconds.append(time.perf_counter() - began)
            if reply["results"][0]["status"] == "stored":
                self.ledger.keys.append(vote["key"])
            else:
                self.ledger.refused += 1
            held = reply["tasks"]
        if held:
            self.ask({"votes": [], "take": 0, "release": [one["id"] for one in held]})

    def say(self, task: int) -> dict[str, Any]:
        return said_of(self.kind, self.errand["concepts"], task, self.draw)


def said_of(kind: str, concepts: list[int], task: int, draw: random.Random) -> dict[str, Any]:
    """An answer about a picture of 640 by 480: right four times of five, so that some tasks split and ask for more.

    Of a box task it is BOXES boxes that everybody draws a little differently; four times of five all of them.
    """
    if kind == "choice":
        right = task % len(concepts)
        return {"choice": [concepts[right] if draw.random() < 0.8 else draw.choice(concepts)]}
    there = random.Random(task)
    boxes = []
    for _ in range(BOXES):
        x, y, side = there.uniform(5, 540), there.uniform(5, 380), there.uniform(30, 90)
        corners = [x, y, x + side, y + side]
        box = [round(one + draw.gauss(0, side / 40), 2) for one in corners]
        boxes.append({"concept": there.choice(concepts), "box": [max(0.0, one) for one in box]})
    return {"boxes": boxes if draw.random() < 0.8 else boxes[:-1]}


def work_through() -> int:
    """Reads one errand from stdin, writes the ledger to stdout."""
    errand = json.loads(sys.stdin.buffer.read())
    people = [Person(errand, worker) for worker in errand["people"]]
    until = time.monotonic() + errand["seconds"]
    failed: list[BaseException] = []

    def begin(person: Person) -> None:
        try:
            person.work(until)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=begin, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    whole = {
        "seconds": [one for person in people for one in person.ledger.seconds],
        "keys": [one for person in people for one in person.ledger.keys],
        "refused": sum(person.ledger.refused for person in people),
    }
    sys.stdout.write(json.dumps(whole))
    return 0


if __name__ == "__main__":
    sys.exit(work_through())
