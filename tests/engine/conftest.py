"""One small version and one short training, shared by the tests that only look at them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.make_version import make_version
from training.engine.__main__ import main

Engine = Callable[..., int]


@pytest.fixture(scope="session")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="session")
def version(area: Path) -> Path:
    make_version(area / "version", train=36, val=6, holdout=12, unresolved=3, empty=2, unlabeled=7)
    return area / "version"


@pytest.fixture(scope="session")
def cache(area: Path) -> Path:
    return area / "cache"


@pytest.fixture(scope="session")
def fit(version: Path, cache: Path) -> Engine:
    """Train in this process; the small network at 24 px for two epochs unless settings say otherwise."""

    def run(out: Path, *settings: str, more: Sequence[str] = (), on: Path = version) -> int:
        said = ["architecture=small_cnn_64", "size=24", "epochs=2", "batch=12", "lr=0.003", "threads=1", *settings]
        options = [part for setting in said for part in ("--set", setting)]
        return main(["fit", "--version", str(on), "--out", str(out), "--cache", str(cache), *options, *more])

    return run


@pytest.fixture(scope="session")
def trained(area: Path, fit: Engine) -> Path:
    """The run folder of a training that learned something."""
    assert fit(area / "run", "epochs=8") == 0
    return area / "run"
