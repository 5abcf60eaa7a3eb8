"""Several classes per picture: labels to targets, a network that learns them, figures at thresholds it did not see."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from annotate.manifest.read import open_version
from annotate.manifest.schema import Label
from tests.make_several_version import make_several_version
from training.engine import each
from training.engine.__main__ import main
from training.engine.config import Config
from training.engine.errors import Fault
from training.engine.problems.classification import Classification
from training.engine.several import SeveralExamples, check_several, target_of
from training.engine.several_scores import (
    average_precision,
    choose_thresholds,
    describe_several,
    mean_precision,
)

PROBLEM = Classification()


def read(folder: Path, **fields: Any) -> SeveralExamples:
    found = PROBLEM.read(open_version(folder), Config(**fields))
    assert isinstance(found, SeveralExamples)
    return found


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several") / "v"
    make_several_version(folder, train=56, val=14, holdout=14, empty=4, unlabeled=3, soft=0.2)
    return folder


def test_what_is_settled_teaches_each_class_and_an_empty_picture_teaches_that_nothing_is_there(version: Path) -> None:
    hard, soft = read(version), read(version, targets="soft")
    rows = hard.rows("train")
    assert len(rows) == 60 and (hard.states[rows] == "empty").sum() == 4
    assert not hard.present[hard.states == "empty"].any()
    assert not hard.settled[hard.states == "unlabeled"].any()
    assert hard.shares is None and soft.shares is not None
    np.testing.assert_allclose(soft.shares, hard.present * 0.8, rtol=1e-6)
    assert check_several(hard) == []


def test_a_ruling_is_certain_and_a_class_that_is_not_listed_is_counted(tmp_path: Path) -> None:
    make_several_version(tmp_path / "v", train=7, val=0, holdout=0)
    opened = open_version(tmp_path / "v")
    found = PROBLEM.read(opened, Config(targets="soft"), opened.manifest.classes[:2])
    assert isinstance(found, SeveralExamples) and found.shares is None
    assert found.unlisted.sum() == 4 and found.present.shape == (7, 2)
    label = Label("choices", {"choice": [101]}, 1.0, {"101": 0.6}, decided=True)
    from_ruling = each_target(label)
    assert from_ruling == [1.0, 0.0, 0.0]
    assert each_target(Label("choices", {"choice": [101]}, 1.0, {"101": 0.6, "103": 0.3})) == pytest.approx(
        [0.6, 0.0, 0.3]
    )


def each_target(label: Label) -> list[float]:
    there = np.array([True, False, False])
    return [float(one) for one in target_of(label, there, {101: 0, 102: 1, 103: 2})]


def test_nothing_to_tell_apart_is_refused(tmp_path: Path) -> None:
    make_several_version(tmp_path / "v", train=1, val=0, holdout=0)
    with pytest.raises(Fault, match="data: every class is on all training pictures or on none"):
        check_several(read(tmp_path / "v"))
    make_several_version(tmp_path / "none", train=0, val=7, holdout=0)
    with pytest.raises(Fault, match="no picture of the train split"):
        check_several(read(tmp_path / "none"))


def test_the_loss_is_that_of_each_class_by_itself() -> None:
    logits = torch.tensor([[2.0, -1.0], [0.0, 0.0]], dtype=torch.bfloat16)
    losses = each.loss(logits, torch.tensor([[True, False], [True, True]]))
    assert losses.dtype == torch.float32
    assert float(losses[1]) == pytest.approx(np.log(2))
    assert float(losses[0]) == pytest.approx(float(np.log1p(np.exp(-2.0)) + np.log1p(np.exp(-1.0))) / 2, rel=1e-3)
    even = each.loss(torch.zeros(1, 3), torch.zeros(1, 3), smoothing=0.5)
    assert float(even) == pytest.approx(np.log(2))


def test_average_precision_is_counted_by_hand() -> None:
    present = np.array([True, False, True, False])
    assert average_precision(present, np.array([0.9, 0.8, 0.7, 0.1])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(present, np.array([0.9, 0.1, 0.8, 0.1])) == 1.0
    assert average_precision(present, np.full(4, 0.5)) == pytest.approx(0.5)  # equal scores come all at once
    assert average_precision(np.zeros(4, np.bool_), np.arange(4.0)) is None
    twice = average_precision(present, np.array([0.9, 0.8, 0.7, 0.1]), np.array([1.0, 2.0, 1.0, 1.0]))
    assert twice == pytest.approx((1 + 2 / 4) / 2)
    both = np.stack([present, ~present, np.zeros(4, np.bool_)], axis=1)
    assert mean_precision(both, np.ones((4, 3), np.float32)) == pytest.approx(0.5)


def test_thresholds_are_those_of_the_best_balance_on_validation_pictures() -> None:
    present = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]], np.bool_)
    shares = np.array([[0.9, 0.1, 0.2], [0.6, 0.3, 0.1], [0.2, 0.35, 0.1], [0.4, 0.1, 0.3]], np.float32)
    found = choose_thresholds(present, shares)
    assert found.chosen_on == "val"
    assert found.values[0] == pytest.approx(0.5) and found.values[1] == pytest.approx(0.325)
    assert 0.1 < found.values[2] < 0.7  # of a class that none of them has: the one over all classes together
    nothing = choose_thresholds(present[:0], shares[:0])
    assert (nothing.chosen_on, nothing.values.tolist()) == ("even", [0.5] * 3)


def test_the_figures_of_a_split_and_their_intervals(version: Path) -> None:
    examples = read(version)
    rows = examples.rows("holdout")
    sure = np.where(examples.present[rows], 0.9, 0.1).astype(np.float32)
    thresholds = choose_thresholds(examples.present[rows], sure)
    losses = np.full(len(rows), 0.1, np.float32)
    right = describe_several(examples, rows, sure, losses, split="holdout", thresholds=thresholds)
    assert (right["map"]["value"], right["map"]["low"], right["exact"]["value"]) == (1.0, 1.0, 1.0)
    assert right["micro"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert [one["count"] for one in right["classes"]] == examples.present[rows].sum(axis=0).tolist()
    noisy = np.random.default_rng(0).random(sure.shape).astype(np.float32)
    found = describe_several(examples, rows, noisy, losses, split="holdout", thresholds=thresholds)
    assert found["map"]["low"] < found["map"]["value"] < found["map"]["high"] < 1.0
    assert found["exact"]["count"] == len(rows) == found["counts"]["scored"]
    for one in found["classes"]:
        assert one["f1"] == pytest.approx(2 * one["correct"] / (one["count"] + one["predicted"]))
    json.dumps(found, allow_nan=False)


def test_it_overfits_a_few_pictures_and_is_scored_predicted_and_chosen_from(version: Path, tmp_path: Path) -> None:
    settings = ["architecture=small_cnn_64", "size=24", "epochs=14", "batch=16", "lr=0.005", "threads=1"]
    settings += ["targets=soft", "schedule=one_cycle"]
    options = [part for setting in settings for part in ("--set", setting)]
    place = ["--cache", str(tmp_path / "cache")]
    assert main(["fit", "--version", str(version), "--out", str(tmp_path / "run"), *place, *options]) == 0
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["val_map"] > 0.9 and "val_accuracy" not in result
    point = ["--version", str(version), "--checkpoint", str(tmp_path / "run" / result["checkpoint"]), *place]
    assert main(["evaluate", *point, "--out", str(tmp_path / "eval")]) == 0
    report = json.loads((tmp_path / "eval" / "evaluation.json").read_text())
    assert report["map"]["value"] > 0.9 and report["exact"]["value"] > 0.5
    assert report["threshold_from"] == "val" and set(report["class_thresholds"]) == {"101", "102", "103"}
    table = pq.read_table(tmp_path / "eval" / "predictions.parquet").to_pylist()
    assert sum(row["correct"] for row in table) == report["exact"]["correct"]
    assert main(["predict", *point, "--out", str(tmp_path / "guess"), "--states", "unlabeled"]) == 0
    rows = pq.read_table(tmp_path / "guess" / "predictions.parquet").to_pylist()
    assert len(rows) == 3 and all(row["distribution"][0] > 0.5 for row in rows)
    guess = str(tmp_path / "guess" / "predictions.parquet")
    for strategy in ("entropy", "margin", "random"):
        asked = ["select", "--predictions", guess, "--strategy", strategy, "--each", "--out", str(tmp_path / "r.json")]
        assert main([*asked, "--random-share", "0"]) == 0
        ranking = json.loads((tmp_path / "r.json").read_text())["ranking"]
        doubt = {row["digest"]: float(np.mean(np.abs(np.array(row["distribution"]) - 0.5))) for row in rows}
        if strategy == "margin":
            assert [one["digest"] for one in ranking] == sorted(doubt, key=lambda digest: doubt[digest])
            assert main([*asked, "--random-share", "0", "--concepts", "103", "999"]) == 0
            ranking = json.loads((tmp_path / "r.json").read_text())["ranking"]
            alone = {row["digest"]: abs(row["distribution"][2] - 0.5) for row in rows}
            assert [one["digest"] for one in ranking] == sorted(alone, key=lambda digest: alone[digest])
            untold = str(tmp_path / "untold.parquet")
            pq.write_table(pq.read_table(guess).replace_schema_metadata(None), untold)
            assert main([*asked, "--predictions", untold, "--concepts", "103"]) == 1
