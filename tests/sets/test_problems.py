"""Whatever problem is in the list reads a version of its kind, learns from it, scores itself and predicts."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from annotate.manifest.read import Version, open_version
from tests.make_box_versions import make_box_version
from tests.make_several_version import make_several_version
from tests.make_version import make_version
from training.engine.architectures import ARCHITECTURES
from training.engine.cache import open_cache
from training.engine.config import Config, describe_options
from training.engine.errors import Fault
from training.engine.model import build_model
from training.engine.prepare import check_config
from training.engine.problem import Problem
from training.engine.problems import PROBLEMS

SMALLEST = {"classification": "small_cnn_64", "detection": "fcos_mobilenet_v2"}
MAKERS: dict[str, Any] = {"choice": make_version, "choices": make_several_version, "box": make_box_version}


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Version]:
    area = tmp_path_factory.mktemp("versions")
    for kind, make in MAKERS.items():
        make(area / kind, train=4, val=2, holdout=3, empty=1, unlabeled=1)
    return {kind: open_version(area / kind) for kind in MAKERS}


EVERY = [(name, kind) for name in sorted(PROBLEMS) for kind in PROBLEMS[name].kinds]


@pytest.fixture(params=sorted(PROBLEMS))
def problem(request: pytest.FixtureRequest) -> Problem[Any, Any]:
    return PROBLEMS[request.param]


def config_of(problem: Problem[Any, Any], **fields: Any) -> Config:
    name = SMALLEST[problem.name]
    size = max(24, ARCHITECTURES[name].min_size)
    said = {
        "architecture": name,
        "problem": problem.name,
        "size": size,
        "resize": problem.resizes[0],
        "batch": 4,
        "normalise": "unit",
    }
    return Config(**{**said, **fields})


def quiet(done: int, total: int) -> None:
    """Progress of no interest."""


def test_it_is_listed_under_its_name_and_learns_some_kind(problem: Problem[Any, Any]) -> None:
    assert PROBLEMS[problem.name] is problem
    assert problem.kinds
    assert any(one.problem == problem.name for one in ARCHITECTURES.values())
    offered = {one["name"]: one["choices"] for one in describe_options()}
    assert problem.name in offered["problem"]
    assert set(problem.resizes) <= set(offered["resize"])
    assert set(problem.transforms) <= set(offered["transform"])


def test_what_would_falsify_its_labels_is_refused(problem: Problem[Any, Any]) -> None:
    check_config(config_of(problem))
    offered = {one["name"]: one["choices"] for one in describe_options()}
    for option, fitting in (("resize", problem.resizes), ("transform", problem.transforms)):
        for word in set(offered[option]) - set(fitting):
            with pytest.raises(Fault, match=f"config: {option}: for {problem.name} it is one of"):
                check_config(config_of(problem, **{option: word}))
    other = next(one for one in ARCHITECTURES.values() if one.problem != problem.name)
    with pytest.raises(Fault, match=f"is made for {other.problem}, not for {problem.name}"):
        check_config(config_of(problem, architecture=other.name, size=1024))


def test_labels_of_another_kind_are_refused(problem: Problem[Any, Any], versions: dict[str, Version]) -> None:
    for kind in set(MAKERS) - set(problem.kinds):
        with pytest.raises(Fault, match=f"config: {problem.name} cannot learn from labels of kind {kind}"):
            problem.read(versions[kind], config_of(problem))


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_it_learns_scores_and_predicts(name: str, kind: str, versions: dict[str, Version], tmp_path: Path) -> None:
    problem = PROBLEMS[name]
    version, config = versions[kind], config_of(problem)
    examples = problem.read(version, config)
    assert examples.digests == tuple(record.digest for record in version.records())
    assert not examples.settled[examples.states == "unlabeled"].any()
    assert examples.settled[examples.states == "labeled"].all()
    assert problem.check_trainable(examples) in ([], ["cross"])
    pixels = open_cache(version, tmp_path, size=config.size, resize=config.resize, progress=quiet)
    feed = problem.feed(config, torch.device("cpu"), pixels, examples)
    model = build_model(config, len(examples.classes))
    rows = examples.rows("train")[:4]
    model.train()
    first, same = (problem.step(model, feed, rows, epoch=1, batch=0).loss for _ in range(2))
    assert first.ndim == 0
    assert first.item() == same.item() > 0
    torch.autograd.backward(first)
    figures = problem.score(model, feed, examples.rows("val"))
    assert figures and all(name.startswith("val_") for name in figures)
    merit = problem.merit(figures)
    assert merit is not None
    nothing = problem.score(model, feed, rows[:0])
    assert set(nothing) == set(figures)
    assert problem.merit(nothing) is None

    holdout = examples.rows("holdout")
    told: list[tuple[int, int]] = []
    scores = problem.evaluate(
        model, feed, holdout, split="holdout", progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (len(holdout), len(holdout))
    assert scores.figures["counts"]["scored"] == len(holdout) == scores.table.num_rows
    assert scores.table["digest"].to_pylist() == [examples.digests[row] for row in holdout]
    assert "only" in scores.figures["message"]
    empty = problem.evaluate(model, feed, holdout[:0], split="holdout", progress=quiet)
    assert set(empty.figures) == set(scores.figures)
    assert empty.table.schema == scores.table.schema
    assert {name: one.schema for name, one in empty.beside.items()} == {
        name: one.schema for name, one in scores.beside.items()
    }

    everything = np.arange(len(examples.digests))
    head = ARCHITECTURES[config.architecture].head
    tables = list(problem.predict(model, feed, everything, head=head, embed=False))
    assert all(one.schema == problem.prediction_schema(False) for one in tables)
    assert pa.concat_tables(tables)["digest"].to_pylist() == list(examples.digests)

    sizes = [(record.width, record.height) for record in version.records()]
    alone = problem.loose(examples.classes, sizes, kind=version.manifest.kind)
    assert not alone.settled.any()
    bare = problem.feed(config, torch.device("cpu"), pixels, alone)
    again = list(problem.predict(model, bare, everything, head=head, embed=False))
    assert pa.concat_tables(again).drop(["digest"]) == pa.concat_tables(tables).drop(["digest"])
    for row in pa.concat_tables(again).to_pylist():
        said = problem.tell(row, alone)
        scores = [guess.score for guess in said.guesses]
        assert scores == sorted(scores, reverse=True)
        assert {(guess.concept, guess.name) for guess in said.guesses} <= {(one.id, one.name) for one in alone.classes}
        assert all((guess.box is None) == (said.form != "boxes") for guess in said.guesses)
        assert said.form != "one" or sum(scores) == pytest.approx(1, abs=1e-5)
