"""Networks trained from a shell on a version folder and scored against labels that the folder does not hold."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from annotate.manifest import read, schema, write
from benchmarks.cifar import CLASSES, wilson


def engine(*arguments: str) -> None:
    """One command of the engine, as a researcher types it."""
    command = [sys.executable, "-m", "training.engine", *arguments]
    # As many threads as the trainer gives it; one more waits for whatever else the machine does, at every step.
    environment = {**os.environ, "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) - 1))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]


def keep_labels(version: Path, out: Path, digests: Collection[str]) -> Path:
    """A copy of a version in which only these training pictures are labeled; the holdout stays as it is."""
    opened = read.open_version(version)

    def kept() -> Any:
        for record in opened.records():
            hidden = record.split in {"train", "val"} and record.digest not in digests
            yield replace(record, state="unlabeled", labels=()) if hidden else record

    names = schema.ManifestFields.__dataclass_fields__
    fields = schema.ManifestFields(**{name: getattr(opened.manifest, name) for name in names})
    write.write_version(out, fields, records=kept(), votes=opened.votes(), open_image=opened.open_image)
    return out


def score(
    version: Path,
    out: Path,
    architecture: str,
    *,
    truth: Callable[[str], int],
    seed: int,
    options: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Trains with the architecture's preset; top-1 of all holdout pictures against `truth(name)`, with its interval."""
    out.mkdir(parents=True, exist_ok=True)
    run, predicted = out / f"{architecture}-{seed}", out / f"{architecture}-{seed}-predicted"
    cache = ("--cache", str(out.parent / "cache"))
    settings = [f"--set=seed={seed}", "--set=size=32"]
    engine("fit", "--version", str(version), "--out", str(run), "--preset", architecture, *settings, *cache)
    checkpoint = run / json.loads((run / "result.json").read_text())["checkpoint"]
    places = ("--version", str(version), "--checkpoint", str(checkpoint), "--out", str(predicted))
    states = "labeled,unresolved,unlabeled,empty"
    engine("predict", *places, "--split", "holdout", "--states", states, *cache)
    opened = read.open_version(version)
    names = {record.digest: record.name for record in opened.records("holdout")}
    places_of = [CLASSES.index(entry.name) for entry in opened.manifest.classes]
    table = pq.read_table(predicted / "predictions.parquet").to_pydict()
    right = [
        places_of[index] == truth(names[digest])
        for digest, index in zip(table["digest"], table["predicted"], strict=True)
    ]
    assert len(right) == len(names), "every held-out picture is scored"
    low, high = wilson(sum(right), len(right))
    return {
        "architecture": architecture,
        "seed": seed,
        "test_accuracy": float(np.mean(right)),
        "low": low,
        "high": high,
    }
