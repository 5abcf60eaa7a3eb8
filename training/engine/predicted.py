"""Files of predictions as choosing reads them: a piece at a time, and no more than the choice looks at."""

import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training.engine.strategy import SURE_ENOUGH, Classes, Scores, Shares

CHUNK = 2000
CONCEPTS = "concepts"
"""Under this name the file's metadata has the concept of each place of a distribution, as JSON."""


def read_shares(predictions: Path, *, concepts: Collection[int] | None = None) -> tuple[list[str], Shares]:
    """Digests, and the distribution over the classes of each, (pictures, classes).

    `concepts`: only the columns of these, in the model's order, as `run_predict` tells which each is; ValueError where
    the file does not tell.
    """
    digests: list[str] = []
    kept = None if concepts is None else _places(predictions, concepts)
    parts: list[NDArray[np.float32]] = []
    for batch in pq.ParquetFile(predictions).iter_batches(batch_size=CHUNK, columns=["digest", "distribution"]):
        digests += batch.column("digest").to_pylist()
        parts.append(batch.column("distribution").flatten().to_numpy().astype(np.float32).reshape(len(batch), -1))
        parts[-1] = parts[-1] if kept is None else parts[-1][:, kept]
    return digests, np.concatenate(parts) if parts else np.empty((0, 0), np.float32)


def _places(predictions: Path, concepts: Collection[int]) -> list[int]:
    told = (pq.read_schema(predictions).metadata or {}).get(CONCEPTS.encode())
    if told is None:
        raise ValueError("it does not say which classes its distributions are of, so none can be picked out")
    return [place for place, concept in enumerate(json.loads(told)) if concept in set(concepts)]


def read_scores(
    predictions: Path, *, concepts: Collection[int] | None = None
) -> tuple[list[str], list[tuple[Scores, Classes]]]:
    """Digests, and for each the scores and concepts of its boxes that are sure enough to be doubted.

    `concepts`: only boxes of these, for a project whose classes have changed since the model learned them.
    """
    digests: list[str] = []
    found: list[tuple[Scores, Classes]] = []
    for batch in pq.ParquetFile(predictions).iter_batches(batch_size=CHUNK, columns=["digest", "scores", "concepts"]):
        digests += batch.column("digest").to_pylist()
        scores = batch.column("scores").flatten().to_numpy().astype(np.float64)
        of = batch.column("concepts").flatten().to_numpy().astype(np.int64)
        kept = scores >= SURE_ENOUGH
        if concepts is not None:
            kept &= np.isin(of, sorted(concepts))
        ends = np.concatenate([[0], np.cumsum(kept)])[np.cumsum(batch.column("scores").value_lengths().to_numpy())]
        found += zip(np.split(scores[kept], ends[:-1]), np.split(of[kept], ends[:-1]), strict=True)
    return digests, found
