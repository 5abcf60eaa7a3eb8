"""A run that was stopped, killed or damaged goes on as if nothing had been: bit for bit on a CPU."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tests.engine.conftest import Engine
from tests.engine.test_fit import lines, result
from tests.make_version import make_version
from training.engine.journal import Journal

# dropout, Adam, one-cycle and crops: everything that draws or remembers
SETTINGS = ("architecture=mobilenet_v3_small", "size=32", "transform=crop_flip", "schedule=one_cycle", "epochs=4")


def final(run: Path) -> tuple[bytes, bytes, float]:
    folder = run / "checkpoints" / "epoch-0004"
    return (
        (folder / "model.safetensors").read_bytes(),
        (folder / "optimizer.safetensors").read_bytes(),
        result(run)["train_loss"],
    )


@pytest.fixture(scope="module")
def unbroken(fit: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("unbroken") / "run"
    assert fit(run, *SETTINGS) == 0
    return run


def command(version: Path, cache: Path, run: Path, *more: str) -> list[str]:
    said = ["batch=12", "lr=0.003", "threads=1", *SETTINGS]
    options = [part for setting in said for part in ("--set", setting)]
    start = [sys.executable, "-m", "training.engine", "fit", "--version", str(version), "--out", str(run)]
    return [*start, "--cache", str(cache), *options, *more]


def wait_for(run: Path, event: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        path = run / "metrics.jsonl"
        if path.exists() and f'"event": "{event}"' in path.read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"ended with {process.returncode} before {event}")


def test_killed_in_mid_run_it_ends_with_the_same_bits(
    version: Path, cache: Path, unbroken: Path, tmp_path: Path, fit: Engine
) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(command(version, cache, run, "--attempt", "1"))
    wait_for(run, "epoch", process)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (run / "result.json").exists()
    assert fit(run, more=["--resume", "--attempt", "2"]) == 0
    assert final(run) == final(unbroken)
    assert [one["epoch"] for one in lines(run, "epoch")] == [1, 2, 3, 4]
    assert [one["attempt"] for one in lines(run, "start")] == [1, 2]
    figures = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "lr")
    for mine, whole in zip(lines(run, "epoch"), lines(unbroken, "epoch"), strict=True):
        assert [mine[name] for name in figures] == [whole[name] for name in figures]


class StopAfter(Journal):
    """Asks to stop in the middle of the given epoch."""

    epoch = 2

    def step_due(self) -> bool:
        if (self.checkpoints / f"epoch-{self.epoch - 1:04d}").exists():
            self.ask_stop()
        return True


def test_stopped_on_request_it_says_so_and_goes_on(
    fit: Engine, unbroken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr("training.engine.commands.Journal", StopAfter)
        assert fit(run, *SETTINGS) == 3
    assert lines(run)[-1]["event"] == "stopped"
    assert result(run)["state"] == "stopped"
    assert (result(run)["epoch"], result(run)["checkpoint"]) == (1, "checkpoints/epoch-0001")
    assert fit(run, more=["--resume"]) == 0
    assert final(run) == final(unbroken)
    assert len(lines(run, "epoch")) == 4
    assert lines(run, "stopped") == []
    # a second resume of a finished run changes nothing
    before = (run / "metrics.jsonl").read_text()
    assert fit(run, more=["--resume"]) == 0
    assert (run / "metrics.jsonl").read_text() == before


def test_a_stop_file_is_granted_once(fit: Engine, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "stop").touch()
    assert fit(tmp_path / "run") == 3
    assert not (tmp_path / "run" / "stop").exists()
    assert result(tmp_path / "run") == {
        "state": "stopped",
        "epoch": 0,
        "best_epoch": None,
        "checkpoint": None,
        "train_loss": None,
        "val_loss": None,
        "val_accuracy": None,
    }
    assert fit(tmp_path / "run", more=["--resume"]) == 0
    assert result(tmp_path / "run")["state"] == "finished"


def test_sigterm_asks_and_a_parents_end_ends_it(version: Path, cache: Path, tmp_path: Path) -> None:
    long = ("--set", "epochs=5000", "--set", "architecture=small_cnn_64")
    process = subprocess.Popen(command(version, cache, tmp_path / "run", *long))
    wait_for(tmp_path / "run", "epoch", process)
    process.terminate()
    assert process.wait() == 3
    assert result(tmp_path / "run")["state"] == "stopped"
    # and its parent's end is its own
    orphan = subprocess.Popen(
        command(version, cache, tmp_path / "orphan", *long, "--watch-stdin"), stdin=subprocess.PIPE
    )
    wait_for(tmp_path / "orphan", "start", orphan)
    assert orphan.stdin is not None
    orphan.stdin.close()
    assert orphan.wait() == 4


@pytest.mark.parametrize("damage", ["cut", "changed", "no head", "missing"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    fit: Engine, unbroken: Path, tmp_path: Path, damage: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(unbroken, run)
    (run / "result.json").unlink()
    folder = run / "checkpoints" / "epoch-0004"
    model = folder / "model.safetensors"
    if damage == "cut":
        os.truncate(model, model.stat().st_size // 2)
    elif damage == "changed":
        content = model.read_bytes()
        model.write_bytes(content[:-4] + b"\1\2\3\4")
    elif damage == "no head":
        (folder / "checkpoint.json").unlink()
    else:
        model.unlink()
    assert fit(run, more=["--resume"]) == 0
    assert "passed over" in (run / "log.txt").read_text()
    assert "goes on after epoch 3" in (run / "log.txt").read_text()
    assert final(run) == final(unbroken)


def test_a_torn_last_line_does_no_harm(fit: Engine, unbroken: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(unbroken, run)
    (run / "result.json").unlink()
    shutil.rmtree(run / "checkpoints" / "epoch-0004")
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"event": "step", "epo')
    assert fit(run, more=["--resume"]) == 0
    assert [one["epoch"] for one in lines(run, "epoch")] == [1, 2, 3, 4]


def test_killed_between_a_checkpoint_and_its_line_the_line_is_written(
    fit: Engine, unbroken: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(unbroken, run)
    (run / "result.json").unlink()
    shutil.rmtree(run / "checkpoints" / "epoch-0004")
    told = (run / "metrics.jsonl").read_text().splitlines()
    third = next(at for at, line in enumerate(told) if '"event": "epoch"' in line and '"epoch": 3' in line)
    (run / "metrics.jsonl").write_text("".join(line + "\n" for line in told[:third]))
    assert fit(run, more=["--resume"]) == 0
    taken = {"time", "seconds", "seconds_left"}
    mine, whole = (
        [{name: value for name, value in one.items() if name not in taken} for one in lines(folder, "epoch")]
        for folder in (run, unbroken)
    )
    assert mine == whole


def test_a_folder_with_a_run_is_not_overwritten(fit: Engine, trained: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = (trained / "metrics.jsonl").read_text()
    assert fit(trained) == 1
    assert "holds a run already" in capfd.readouterr().err
    assert (trained / "metrics.jsonl").read_text() == before


def test_another_version_is_refused(fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run").mkdir()
    assert fit(tmp_path / "run", "epochs=1") == 0
    (tmp_path / "run" / "result.json").unlink()
    make_version(tmp_path / "other", seed=1)
    assert fit(tmp_path / "run", on=tmp_path / "other", more=["--resume"]) == 1
    assert "another version of the dataset" in capfd.readouterr().err


def test_one_writer_at_a_time(fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    run.mkdir()
    with FileLock(run / "lock"):
        assert fit(run, more=["--wait", "0.1"]) == 1
    assert capfd.readouterr().err.splitlines()[-1].startswith("error: server: another process is writing this run")
    assert not (run / "metrics.jsonl").exists()


def test_a_claim_that_was_overtaken_is_refused(fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert fit(run, "epochs=1", more=["--attempt", "3"]) == 0
    before = json.loads((run / "result.json").read_text())
    assert fit(run, more=["--resume", "--attempt", "2"]) == 1
    assert "attempt 3 has taken it" in capfd.readouterr().err
    assert result(run) == before
