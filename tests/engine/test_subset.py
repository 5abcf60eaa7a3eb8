"""A part of the training pictures: nested, drawn by seed alone, and the rest of the version left as it is."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from tests.engine.conftest import Engine
from tests.make_version import make_version
from training.engine.data import ClassExamples
from training.engine.subset import keep_share

COUNT = 40


def examples() -> ClassExamples:
    splits = np.array(["train"] * 30 + ["val"] * 5 + ["holdout"] * 5)
    return ClassExamples(
        classes=(), digests=tuple(f"{place * 7919 % 1000:03d}" for place in range(COUNT)), splits=splits,
        states=np.full(COUNT, "labeled"), truth=np.arange(COUNT) % 3 - (np.arange(COUNT) == 4),
        agreed=np.ones(COUNT, np.bool_), shares=None,
    )  # fmt: skip


def kept(whole: ClassExamples, share: float, seed: int = 0) -> set[str]:
    part = keep_share(whole, share, seed=seed)
    assert [whole.digests[row] for row in part.rows("val")] == [whole.digests[row] for row in whole.rows("val")]
    assert (part.rows("holdout") == whole.rows("holdout")).all()
    return {whole.digests[row] for row in part.rows("train")}


def test_parts_are_nested_and_drawn_by_seed_alone() -> None:
    whole = examples()
    parts = [kept(whole, share) for share in (0.01, 0.1, 0.4, 0.7, 1.0)]
    assert [len(part) for part in parts] == [1, 3, 12, 21, 30]
    assert all(small < large for small, large in itertools.pairwise(parts))
    assert kept(whole, 0.4, seed=1) != parts[2]
    turned = np.arange(COUNT)[::-1]
    assert kept(whole.only(turned), 0.4) == parts[2], "where records lie in files does not matter"
    assert keep_share(whole, 1.0, seed=3) is whole


def test_a_part_of_what_is_settled_is_taken() -> None:
    whole = examples()
    bare = replace(whole, truth=np.where(np.arange(COUNT) < 20, -1, whole.truth))
    assert len(kept(bare, 0.5)) == 5


def test_a_training_takes_a_part_and_never_looks_at_the_holdout(tmp_path: Path, cache: Path, fit: Engine) -> None:
    """Two versions alike but for their holdout give the same weights and the same choice of an epoch."""
    ends = []
    for name, holdout in (("some", 9), ("none", 0)):
        make_version(tmp_path / name, train=24, val=6, holdout=holdout)
        out = tmp_path / f"{name}-run"
        assert fit(out, "keep=best", more=["--train-share", "0.5", "--share-seed", "3"], on=tmp_path / name) == 0
        result = json.loads((out / "result.json").read_text())
        config = json.loads((out / "config.json").read_text())
        assert (config["train_share"], config["share_seed"]) == (0.5, 3)
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        assert next(line["train"] for line in lines if line["event"] == "start") == 12
        ends.append((result["best_epoch"], load_file(out / result["checkpoint"] / "model.safetensors")))
    assert ends[0][0] == ends[1][0]
    assert all((ends[0][1][name] == ends[1][1][name]).all() for name in ends[0][1])


@pytest.mark.parametrize("share", ["0", "1.5", "-1"])
def test_a_share_that_is_none_is_refused(
    share: str, tmp_path: Path, fit: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(tmp_path / "out", more=["--train-share", share]) == 1
    assert "train_share" in capsys.readouterr().err
