"""A real set of boxes through the whole circle, counted after every step: in as gold, frozen, out, and in again."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.bccd_version import read_bccd
from benchmarks.conditions import say

ROOT = Path(__file__).resolve().parent.parent
EXPORTED = ("coco", "voc", "yolo")


def said_by(archive: Path) -> dict[str, list[list[Any]]]:
    """The boxes by the picture's name, in 0-based half-open pixels, read with nothing of Fovea's."""
    pictures = [picture for part in read_bccd(archive).values() for picture in part]
    return {picture.name: sorted([name, *box] for name, box in picture.boxes) for picture in pictures}


def whole_circle(archive: Path, home: Path) -> dict[str, Any]:
    """Counts after each step; an AssertionError where a box was lost, moved or took another class."""
    truth = said_by(archive)
    names = sorted({box[0] for boxes in truth.values() for box in boxes})
    total = sum(map(len, truth.values()))
    environment = {**os.environ, "FOVEA_HOME": str(home)}

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def steps(step: str, **values: Any) -> Any:
        call = f"from benchmarks import bccd_steps; bccd_steps.run({step!r}, {json.dumps(values)!r})"
        return json.loads(run("manage.py", "shell", "-v0", "-c", call).splitlines()[-1])

    run("manage.py", "migrate", "-v0")
    run("manage.py", "create_admin")
    counted = {
        "pictures": len(truth),
        "boxes": total,
        "classes": dict(Counter(b[0] for v in truth.values() for b in v)),
    }
    say(f"the set says {len(truth)} pictures, {total} boxes of {', '.join(names)}")
    first = _taken(run, steps, archive, names=names, name="first")
    assert first["by_name"] == truth, "boxes differ after the import"
    frozen = steps("freeze", project=first["project"], forms=EXPORTED)
    assert frozen["boxes"] == total == first["boxes"], (first["boxes"], frozen["boxes"], total)
    say(f"imported {first['added']} pictures, {first['boxes']} boxes; frozen {frozen['boxes']}, {frozen['splits']}")
    counted |= {"imported": first["boxes"], "frozen": frozen["boxes"], "splits": frozen["splits"]}
    for form in EXPORTED:
        again = _taken(run, steps, Path(frozen["exports"][form]), names=names, name=form)
        # What was stored first is what was exported, and so what was brought in then.
        assert again["by_brought"] == first["by_stored"], f"{form}: boxes differ after coming back"
        assert again["held_brought"] == first["held_stored"], f"{form}: the holdout differs after coming back"
        say(f"{form}: {again['added']} pictures and {again['boxes']} boxes came back equal")
        counted[form] = again["boxes"]
    return counted


def _taken(run: Any, steps: Any, archive: Path, *, names: list[str], name: str) -> dict[str, Any]:
    """A new project with the set in it as gold."""
    project = steps("project", name=name, classes=names)
    run("manage.py", "ingest", str(project), str(archive), "--labels", "gold", "--source", "set")
    found: dict[str, Any] = steps("labels", project=project)
    return {"project": project, **found}
