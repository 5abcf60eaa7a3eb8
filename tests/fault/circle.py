"""A project that is ready to be trained on, made over HTTP."""

from pathlib import Path
from typing import Any

from tests.pictures import SHAPES, write_tree
from tests.stack import Person, Stack, in_state, wait_for


def project_with_labels(stack: Stack, folder: Path, *, each: int = 60) -> tuple[Person, str]:
    """(the admin, the project's address): shapes with their true labels, all settled."""
    admin = stack.person()
    settings = {"redundancy": 1, "holdout_share": 0.2}
    made = admin.post("/api/projects", {"name": "Shapes", "classes_text": "\n".join(SHAPES), **settings})
    stack.manage("ingest", str(made["id"]), str(write_tree(folder, each=each)), "--labels", "gold", "--source", "drawn")
    root = f"/api/projects/{made['id']}"
    wait_for(lambda: in_state(admin, root, "closed"), "the labels")
    return admin, root


def freeze(admin: Person, root: str) -> dict[str, Any]:
    """A ready version."""
    made = admin.post(f"{root}/versions", {"note": ""})

    def ended() -> dict[str, Any] | None:
        row: dict[str, Any] = admin.get(f"{root}/versions/{made['id']}")
        return row if row["state"] in {"ready", "failed"} else None

    version: dict[str, Any] = wait_for(ended, "a frozen version")
    assert version["state"] == "ready", version
    return version


def start_run(admin: Person, root: str, version: dict[str, Any], **config: Any) -> dict[str, Any]:
    body = {
        "version": version["id"],
        "preset": "teaching_cnn",
        "name": "",
        "config": {"threads": 1, "seed": 5, **config},
    }
    run: dict[str, Any] = admin.post(f"{root}/runs", body)
    return run


def ended_run(admin: Person, root: str, run: dict[str, Any], *, seconds: float = 240) -> dict[str, Any]:
    """The run in its final state."""

    def ended() -> dict[str, Any] | None:
        row: dict[str, Any] = admin.get(f"{root}/runs/{run['id']}")
        return row if row["state"] in {"finished", "failed", "stopped"} else None

    found: dict[str, Any] = wait_for(ended, "the run's end", seconds=seconds)
    return found


def epochs_of(admin: Person, root: str, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The epoch lines of a run's metrics."""
    lines = admin.get(f"{root}/runs/{run['id']}/metrics", after=0)["lines"]
    return [line for line in lines if line["event"] == "epoch"]
