"""Pictures of no version, shown to a checkpoint or to weights, by the very command that people type."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from annotate.manifest.read import open_version
from annotate.manifest.schema import ClassEntry
from tests.make_version import draw_picture
from training.engine.__main__ import main
from training.engine.config import Config
from training.engine.loose import Model, Picture, as_data, in_lines, look, model_from_weights, read_picture
from training.engine.model import build_model
from training.engine.weights import read_weights

TABBY = 281  # its place among ImageNet's classes


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of the smallest network with ImageNet's head that see a tabby in everything, then an Egyptian cat."""
    tensors = build_model(Config(architecture="mobilenet_v3_small", size=32), 1000).state_dict()
    tensors["classifier.3.bias"][TABBY] = 60.0
    tensors["classifier.3.bias"][TABBY + 4] = 58.0
    path = tmp_path_factory.mktemp("weights") / "imagenet.safetensors"
    save_file(tensors, path, metadata={"normalise": "half"})
    return path


def from_weights(weights: Path, *more: str) -> list[str]:
    return ["predict", *more, "--weights", str(weights), "--architecture", "mobilenet_v3_small", "--size", "32"]


def said(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_a_loose_picture_gets_what_it_gets_in_its_version(
    version: Path, trained: Path, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = ["--checkpoint", str(trained / "checkpoints" / "epoch-0008")]
    place = ["--version", str(version), "--out", str(tmp_path), "--cache", str(cache)]
    assert main(["predict", *checkpoint, *place]) == 0
    rows = {row["digest"]: row for row in pq.read_table(tmp_path / "predictions.parquet").to_pylist()}
    records = {record.digest: record for record in open_version(version).records()}
    files = [str(version / records[digest].path) for digest in rows]
    capfd.readouterr()
    assert main(["predict", *files, *checkpoint, "--json"]) == 0
    told = said(capfd)
    assert [one["picture"] for one in told] == files
    for one, row in zip(told, rows.values(), strict=True):
        assert one["form"] == "one"
        scores = {guess["concept"] - 101: guess["score"] for guess in one["guesses"]}
        assert [scores[place] for place in range(3)] == pytest.approx(row["distribution"], abs=1e-4)
        assert (one["width"], one["height"]) == (24, 24)
    assert main(["predict", files[0], *checkpoint, "--top", "1"]) == 0
    best = told[0]["guesses"][0]
    assert capfd.readouterr().out == f"{files[0]}\n  {best['score']:.4f}  {best['name']}\n"


def test_weights_name_imagenets_classes(imagenet: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("b.png", "deep/a.JPG"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.open(io.BytesIO(draw_picture(1, seed=1))).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not looked at in a folder")
    assert main([*from_weights(imagenet, str(tmp_path)), "--json", "--top", "2"]) == 0
    told = said(capfd)
    assert [Path(one["picture"]).name for one in told] == ["b.png", "a.JPG"]
    assert [[guess["name"] for guess in one["guesses"]] for one in told] == [["tabby", "Egyptian cat"]] * 2
    # what is no picture is named, and the others are told of all the same
    assert main([*from_weights(imagenet, str(tmp_path / "notes.txt"), str(tmp_path / "b.png")), "--json"]) == 1
    out, errors = capfd.readouterr()
    assert [json.loads(line)["guesses"][0]["name"] for line in out.splitlines()] == ["tabby"]
    assert f"{tmp_path}/notes.txt: notes.txt: cannot be read as a picture" in errors
    assert errors.splitlines()[-1] == "error: data: 1 of 2 files could not be read as pictures"


def test_other_weights_want_names(imagenet: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    picture, listed = tmp_path / "a.png", tmp_path / "names.txt"
    picture.write_bytes(draw_picture(0, seed=0))
    listed.write_text("disc\n\nsquare \n")
    small = build_model(Config(architecture="mobilenet_v3_small", size=32), 2).state_dict()
    save_file(small, tmp_path / "two.safetensors")
    asked = from_weights(tmp_path / "two.safetensors", str(picture))
    assert main(asked) == 1
    assert capfd.readouterr().err == "error: config: two.safetensors: its 2 classes have no names here; give them\n"
    assert main([*asked, "--classes", str(listed)]) == 0
    assert {line.split()[-1] for line in capfd.readouterr().out.splitlines()[1:]} == {"disc", "square"}
    assert main([*from_weights(imagenet, str(picture)), "--classes", str(listed)]) == 1
    assert capfd.readouterr().err.endswith("its last layer has 1000 classes, and 2 names are given\n")
    headless = {name: tensor for name, tensor in small.items() if not name.startswith("classifier.3")}
    save_file(headless, tmp_path / "two.safetensors")
    assert main(asked) == 1
    assert "holds no last layer of mobilenet_v3_small" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "config: name pictures, or give --version, --checkpoint and --out"),
        (["a.png"], "config: give either --checkpoint or --weights"),
        (["a.png", "--weights", "w"], "config: weights do not say what they are of: give --architecture"),
        (["a.png", "--checkpoint", "c", "--out", "o"], "config: named pictures belong to no version"),
    ],
)
def test_half_a_question_is_refused(arguments: list[str], sentence: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", *arguments]) == 1
    assert capfd.readouterr().err.startswith(f"error: {sentence}")


def test_a_place_without_pictures_is_named(imagenet: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for place, words in ((tmp_path, "holds no picture (jpg"), (tmp_path / "gone", "is not there")):
        assert main(from_weights(imagenet, str(place))) == 1
        assert capfd.readouterr().err.startswith(f"error: data: {place}: {words}")


def test_a_photo_is_stood_upright(imagenet: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (6, 9, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    upright = Image.fromarray(noise)
    upright.save(tmp_path / "up.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "lying.png", exif=exif)
    for resize in ("crop", "fit"):
        config = Config(size=64, resize=resize)
        up, turned = (read_picture(tmp_path / name, config) for name in ("up.png", "lying.png"))
        assert turned.size == up.size == (72, 48)
        assert np.array_equal(turned.pixels, up.pixels)


def test_boxes_lie_in_the_pictures_own_pixels() -> None:
    config = Config(architecture="fcos_mobilenet_v2", problem="detection", size=64, resize="fit", normalise="unit")
    network = build_model(config, 2)
    for name in ("classification_head.cls_logits", "regression_head.bbox_reg"):  # it sees something everywhere
        torch.nn.init.constant_(network.get_submodule(f"head.{name}").get_parameter("bias"), 2.0)
    classes = classes_named("red", "blue")
    model = Model(config, classes, network, torch.device("cpu"))
    wide = Picture(np.zeros((32, 64, 3), np.uint8), (640, 300))
    tall = Picture(np.zeros((64, 32, 3), np.uint8), (200, 480))
    told = look(model, [wide, wide, tall])
    assert [one.form for one in told] == ["boxes"] * 3
    assert told[0] == told[1]
    corners = [np.array([guess.box for guess in one.guesses]) for one in told]
    assert [part[:, [0, 2]].max() > 64 for part in corners] == [True] * 3, "not the network's pixels"
    assert (corners[0] <= [640, 300] * 2).all()
    assert (corners[2] <= [200, 480] * 2).all()
    data = as_data(told[0], top=2, least=0.1)
    assert [one["name"] for one in data["guesses"]] != []
    assert in_lines(data)[0].split()[:2] == [f"{data['guesses'][0]['score']:.4f}", data["guesses"][0]["name"]]
    assert in_lines(as_data(told[0], top=2, least=1.1)) == ["nothing"]


def classes_named(*names: str) -> tuple[ClassEntry, ...]:
    return tuple(ClassEntry(index, 7 + index, name, name) for index, name in enumerate(names))


def test_check_says_whether_the_classes_have_names(imagenet: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--weights", str(imagenet), "--architecture", "mobilenet_v3_small", "--size", "32"]) == 0
    (facts,) = said(capfd)
    assert (facts["classes"], facts["named"]) == (1000, True)
    with pytest.raises(ValueError, match="'unknown' is not one of"):
        model_from_weights(imagenet, architecture="unknown", size=32)
    assert read_weights(imagenet).normalise == "half"
