"""A network as ONNX says what the engine says, and tells what it wants; run by ONNX Runtime itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from training.engine.__main__ import main
from training.engine.config import Config
from training.engine.errors import Fault
from training.engine.loose import Model, Picture, look, model_from_checkpoint
from training.engine.model import build_model
from training.engine.portable import open_onnx, write_onnx
from training.engine.transforms import normalise


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


def test_a_trained_network_leaves_as_a_file_that_says_the_same(
    trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint, out = trained / "checkpoints" / "epoch-0008", tmp_path / "model.onnx"
    assert main(["onnx", "--checkpoint", str(checkpoint), "--out", str(out)]) == 0
    told = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert told["bytes"] == out.stat().st_size
    assert files_in(tmp_path) == ["model.onnx"]

    session = open_onnx(out)
    about = session.get_modelmeta().custom_metadata_map
    model = model_from_checkpoint(checkpoint)
    assert json.loads(about["classes"]) == [one.name for one in model.classes]
    assert (about["size"], about["resize"], about["output"]) == ("24", "crop", "one")

    seen = np.random.default_rng(3).integers(0, 256, (5, 24, 24, 3), np.uint8)
    said = session.run(None, {"pictures": seen})[0]
    for shares, own in zip(said, look(model, [Picture(one, (24, 24)) for one in seen]), strict=True):
        wanted = {guess.name: guess.score for guess in own.guesses}
        assert [shares[one.index] for one in model.classes] == pytest.approx(
            [wanted[one.name] for one in model.classes], abs=1e-4
        )


def test_of_several_classes_each_is_a_question_of_its_own(trained: Path, tmp_path: Path) -> None:
    model = replace(model_from_checkpoint(trained / "checkpoints" / "epoch-0008", device="cpu"), kind="choices")
    write_onnx(model, tmp_path / "several.onnx")
    session = open_onnx(tmp_path / "several.onnx")
    seen = np.random.default_rng(4).integers(0, 256, (3, 24, 24, 3), np.uint8)
    with torch.inference_mode():
        logits = model.network(normalise(torch.from_numpy(seen), model.config.normalise, channels_last=True))
    assert session.run(None, {"pictures": seen})[0] == pytest.approx(logits.sigmoid().numpy(), abs=1e-4)
    assert session.get_modelmeta().custom_metadata_map["output"] == "each"


def test_what_cannot_leave_says_why_and_leaves_nothing(
    tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(architecture="fcos_mobilenet_v2", problem="detection", size=64, resize="fit")
    boxes = Model(config, (), torch.nn.Identity(), torch.device("cpu"), "box")
    with pytest.raises(Fault, match="finds boxes"):
        write_onnx(boxes, tmp_path / "boxes.onnx")

    broken = model_from_checkpoint(trained / "checkpoints" / "epoch-0008", device="cpu")
    other = build_model(replace(broken.config, seed=9), len(broken.classes)).eval()
    run = onnxruntime.InferenceSession.run

    def astray(session: onnxruntime.InferenceSession, *asked: object) -> list[np.ndarray]:
        return [part[:, ::-1] for part in run(session, *asked)]

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", astray)
    with pytest.raises(Fault, match="differs from the network"):
        write_onnx(replace(broken, network=other), tmp_path / "astray.onnx")
    assert files_in(tmp_path) == []
