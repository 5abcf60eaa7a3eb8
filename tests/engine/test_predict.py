"""Predictions for what is asked next, and never for the holdout unless it is named."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from annotate.manifest.read import open_version
from training.engine.__main__ import main


def predict(version: Path, run: Path, out: Path, cache: Path, *more: str) -> list[dict[str, object]]:
    start = ["predict", "--version", str(version), "--checkpoint", str(run / "checkpoints" / "epoch-0008")]
    assert main([*start, "--out", str(out), "--cache", str(cache), *more]) == 0
    return pq.read_table(out / "predictions.parquet").to_pylist()  # type: ignore[no-any-return]


def digests_of(version: Path, *states: str, holdout: bool = False) -> set[str]:
    records = open_version(version).records()
    return {one.digest for one in records if one.state in states and (one.split == "holdout") == holdout}


def test_unasked_it_speaks_of_what_is_not_settled_and_not_of_the_holdout(
    version: Path, trained: Path, cache: Path, tmp_path: Path
) -> None:
    rows = predict(version, trained, tmp_path, cache)
    assert {row["digest"] for row in rows} == digests_of(version, "unlabeled")
    assert len(rows) == 7
    for row in rows:
        shares = row["distribution"]
        assert isinstance(shares, list)
        assert row["predicted"] == shares.index(max(shares))
        assert row["concept"] == 101 + shares.index(max(shares))
        assert row["probability"] == max(shares)
    assert json.loads((tmp_path / "progress.json").read_text()) == {"done": 7, "total": 7}


def test_states_digests_and_the_holdout_can_be_named(version: Path, trained: Path, cache: Path, tmp_path: Path) -> None:
    every = "labeled,empty,unlabeled,unresolved"
    rows = predict(version, trained, tmp_path / "a", cache, "--states", every)
    assert {row["digest"] for row in rows} == digests_of(version, "labeled", "empty", "unlabeled")
    rows = predict(version, trained, tmp_path / "b", cache, "--split", "holdout")
    assert {row["digest"] for row in rows} == digests_of(version, "unresolved", holdout=True)
    wanted = sorted(digests_of(version, "labeled"))[:3]
    held = sorted(digests_of(version, "labeled", holdout=True))[0]
    (tmp_path / "list").write_text("\n".join([*wanted, held]))
    rows = predict(version, trained, tmp_path / "c", cache, "--states", every, "--digests", str(tmp_path / "list"))
    assert sorted(str(row["digest"]) for row in rows) == wanted


def test_embeddings_are_what_the_head_was_given(version: Path, trained: Path, cache: Path, tmp_path: Path) -> None:
    rows = predict(version, trained, tmp_path, cache, "--embed")
    assert {len(row["embedding"]) for row in rows} == {64}  # type: ignore[arg-type]


def test_select_ranks_a_file_of_predictions(
    version: Path, trained: Path, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    predict(version, trained, tmp_path, cache)
    start = ["select", "--predictions", str(tmp_path / "predictions.parquet"), "--out", str(tmp_path / "s.json")]
    assert main([*start, "--strategy", "margin", "--seed", "4"]) == 0
    chosen = json.loads((tmp_path / "s.json").read_text())
    assert (chosen["strategy"], chosen["seed"], len(chosen["ranking"])) == ("margin", 4, 7)
    (tmp_path / "predictions.parquet").write_bytes(b"no")
    capfd.readouterr()
    assert main([*start, "--strategy", "margin"]) == 1
    assert capfd.readouterr().err.startswith("error: data: predictions.parquet: not a file of predictions")
