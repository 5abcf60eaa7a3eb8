"""Steps of the circle as an admin takes them over HTTP, each waited for to its end."""

import uuid
from pathlib import Path
from typing import Any

from benchmarks.conditions import say
from tests.stack import Person, Stack, wait_for


def freeze(admin: Person, root: str, *, note: str = "", seconds: float = 3600) -> dict[str, Any]:
    """A ready version of the project at `root`."""
    made = admin.post(f"{root}/versions", {"note": note})

    def ended() -> dict[str, Any] | None:
        row: dict[str, Any] = admin.get(f"{root}/versions/{made['id']}")
        return row if row["state"] in {"ready", "failed"} else None

    frozen: dict[str, Any] = wait_for(ended, "a frozen version", seconds=seconds)
    assert frozen["state"] == "ready", frozen
    return frozen


def turn(admin: Person, root: str, *, preset: str, strategy: str) -> dict[str, Any]:
    """One press of "next round", until it has chosen."""
    made = admin.post(f"{root}/cycle/next", {"preset": preset, "strategy": strategy})

    def ended() -> dict[str, Any] | None:
        rounds = admin.get(f"{root}/cycle")["rounds"]
        mine = next(row for row in rounds if row["number"] == made["number"])
        return mine if mine["state"] in {"done", "failed"} else None

    found: dict[str, Any] = wait_for(ended, "the round", seconds=3600, every=1)
    assert found["state"] == "done", found
    say(f"round {found['number']} ({strategy}): {found['accuracy']}")
    return found


def hire(stack: Stack, admin: Person, root: str, *, username: str, name: str) -> Person:
    """An annotator of the project who came by an invitation link."""
    invitation = admin.post(f"{root}/invitations", {"role": "annotator"})
    person = Person(stack.url)
    body = {"username": username, "name": name, "password": uuid.uuid4().hex}
    person.post(f"/api/invitations/{invitation['url'].rstrip('/').rpartition('/')[2]}", body)
    return person


def folder_of(stack: Stack, version: dict[str, Any]) -> Path:
    """Where a version lies, by its digest."""
    return next(stack.home.glob(f"versions/**/{version['digest']}*/manifest.json")).parent


def version_of(admin: Person, root: str, row: dict[str, Any]) -> dict[str, Any]:
    """The version that a round learned from."""
    number = row["version"]["id"] if isinstance(row["version"], dict) else row["version"]
    found: dict[str, Any] = admin.get(f"{root}/versions/{number}")
    return found
