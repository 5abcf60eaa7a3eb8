"""What a checkpoint thinks of pictures: for proposals, for choosing what is asked next, for looking at."""

import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from annotate.manifest.read import Version
from training.engine.cache import Progress, open_cache
from training.engine.checkpoint import Checkpoint, load_model
from training.engine.device import device_of, set_threads
from training.engine.examples import Examples
from training.engine.files import sync_file
from training.engine.model import architecture_of
from training.engine.predicted import CONCEPTS
from training.engine.problems import PROBLEMS


def predict(
    version: Version,
    checkpoint: Checkpoint,
    out: Path,
    *,
    cache: Path,
    rows: NDArray[np.int64],
    embed: bool,
    progress: Progress,
) -> int:
    """How many pictures predictions.parquet in `out` speaks of. `embed` adds what the last layer was given."""
    config = checkpoint.config
    set_threads(config)
    device = device_of(config)
    problem = PROBLEMS[config.problem]
    pixels = open_cache(version, cache, size=config.size, resize=config.resize, progress=progress)
    feed = problem.feed(config, device, pixels, problem.read(version, config, checkpoint.classes))
    model, head = load_model(checkpoint, device), architecture_of(config).head
    out.mkdir(parents=True, exist_ok=True)
    path = out / "predictions.parquet"
    done = 0
    told = {CONCEPTS: json.dumps([entry.id for entry in checkpoint.classes])}
    schema = problem.prediction_schema(embed).with_metadata(told)
    with path.open("wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in problem.predict(model, feed, rows, head=head, embed=embed):
            writer.write_table(table.replace_schema_metadata(told))
            done += table.num_rows
            progress(done, len(rows))
    sync_file(path)
    return done


def choose_rows(
    examples: Examples, *, states: Collection[str], split: str | None, digests: Collection[str] | None
) -> NDArray[np.int64]:
    """Places of the pictures asked for. Without a split, all but the holdout: no model speaks there unasked."""
    wanted = np.isin(examples.states, list(states))
    wanted &= (examples.splits != "holdout") if split is None else (examples.splits == split)
    if digests is not None:
        named = set(digests)
        wanted &= np.array([digest in named for digest in examples.digests], np.bool_)
    return np.flatnonzero(wanted)
