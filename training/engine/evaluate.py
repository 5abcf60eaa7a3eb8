"""How good a checkpoint is on pictures it never saw: figures with counts and intervals, and what stayed unknown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from annotate.manifest.read import Version
from training.engine.cache import Progress, open_cache
from training.engine.checkpoint import Checkpoint, load_model
from training.engine.device import device_of, set_threads
from training.engine.files import sync_file, write_json
from training.engine.problems import PROBLEMS

ROWS_TOGETHER = 2_000


def evaluate(
    version: Version, checkpoint: Checkpoint, out: Path, *, cache: Path, split: str, progress: Progress
) -> dict[str, Any]:
    """evaluation.json's contents, written to `out` with predictions.parquet beside it.

    Classes are matched by concept id, so that a checkpoint with an older list can be scored; what it does not know is
    counted apart. `excluded` are pictures of the split that were taken out of the version.
    """
    config = checkpoint.config
    set_threads(config)
    problem = PROBLEMS[config.problem]
    examples = problem.read(version, config, checkpoint.classes)
    rows = examples.rows(split)
    device = device_of(config)
    pixels = torch.empty(0, dtype=torch.uint8)
    if len(rows):
        pixels = open_cache(version, cache, size=config.size, resize=config.resize, progress=progress)
    feed = problem.feed(config, device, pixels, examples)
    scores = problem.evaluate(load_model(checkpoint, device), feed, rows, split=split, progress=progress)
    report = {"version_digest": version.manifest.digest, "checkpoint": _name(checkpoint), **scores.figures}
    report["counts"]["excluded"] = _taken_out(version, split)
    write_scores(out, report, {"predictions": scores.table, **scores.beside})
    return report


def write_scores(out: Path, report: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> None:
    """evaluation.json last, so that where it is, the tables are whole."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        # few rows together, so that a page of them costs the same wherever it lies
        pq.write_table(table, out / f"{name}.parquet", compression="zstd", row_group_size=ROWS_TOGETHER)
        sync_file(out / f"{name}.parquet")
    write_json(out / "evaluation.json", dict(report))


def _taken_out(version: Version, split: str) -> int:
    """Pictures of the split that were excluded, deleted or set aside before the freeze, as the manifest counts them."""
    by_split = version.manifest.extra.get("excluded", {})
    return sum(int(count) for count in by_split.get(split, {}).values())


def _name(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.folder.parent.name}/{checkpoint.folder.name}"
