"""Weights from elsewhere are looked at before anything runs: only whole safetensors files of the right network pass."""

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tests.engine.conftest import Engine
from tests.engine.test_fit import lines, result
from tests.require import require
from training.engine.__main__ import main
from training.engine.checkpoint import load_model, read_checkpoint
from training.engine.config import Config
from training.engine.model import build_empty, build_model
from training.engine.weights import Weights, load_into, read_header, read_weights

REAL = Path(__file__).parents[3] / "shared" / "weights" / "mobilenet_v2_imagenet.safetensors"
SMALL = Config(architecture="small_cnn_64", size=24)


def header_file(path: Path, header: Any, body: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
    return path


def entry(**fields: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **fields}


def test_a_small_honest_file_is_read(tmp_path: Path) -> None:
    path = header_file(tmp_path / "w", {"a": entry(), "__metadata__": {"x": "y"}}, bytes(8))
    assert read_header(path) == {"x": "y"}
    assert read_weights(path).tensors["a"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({"a": entry()}, bytes(7)),
        ({"a": entry()}, bytes(9)),
        ({"a": entry(shape=[3])}, bytes(8)),
        ({"a": entry(shape=[-2])}, bytes(8)),
        ({"a": entry(shape=[True, 2])}, bytes(8)),
        ({"a": entry(shape=[2**60, 2**60])}, bytes(8)),
        ({"a": entry(dtype="F99")}, bytes(8)),
        ({"a": entry(data_offsets=[8, 0])}, bytes(8)),
        ({"a": entry(data_offsets=[0])}, bytes(8)),
        ({"a": 3}, bytes(8)),
        ({"a": entry(), "__metadata__": {"x": 1}}, bytes(8)),
        ({}, b""),
        ([], b""),
        (b"{", b""),
        (b"[" * 100_000, b""),
        (b"\xff\xfe{}", b""),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, header: Any, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^w: "):
        read_weights(header_file(tmp_path / "w", header, body))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w"
    for content in (b"", b"abc", pickle.dumps({"a": 1}), b"\xff" * 64, struct.pack("<Q", 2**62) + b"{}"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="not a safetensors file"):
            read_weights(path)
    torch.save({"a": torch.zeros(3)}, path)
    with pytest.raises(ValueError, match="not a safetensors file"):
        read_weights(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    save_file({"fine": torch.ones(2), "sick": torch.tensor([1.0, value])}, tmp_path / "w")
    with pytest.raises(ValueError, match="w: sick holds values that are not numbers"):
        read_weights(tmp_path / "w")


def tensors_of(classes: int) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in build_model(SMALL, classes).state_dict().items()}


def test_a_head_of_other_classes_is_left_and_the_same_is_taken() -> None:
    model = build_model(SMALL, 3)
    assert load_into(model, Weights({name: t + 1 for name, t in tensors_of(3).items()}, {}), head="head") == []
    assert torch.equal(model.state_dict()["head.bias"], tensors_of(3)["head.bias"] + 1)
    model = build_model(SMALL, 3)
    left = load_into(model, Weights({name: t + 1 for name, t in tensors_of(5).items()}, {}), head="head")
    assert left == ["head.bias", "head.weight"]
    assert torch.equal(model.state_dict()["head.bias"], tensors_of(3)["head.bias"])
    assert torch.equal(model.state_dict()["conv1.bias"], tensors_of(5)["conv1.bias"] + 1)
    headless = {name: tensor for name, tensor in tensors_of(3).items() if not name.startswith("head")}
    assert load_into(build_empty(SMALL, 3), Weights(headless, {}), head="head") == ["head.bias", "head.weight"]


def test_another_network_is_refused_and_nothing_is_taken() -> None:
    good = tensors_of(3)
    without = {name: tensor for name, tensor in good.items() if name != "conv2.bias"}
    for wrong, match in (
        (without, "it lacks conv2.bias"),
        (good | {"conv3.bias": torch.zeros(1)}, "it holds conv3.bias"),
        (good | {"conv1.weight": torch.zeros(32, 3, 5, 5)}, r"conv1.weight has shape \[32, 3, 5, 5\]"),
        (good | {"conv1.bias": torch.zeros(32, dtype=torch.int64)}, "another type of number"),
    ):
        model = build_model(SMALL, 3)
        with pytest.raises(ValueError, match=match):
            load_into(model, Weights(wrong, {}), head="head")
        assert all(torch.equal(tensor, tensors_of(3)[name]) for name, tensor in model.state_dict().items())


def test_the_scale_of_the_input_follows_the_file() -> None:
    assert Weights({}, {}).normalise == "imagenet"
    assert Weights({}, {"preprocessing": "(pixel-128)/128, 224 px"}).normalise == "half"
    assert Weights({}, {"normalise": "unit"}).normalise == "unit"


def test_a_file_that_does_not_fit_stops_the_run_before_it_runs(
    fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "w.safetensors")
    (tmp_path / "x.safetensors").write_bytes(b"not it")
    for name, sentence in (
        ("w", "error: config: these weights are of another network"),
        ("x", "error: config: x.safetensors: not a safetensors file"),
        ("y", "error: config: the weights cannot be read"),
    ):
        more = ["--weights", str(tmp_path / f"{name}.safetensors"), "--cache", str(tmp_path / "cache")]
        assert fit(tmp_path / name, more=more) == 1
        assert capfd.readouterr().err.splitlines()[-1].startswith(sentence)
        assert not (tmp_path / "cache").exists()
        assert not (tmp_path / name / "metrics.jsonl").exists()


def test_the_next_round_may_start_from_the_last_checkpoint(fit: Engine, trained: Path, tmp_path: Path) -> None:
    model = trained / "checkpoints" / "epoch-0008" / "model.safetensors"
    assert fit(tmp_path / "run", "epochs=1", "lr=0.0001", more=["--weights", str(model)]) == 0
    assert lines(tmp_path / "run", "epoch")[0]["train_loss"] < lines(trained, "epoch")[2]["train_loss"]
    assert json.loads((tmp_path / "run" / "config.json").read_text())["normalise"] == "unit"


def test_only_the_head_moves_when_only_the_head_is_tuned(fit: Engine, trained: Path, tmp_path: Path) -> None:
    model = trained / "checkpoints" / "epoch-0008" / "model.safetensors"
    assert fit(tmp_path / "run", "epochs=1", "tune=head", more=["--weights", str(model)]) == 0
    before = read_weights(model).tensors
    after = read_weights(tmp_path / "run/checkpoints/epoch-0001/model.safetensors").tensors
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"head.weight", "head.bias"}


def test_the_real_mobilenet_is_taken_with_its_batch_norm_at_rest(
    fit: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    require(REAL.exists(), "the ImageNet MobileNetV2 weights are not in shared/weights beside the repository")
    assert main(["check", "--weights", str(REAL), "--architecture", "mobilenet_v2"]) == 0
    facts = json.loads(capfd.readouterr().out)
    assert (facts["normalise"], facts["new"]) == ("half", ["classifier.1.bias", "classifier.1.weight"])
    assert main(["check", "--weights", str(REAL), "--architecture", "mobilenet_v2", "--classes", "1000"]) == 0
    assert json.loads(capfd.readouterr().out)["new"] == []
    assert main(["check", "--weights", str(REAL), "--architecture", "resnet18"]) == 1
    assert "of another network" in capfd.readouterr().err

    settings = ("architecture=mobilenet_v2", "size=32", "epochs=1", "tune=last")
    assert fit(tmp_path / "run", *settings, more=["--weights", str(REAL)]) == 0
    checkpoint = read_checkpoint(tmp_path / "run" / result(tmp_path / "run")["checkpoint"])
    assert checkpoint.config.normalise == "half"
    before, after = read_weights(REAL).tensors, load_model(checkpoint, torch.device("cpu")).state_dict()
    norms = [name for name in after if "running_" in name]
    assert norms
    for name in (*norms, "features.0.0.weight", "features.0.1.weight"):
        assert torch.equal(after[name], before[name].float()), name
    assert not torch.equal(after["features.17.conv.2.weight"], before["features.17.conv.2.weight"].float())
