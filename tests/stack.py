"""The real thing, running: `manage.py serve` with its four processes, and people who speak to it over HTTP."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
# The names under which the running stack may be asked for; the second is no secure context to a browser.
HOSTS = "localhost,127.0.0.1,museum.test"
ROLES = {"web": "gunicorn", "worker": "worker@", "trainer": "trainer@", "scheduler": " beat "}


class Refusal(Exception):
    """A reply that is not 2xx."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(
            f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:500]}"
        )
        self.status = response.status_code
        self.response = response


class Person:
    """One browser's worth of HTTP: a session, its CSRF token, JSON in and out."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self.get("/api/session")

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken", "")} if method != "GET" else {}
        response = self.http.request(method, path, headers=headers, **options)
        if not response.is_success:
            raise Refusal(response)
        return response.json() if response.headers.get("content-type", "").startswith("application/json") else response

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.call("POST", path, json={} if body is None else body, **options)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, json=body)

    def upload(self, path: str, *, data: dict[str, str], files: list[tuple[str, tuple[str, bytes, str]]]) -> Any:
        return self.call("POST", path, data=data, files=files)

    def sign_in(self, username: str, password: str) -> "Person":
        self.post("/api/session/sign-in", {"username": username, "password": password})
        return self

    def everything(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a keyset list."""
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items


def wait_for(ready: Callable[[], Any], what: str, *, seconds: float = 120, every: float = 0.2) -> Any:
    """The first true answer of `ready`; AssertionError naming `what` when none comes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := ready():
            return found
        time.sleep(every)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


def in_state(person: Person, root: str, state: str) -> bool:
    """Whether every picture's question is in that state; one that resembles both sides of the holdout gets none."""
    counts = f"{root}/images/counts"
    asked = person.get(counts)["count"] - person.get(counts, split="none")["count"]
    return bool(person.get(counts, state=state)["count"] == asked > 0)


@dataclass
class Stack:
    """A running Fovea: where it answers, where its data lies, and its processes."""

    home: Path
    port: int
    environment: dict[str, str]
    supervisor: subprocess.Popen[bytes]
    admin_password: str = ""
    people: list[Person] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.home / "serve.log").read_text(errors="replace")

    def person(self, username: str = "admin", password: str = "") -> Person:
        person = Person(self.url).sign_in(username, password or self.admin_password)
        self.people.append(person)
        return person

    def manage(self, *arguments: str) -> str:
        """Runs a management command against the same data."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def pids(self, role: str) -> list[int]:
        """The processes of one role, the first one started by the supervisor foremost."""
        found = []
        for pid, parent, command in processes():
            if ROLES[role] in command and (parent == self.supervisor.pid or _descends(pid, self.supervisor.pid)):
                found.append((parent != self.supervisor.pid, pid))
        return [pid for _, pid in sorted(found)]

    def kill(self, role: str) -> None:
        """SIGKILL for every process of a role; the supervisor starts it again."""
        for pid in self.pids(role):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def processes() -> list[tuple[int, int, str]]:
    """(pid, parent, command line) of everything that runs."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                status = (folder / "stat").read_text()
            except OSError:
                continue
            found.append((int(folder.name), int(status.rpartition(")")[2].split()[1]), command))
    return found


def _descends(pid: int, ancestor: int) -> bool:
    parents = {child: parent for child, parent, _ in processes()}
    while pid in parents and pid != ancestor:
        pid = parents[pid]
    return pid == ancestor


def engines(folder: str = "") -> list[int]:
    """Processes that train at this moment (in the run folder `folder`, where given)."""
    return [pid for pid, _, command in processes() if "training.engine fit" in command and folder in command]


@contextmanager
def running(home: Path, *, database: str = "", broker: str = "", **settings: str) -> Iterator[Stack]:
    """Fovea without the sample project for the time of the block; everything it started is gone afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {
        **os.environ, "FOVEA_HOME": str(home), "PORT": str(port), "HOST": "127.0.0.1", "FOVEA_HOSTS": HOSTS,
        "FOVEA_DATABASE": database, "FOVEA_BROKER": broker, "FOVEA_SWEEP_SECONDS": "1", **settings,
    }  # fmt: skip
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "serve", "--no-sample"]
    with (home / "serve.log").open("ab") as log:
        supervisor = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    stack = Stack(home, port, environment, supervisor)
    try:
        began = len(stack.log)
        ready = "Fovea is ready"
        wait_for(
            lambda: supervisor.poll() is not None or ready in stack.log[began:], "the start", seconds=START_SECONDS
        )
        assert supervisor.poll() is None, stack.log[-4000:]
        if found := re.search(r"with the password (\S+)", stack.log):
            stack.admin_password = found.group(1)
        yield stack
    finally:
        for person in stack.people:
            person.http.close()
        supervisor.send_signal(signal.SIGINT)
        try:
            supervisor.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()
