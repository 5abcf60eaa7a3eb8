"""What choosing reads of a file of predictions: all of it once, and of boxes only those it looks at."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training.engine import predicted

ROWS = {
    "digest": ["a", "b", "c", "d", "e"],
    "scores": [[0.9, 0.04], [], [0.6, 0.5, 0.2], [0.01], [0.05]],
    "concepts": [[7, 7], [], [7, 9, 9], [9], [9]],
}


@pytest.fixture(params=[2, 100])
def boxes(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file read in several pieces, and in one."""
    monkeypatch.setattr(predicted, "CHUNK", request.param)
    kinds = [("digest", pa.string()), ("scores", pa.list_(pa.float32())), ("concepts", pa.list_(pa.int64()))]
    pq.write_table(pa.table(ROWS, schema=pa.schema(kinds)), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


def test_boxes_too_faint_to_be_doubted_are_not_read(boxes: Path) -> None:
    digests, found = predicted.read_scores(boxes)
    assert digests == ROWS["digest"]
    assert [of.tolist() for _, of in found] == [[7], [], [7, 9, 9], [], [9]]
    assert [np.round(scores, 3).tolist() for scores, _ in found] == [[0.9], [], [0.6, 0.5, 0.2], [], [0.05]]


def test_boxes_of_classes_that_are_no_more_are_not_read(boxes: Path) -> None:
    _, found = predicted.read_scores(boxes, concepts=[9, 11])
    assert [of.tolist() for _, of in found] == [[], [], [9, 9], [], [9]]
    assert all(not len(of) for _, of in predicted.read_scores(boxes, concepts=[])[1])


def test_distributions_come_as_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predicted, "CHUNK", 2)
    shares = [[0.5, 0.5], [0.1, 0.9], [1.0, 0.0]]
    kinds = pa.schema([("digest", pa.string()), ("distribution", pa.list_(pa.float32()))])
    pq.write_table(pa.table({"digest": ["x", "y", "z"], "distribution": shares}, schema=kinds), tmp_path / "p.parquet")
    digests, read = predicted.read_shares(tmp_path / "p.parquet")
    assert digests == ["x", "y", "z"]
    np.testing.assert_array_equal(read, np.array(shares, np.float32))
