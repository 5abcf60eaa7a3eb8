"""Figures with counts and intervals; what stayed unresolved is counted; a checkpoint keeps its own classes."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from annotate.manifest.read import open_version
from annotate.manifest.schema import ClassEntry
from tests.engine.conftest import Engine
from tests.make_version import make_version
from training.engine.__main__ import main
from training.engine.class_scores import describe_scores, wilson
from training.engine.data import ClassExamples


def evaluate(version: Path, run: Path, out: Path, cache: Path, *more: str) -> dict[str, Any]:
    checkpoint = run / json.loads((run / "result.json").read_text())["checkpoint"]
    start = ["evaluate", "--version", str(version), "--checkpoint", str(checkpoint), "--out", str(out)]
    assert main([*start, "--cache", str(cache), *more]) == 0
    return json.loads((out / "evaluation.json").read_text())  # type: ignore[no-any-return]


def test_the_holdout_is_scored_and_what_is_unresolved_counted(
    version: Path, trained: Path, cache: Path, tmp_path: Path
) -> None:
    report = evaluate(version, trained, tmp_path, cache)
    counts = {"images": 15, "scored": 12, "unresolved": 3, "empty": 0, "unlabeled": 0}
    assert report["counts"] == {**counts, "unknown_class": 0, "excluded": 0}
    assert report["split"] == "holdout"
    assert report["checkpoint"] == "checkpoints/epoch-0008"
    assert report["version_digest"] == open_version(version).manifest.digest
    rows = pq.read_table(tmp_path / "predictions.parquet").to_pylist()
    truth = {
        record.digest: record.labels[0].value["choice"][0] - 101
        for record in open_version(version).records("holdout")
        if record.state == "labeled"
    }
    assert {row["digest"]: row["truth"] for row in rows} == truth
    assert report["top1"]["correct"] == sum(row["correct"] for row in rows)
    assert report["top1"]["count"] == report["loss"]["count"] == 12
    assert report["loss"]["value"] == pytest.approx(np.mean([row["loss"] for row in rows]), rel=1e-5)
    for row in rows:
        assert sum(row["distribution"]) == pytest.approx(1.0, abs=1e-5)
        assert row["probability"] == max(row["distribution"]) == row["distribution"][row["predicted"]]
        assert row["correct"] == (row["predicted"] == row["truth"])
        assert row["loss"] == pytest.approx(-math.log(row["distribution"][row["truth"]]), abs=1e-4)
    confusion = np.array(report["confusion"])
    for row in rows:
        confusion[row["truth"], row["predicted"]] -= 1
    assert not confusion.any()
    assert report["top5"] is None
    assert report["agreement_known"] is True
    assert "only 12 settled pictures" in report["message"]
    assert report["top1"]["value"] > 0.6  # drawn shapes in their own colours: a network that learned knows them


def test_an_empty_holdout_is_a_message_and_no_failure(
    trained: Path, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_version(tmp_path / "v", holdout=0, unresolved=2)
    report = evaluate(tmp_path / "v", trained, tmp_path / "out", cache)
    counts = {"images": 2, "scored": 0, "unresolved": 2, "empty": 0, "unlabeled": 0}
    assert report["counts"] == {**counts, "unknown_class": 0, "excluded": 0}
    assert report["top1"] == {"value": None, "correct": 0, "count": 0, "low": 0.0, "high": 1.0}
    assert report["loss"]["value"] is None
    assert report["agreement_known"] is False
    assert "nothing could be scored" in report["message"]
    assert json.loads(capfd.readouterr().out)["message"] == report["message"]
    assert pq.read_table(tmp_path / "out" / "predictions.parquet").num_rows == 0


def test_classes_are_matched_by_concept_and_new_ones_excluded(trained: Path, cache: Path, tmp_path: Path) -> None:
    make_version(tmp_path / "v", classes=4, holdout=8)
    report = evaluate(tmp_path / "v", trained, tmp_path / "out", cache)
    assert report["counts"]["scored"] == 6
    assert report["counts"]["unknown_class"] == 2
    assert [one["id"] for one in report["classes"]] == [101, 102, 103]


def test_what_was_taken_out_of_the_holdout_stays_counted(trained: Path, cache: Path, tmp_path: Path) -> None:
    make_version(
        tmp_path / "v", extra={"excluded": {"holdout": {"deleted": 2, "excluded": 1}, "train": {"deleted": 9}}}
    )
    report = evaluate(tmp_path / "v", trained, tmp_path / "out", cache)
    assert report["counts"]["excluded"] == 3


def test_a_damaged_checkpoint_is_refused(version: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "--version", str(version), "--checkpoint", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert capfd.readouterr().err.startswith("error: data: ")


def test_other_splits_can_be_scored(version: Path, trained: Path, cache: Path, tmp_path: Path) -> None:
    report = evaluate(version, trained, tmp_path, cache, "--split", "val")
    assert (report["split"], report["counts"]["scored"]) == ("val", 6)


def make_examples(truth: list[int], classes: int) -> ClassExamples:
    count = len(truth)
    return ClassExamples(
        classes=tuple(ClassEntry(index, index, f"c{index}", f"c{index}") for index in range(classes)),
        digests=tuple(f"{row:064x}" for row in range(count)),
        splits=np.array(["holdout"] * count),
        states=np.array(["labeled"] * count),
        truth=np.array(truth, np.int64),
        agreed=np.array([True] * (count - 1) + [False]),
        shares=None,
    )


def test_figures_against_ones_done_by_hand() -> None:
    truth = [0, 0, 0, 1, 1, 2]
    shares = np.full((6, 7), 0.01, np.float32)
    for row, predicted in enumerate([0, 0, 1, 1, 1, 0]):
        shares[row, predicted] = 0.9
    shares[5, 2] = 0.005  # the truth of the last is the least likely of all: not in its top five
    losses = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], np.float32)
    report = describe_scores(make_examples(truth, 7), np.arange(6), shares, losses, split="holdout")
    assert report["top1"]["correct"] == 4
    assert report["top5"]["correct"] == 5
    assert report["loss"]["value"] == 3.5
    assert report["loss"]["high"] - 3.5 == pytest.approx(
        1.96 * np.std([1, 2, 3, 4, 5, 6], ddof=1) / math.sqrt(6), rel=1e-3
    )
    assert report["agreement_known"] is False
    first, second, third, *rest = report["classes"]
    assert (first["count"], first["correct"], first["predicted"]) == (3, 2, 3)
    assert (first["precision"], first["recall"]) == (2 / 3, 2 / 3)
    assert (second["precision"], second["recall"]) == (2 / 3, 1.0)
    assert (third["precision"], third["recall"], third["predicted"]) == (None, 0.0, 0)
    assert rest[0]["recall"] is None
    assert report["confusion"][0][:3] == [2, 1, 0]
    assert report["confusion"][2][:3] == [1, 0, 0]


@pytest.mark.parametrize(
    ("correct", "count", "low", "high"),
    # the first two are Newcombe's (1998) worked examples, the rest are its edges
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_wilsons(correct: int, count: int, low: float, high: float) -> None:
    assert wilson(correct, count) == pytest.approx((low, high), abs=5e-5)


def test_soft_labels_are_scored_against_the_settled_class(fit: Engine, tmp_path: Path, cache: Path) -> None:
    make_version(tmp_path / "v", soft=0.3, holdout=6)
    assert fit(tmp_path / "run", "targets=soft", "epochs=1", on=tmp_path / "v") == 0
    report = evaluate(tmp_path / "v", tmp_path / "run", tmp_path / "out", cache)
    rows = pq.read_table(tmp_path / "out" / "predictions.parquet").to_pylist()
    assert report["loss"]["value"] == pytest.approx(
        np.mean([-math.log(row["distribution"][row["truth"]]) for row in rows]), abs=1e-4
    )
