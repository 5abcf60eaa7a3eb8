"""What a checkpoint thinks of pictures: for proposals, for choosing what is asked next, for looking at."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from annotate.manifest.read import Version
from training.engine.cache import Progress, open_cache
from training.engine.checkpoint import Checkpoint, load_model
from training.engine.data import Examples, read_examples
from training.engine.device import device_of, set_threads
from training.engine.feed import Feed, forward_all, make_feed
from training.engine.files import sync_file
from training.engine.model import architecture_of
from training.engine.problems import PROBLEMS

COLUMNS = [
    ("digest", pa.string()),
    ("predicted", pa.int32()),
    ("concept", pa.int64()),
    ("probability", pa.float32()),
    ("distribution", pa.list_(pa.float32())),
]


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
    pixels = open_cache(version, cache, size=config.size, resize=config.resize, progress=progress)
    examples = read_examples(version, PROBLEMS[config.problem], checkpoint.classes)
    feed = make_feed(config, device, pixels, truth=examples.truth, shares=None)
    model = load_model(checkpoint, device)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "predictions.parquet"
    schema = pa.schema([*COLUMNS, *([("embedding", pa.list_(pa.float32()))] if embed else [])])
    done = 0
    with path.open("wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in _tables(model, feed, checkpoint, rows, digests=examples.digests, schema=schema):
            writer.write_table(table)
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


def _tables(
    model: nn.Module,
    feed: Feed,
    checkpoint: Checkpoint,
    rows: NDArray[np.int64],
    *,
    digests: tuple[str, ...],
    schema: pa.Schema,
) -> Iterator[pa.Table]:
    given: list[Tensor] = []
    head = model.get_submodule(architecture_of(checkpoint.config).head)
    hook = head.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0].flatten(1).float()))
    concepts = np.array([entry.id for entry in checkpoint.classes])
    problem = PROBLEMS[checkpoint.config.problem]
    try:
        for part, logits in forward_all(model, feed, rows):
            shares = problem.probabilities(logits).cpu().numpy()
            predicted = shares.argmax(1)
            columns = {
                "digest": [digests[row] for row in part.tolist()],
                "predicted": predicted.astype(np.int32),
                "concept": concepts[predicted],
                "probability": shares[np.arange(len(part)), predicted],
                "distribution": list(shares),
                "embedding": list(torch.cat(given).cpu().numpy()),
            }
            given.clear()
            yield pa.table({name: columns[name] for name in schema.names}, schema=schema)
    finally:
        hook.remove()
