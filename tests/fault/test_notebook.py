"""The notebook of the manual runs from its first cell to its last against a real server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stack import running

pytestmark = pytest.mark.fault
NOTEBOOK = Path(__file__).resolve().parents[2] / "docs/notebooks/circle.ipynb"


def cells() -> list[dict[str, Any]]:
    return [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]


def test_it_goes_once_round_the_circle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [cell for cell in cells() if cell["outputs"] or cell["execution_count"] is not None] == [], (
        "outputs are left"
    )
    monkeypatch.chdir(tmp_path)
    with running(tmp_path / "home") as stack:
        scopes = ["read", "label", "write", "train"]
        made = stack.person().post("/api/tokens", {"name": "notebook", "scopes": scopes, "days": 1})
        monkeypatch.setenv("FOVEA_URL", stack.url)
        monkeypatch.setenv("FOVEA_TOKEN", made["token"])
        space: dict[str, Any] = {}
        for number, cell in enumerate(cells(), 1):
            exec(compile("".join(cell["source"]), f"{NOTEBOOK.name}, code cell {number}", "exec"), space)
        assert space["known"]["counts"]["added"] == 75 and space["unknown"]["counts"]["added"] == 9
        assert space["answered"] > 0 and space["version"]["state"] == "ready"
        assert space["zipped"].stat().st_size > 0
        top1 = space["evaluation"]["summary"]["top1"]
        assert top1["count"] > 5 and top1["value"] > 0.4
        used = stack.person().get("/api/tokens")["items"][0]["last_used_at"]
        assert used is not None
