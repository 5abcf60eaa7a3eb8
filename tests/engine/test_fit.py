"""Training from a shell: what it writes, that it learns, that it repeats, and how it says no."""

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.engine.conftest import Engine
from tests.make_version import make_version
from training.engine.__main__ import main


def lines(run: Path, event: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [one for one in found if not event or one["event"] == event]


def result(run: Path) -> dict[str, Any]:
    return json.loads((run / "result.json").read_text())  # type: ignore[no-any-return]


def test_a_run_folder_holds_what_is_promised(trained: Path) -> None:
    start, *_ = lines(trained, "start")
    assert (start["epochs"], start["steps_per_epoch"], start["train"], start["val"]) == (8, 3, 36, 6)
    epochs = lines(trained, "epoch")
    assert [one["epoch"] for one in epochs] == list(range(1, 9))
    assert {"train_loss", "train_accuracy", "val_loss", "val_accuracy", "lr", "seconds", "seconds_left"} <= set(
        epochs[0]
    )
    assert {"epoch", "step", "loss", "lr", "images_per_s", "seconds_left"} <= set(lines(trained, "step")[0])
    assert all(isinstance(one["time"], float) for one in lines(trained))
    assert lines(trained)[-1]["event"] == "end"
    kept = {path.name for path in (trained / "checkpoints").iterdir()}
    assert kept == {"epoch-0007", "epoch-0008", f"epoch-{result(trained)['best_epoch']:04d}"}
    assert result(trained)["state"] == "finished"
    assert result(trained)["checkpoint"] == "checkpoints/epoch-0008"
    assert json.loads((trained / "config.json").read_text())["epochs"] == 8
    assert "epoch 8 of 8" in (trained / "log.txt").read_text()


def test_a_checkpoint_says_what_it_was_made_of(trained: Path, version: Path) -> None:
    folder = trained / "checkpoints" / "epoch-0008"
    assert {path.name for path in folder.iterdir()} == {"model.safetensors", "optimizer.safetensors", "checkpoint.json"}
    head = json.loads((folder / "checkpoint.json").read_text())
    assert head["version_digest"] == json.loads((version / "manifest.json").read_text())["digest"]
    assert [(one["index"], one["id"], one["name"]) for one in head["classes"]] == [
        (0, 101, "disc"),
        (1, 102, "square"),
        (2, 103, "cross"),
    ]
    assert head["generator"] == {"seed": 0, "epoch": 8, "step": 24}
    assert (head["config"]["normalise"], head["input"]["size"]) == ("unit", 24)
    assert set(head["files"]) == {"model.safetensors", "optimizer.safetensors"}
    assert head["environment"]["threads"] >= 1


def test_it_learns(trained: Path) -> None:
    epochs = lines(trained, "epoch")
    assert epochs[-1]["train_loss"] < 0.5 * epochs[0]["train_loss"]
    assert epochs[-1]["train_accuracy"] > 0.8


def test_the_same_seed_repeats_and_another_does_not(fit: Engine, tmp_path: Path) -> None:
    settings = ("transform=crop_flip", "schedule=one_cycle")
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert fit(tmp_path / name, *settings, f"seed={seed}") == 0
    a, b, c = ([one["train_loss"] for one in lines(tmp_path / name, "epoch")] for name in "abc")
    assert a == b
    assert a != c
    weights = [load_file(tmp_path / name / "checkpoints/epoch-0002/model.safetensors") for name in "ab"]
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


@pytest.mark.parametrize(
    "choices",
    [
        ("architecture=teaching_cnn", "optimizer=sgd", "lr=0.05", "schedule=cosine"),
        ("targets=soft", "optimizer=adamw", "weight_decay=0.1", "transform=flip", "label_smoothing=0.1"),
        ("architecture=mobilenet_v3_small", "size=32", "epochs=1", "precision=bf16", "layout=contiguous", "keep=best"),
    ],
)
def test_other_choices_train_too(fit: Engine, tmp_path: Path, choices: tuple[str, ...]) -> None:
    assert fit(tmp_path / "run", *choices) == 0
    assert result(tmp_path / "run")["train_loss"] > 0


def test_soft_targets_teach_the_shares_of_the_crowd(fit: Engine, tmp_path: Path) -> None:
    make_version(tmp_path / "v", train=12, val=0, soft=0.4)
    for targets in ("hard", "soft"):
        assert fit(tmp_path / targets, f"targets={targets}", "epochs=1", on=tmp_path / "v") == 0
    hard, soft = (lines(tmp_path / name, "epoch")[0] for name in ("hard", "soft"))
    assert hard["train_loss"] != soft["train_loss"]
    assert hard["val_loss"] is None
    assert result(tmp_path / "soft")["best_epoch"] == 1


def test_what_was_auto_is_chosen_before_the_first_step(fit: Engine, tmp_path: Path) -> None:
    settings = ("precision=auto", "layout=auto", "epochs=0", "images_seen=72", "batch=0")
    assert fit(tmp_path / "run", *settings) == 0
    chosen = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (chosen["epochs"], chosen["batch"]) == (2, 8)
    assert chosen["precision"] in ("f32", "bf16")
    assert chosen["layout"] in ("channels_last", "contiguous")
    head = json.loads((tmp_path / "run/checkpoints/epoch-0002/checkpoint.json").read_text())
    assert head["config"] == chosen


def test_a_class_without_pictures_is_told_and_trained_around(fit: Engine, tmp_path: Path) -> None:
    make_version(tmp_path / "v", train=12, missing=[1])
    assert fit(tmp_path / "run", "epochs=1", on=tmp_path / "v") == 0
    assert lines(tmp_path / "run", "start")[0]["missing_classes"] == ["square"]
    assert "no training picture of: square" in (tmp_path / "run" / "log.txt").read_text()


def refused(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().err.splitlines()[-1]


def test_data_that_cannot_teach_is_refused(fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_version(tmp_path / "none", train=0, unlabeled=3)
    make_version(tmp_path / "one", classes=1)
    make_version(tmp_path / "same", missing=[0, 1])
    for name, sentence in (
        ("none", "error: data: no picture of the train split has a settled class yet"),
        ("one", "error: data: this version has 1 class"),
        ("same", "error: data: every training picture is of the class cross"),
        ("absent", "error: data: absent: no manifest.json"),
    ):
        assert fit(tmp_path / f"run-{name}", on=tmp_path / name) == 1
        assert refused(capfd).startswith(sentence)
        assert sentence in (tmp_path / f"run-{name}" / "log.txt").read_text()
        assert not (tmp_path / f"run-{name}" / "checkpoints").exists()


def test_changed_records_are_refused(fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_version(tmp_path / "v")
    make_version(tmp_path / "w", seed=1)
    (tmp_path / "w" / "records-00000.parquet").replace(tmp_path / "v" / "records-00000.parquet")
    assert fit(tmp_path / "run", on=tmp_path / "v") == 1
    assert "not those its manifest was written for" in refused(capfd)


def test_a_loss_that_is_no_number_stops_with_its_reason(
    fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fit(tmp_path / "run", "lr=100", "optimizer=sgd", "momentum=0.99", "epochs=9") == 1
    assert refused(capfd).startswith("error: config: the loss")
    assert "lower the learning rate" in (tmp_path / "run" / "log.txt").read_text()
    assert not (tmp_path / "run" / "result.json").exists()


@pytest.mark.parametrize(
    ("breakdown", "sentence"),
    [
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "error: config: not enough memory"),
        (RuntimeError("strange\nthings"), "error: server: the engine broke down (RuntimeError: strange)"),
        (OSError(28, "No space left on device"), "error: server: [Errno 28] No space left on device"),
    ],
)
def test_a_breakdown_ends_with_a_sentence_too(
    fit: Engine,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    breakdown: Exception,
    sentence: str,
) -> None:
    def broken(*args: object) -> None:
        raise breakdown

    monkeypatch.setattr("training.engine.fit.save_checkpoint", broken)
    assert fit(tmp_path / "run", "epochs=1") == 1
    assert refused(capfd).startswith(sentence)
    assert str(breakdown).splitlines()[0] in (tmp_path / "run" / "log.txt").read_text()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--preset", "none"], "error: config: preset: 'none' is not one of"),
        (["--set", "colour=3"], "error: config: colour=3: expected an option"),
        (["--set", "architecture=lenet"], "error: config: architecture: 'lenet' is not one of"),
        (["--set", "architecture=alexnet"], "error: config: size: alexnet needs pictures of at least 63 px"),
        (["--config", "missing.json"], "error: config: the config cannot be read"),
    ],
)
def test_a_config_that_cannot_be_is_refused_before_anything_is_written(
    version: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    assert main(["fit", "--version", str(version), "--out", str(tmp_path / "run"), *options]) == 1
    assert refused(capfd).startswith(sentence)
    assert not (tmp_path / "run").exists()


def test_preset_file_and_setting_stand_over_each_other(version: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps({"epochs": 1, "batch": 4, "seed": 9}))
    done = main(
        [
            *("fit", "--version", str(version), "--out", str(tmp_path / "run"), "--cache", str(cache)),
            *(
                "--preset",
                "teaching_cnn",
                "--config",
                str(tmp_path / "c.json"),
                "--set",
                "batch=18",
                "--set",
                "size=24",
            ),
        ]
    )
    assert done == 0
    used = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (used["preset"], used["epochs"], used["seed"], used["batch"]) == ("teaching_cnn", 1, 9, 18)
