"""Detection from a shell: it learns boxes, repeats, goes on where it stopped, and says no in time."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file

from annotate.manifest.read import open_version
from annotate.manifest.schema import ManifestFields
from annotate.manifest.write import write_version
from tests.engine.test_fit import lines, refused, result
from tests.make_box_versions import make_box_version
from tests.make_version import make_version
from training.engine.__main__ import main
from training.engine.box_data import Found, read_boxes
from training.engine.cache import canvas_of, open_cache
from training.engine.config import Config
from training.engine.model import build_model
from training.engine.problems.detection import uncertainties

SMALL = (
    "problem=detection",
    "architecture=fcos_mobilenet_v2",
    "size=96",
    "resize=fit",
    "transform=zoom_flip_colour",
    "schedule=one_cycle",
    "optimizer=adamw",
    "lr=0.002",
    "epochs=2",
    "batch=4",
    "threads=1",
)


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boxes") / "version"
    make_box_version(folder)
    return folder


def fit(version: Path, out: Path, cache: Path, *settings: str, more: tuple[str, ...] = ()) -> int:
    options = [part for setting in (*SMALL, *settings) for part in ("--set", setting)]
    return main(["fit", "--version", str(version), "--out", str(out), "--cache", str(cache), *options, *more])


@pytest.fixture(scope="module")
def trained(boxes: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("detection") / "run"
    assert fit(boxes, run, cache) == 0
    return run


def quiet(done: int, total: int) -> None:
    """Progress of no interest."""


def test_a_run_has_the_figures_of_its_problem(trained: Path) -> None:
    epochs = lines(trained, "epoch")
    assert epochs[1]["train_loss"] < epochs[0]["train_loss"]
    assert {"val_map", "val_map50"} <= set(epochs[0])
    assert "train_accuracy" not in epochs[0]
    # eight labeled pictures and a verified empty one teach; the unlabeled one does not
    assert (lines(trained, "start")[0]["train"], lines(trained, "start")[0]["val"]) == (9, 2)
    assert {"state", "checkpoint", "train_loss", "val_map", "val_map50"} <= set(result(trained))


def test_stopped_and_resumed_it_ends_with_the_same_bits(
    boxes: Path, trained: Path, cache: Path, tmp_path: Path
) -> None:
    assert fit(boxes, tmp_path / "run", cache, "keep=best") == 0
    whole, again = (one / "checkpoints/epoch-0002/model.safetensors" for one in (trained, tmp_path / "run"))
    assert whole.read_bytes() == again.read_bytes()
    # as a kill in the second epoch leaves it
    for name in ("model.safetensors", "checkpoint.json"):
        (tmp_path / "run/checkpoints/epoch-0002" / name).unlink()
    (tmp_path / "run/result.json").unlink()
    assert fit(boxes, tmp_path / "run", cache, more=("--resume",)) == 0
    assert whole.read_bytes() == again.read_bytes()
    assert [one["epoch"] for one in lines(tmp_path / "run", "epoch")] == [1, 2]


def test_every_scored_picture_and_every_box_is_accounted_for(
    boxes: Path, trained: Path, cache: Path, tmp_path: Path
) -> None:
    checkpoint = trained / result(trained)["checkpoint"]
    told = ["--version", str(boxes), "--checkpoint", str(checkpoint), "--cache", str(cache)]
    assert main(["evaluate", *told, "--split", "train", "--out", str(tmp_path / "scores")]) == 0
    report = json.loads((tmp_path / "scores/evaluation.json").read_text())
    assert 0 <= report["map50"]["low"] <= report["map50"]["high"] <= 1
    assert report["figures"]["map50"] == report["map50"]["value"]
    assert report["counts"] == {
        "images": 10,
        "scored": 9,
        "unresolved": 0,
        "empty": 1,
        "unlabeled": 1,
        "boxes": sum(one["count"] for one in report["classes"]),
        "aside": 0,
        "unknown_class": 0,
        "excluded": 0,
    }
    rows = pq.read_table(tmp_path / "scores/predictions.parquet").to_pylist()
    for name, count in report["errors"].items():
        assert sum(row[name] for row in rows) == count
    assert report["errors"]["hit"] + report["errors"]["missed"] == report["counts"]["boxes"]
    wrong = pq.read_table(tmp_path / "scores/errors.parquet").to_pylist()
    assert sum(row["kind"] == "missed" for row in wrong) == report["counts"]["boxes"]
    assert {row["digest"] for row in wrong} <= {row["digest"] for row in rows}
    assert (report["threshold_from"], report["agreement_known"]) == ("train", False)

    assert main(["predict", *told, "--out", str(tmp_path / "guesses")]) == 0
    (row,) = pq.read_table(tmp_path / "guesses/predictions.parquet").to_pylist()
    (record,) = (one for one in open_version(boxes).records("train") if one.state == "unlabeled")
    assert row["digest"] == record.digest
    assert set(row["concepts"]) <= {201, 202}
    assert row["scores"] == sorted(row["scores"], reverse=True)
    assert all(0 <= box[0] < box[2] <= record.width and 0 <= box[1] < box[3] <= record.height for box in row["boxes"])
    assert row["uncertainty"] == pytest.approx(sum(row["uncertainties"]), rel=1e-5)


def test_a_classifiers_weights_fill_the_trunk(boxes: Path, cache: Path, tmp_path: Path) -> None:
    weights = tmp_path / "w.safetensors"
    torch.manual_seed(5)
    donor = build_model(Config(architecture="mobilenet_v2", seed=5), 7)
    save_file({name: tensor.contiguous() for name, tensor in donor.state_dict().items()}, weights)
    assert main(["check", "--weights", str(weights), "--architecture", "fcos_mobilenet_v2", "--size", "96"]) == 0
    given = ("--weights", str(weights))
    assert fit(boxes, tmp_path / "run", cache, "epochs=1", "tune=head", more=given) == 0
    from_trunk = "backbone.body.13.conv.0.0.weight"
    kept = load_file(tmp_path / "run/checkpoints/epoch-0001/model.safetensors")
    assert torch.equal(kept[from_trunk], donor.state_dict()["features.13.conv.0.0.weight"])
    assert json.loads((tmp_path / "run/config.json").read_text())["normalise"] == "imagenet"
    # and a detector's own weights fill it whole, its head made new where the classes differ
    own = tmp_path / "run/checkpoints/epoch-0001/model.safetensors"
    assert main(["check", "--weights", str(own), "--architecture", "fcos_mobilenet_v2", "--classes", "2"]) == 0
    assert main(["check", "--weights", str(own), "--architecture", "fcos_resnet18"]) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("problem=classification",), "config: architecture: fcos_mobilenet_v2 is made for detection"),
        (("architecture=small_cnn_64",), "config: architecture: small_cnn_64 is made for classification"),
        (("resize=crop",), "config: resize: for detection it is one of fit, press"),
        (("transform=crop_flip",), "config: transform: for detection it is one of plain"),
        (("targets=soft",), "config: targets: detection learns the settled boxes"),
        (("label_smoothing=0.1",), "config: label_smoothing: detection does not know it"),
        (("size=32",), "config: size: fcos_mobilenet_v2 needs pictures of at least 64 px"),
    ],
)
def test_what_does_not_go_together_is_refused(
    boxes: Path, cache: Path, tmp_path: Path, options: tuple[str, ...], sentence: str, capfd: Any
) -> None:
    assert fit(boxes, tmp_path / "run", cache, *options) == 1
    assert refused(capfd).startswith(f"error: {sentence}")


def test_data_that_cannot_teach_is_refused(cache: Path, tmp_path: Path, capfd: Any) -> None:
    make_version(tmp_path / "classes", train=2, val=0, holdout=0)
    make_box_version(tmp_path / "none", train=0, empty=0, unlabeled=2)
    make_box_version(tmp_path / "empty", train=0, empty=2)
    for name, sentence in (
        ("classes", "error: config: detection cannot learn from labels of kind choice"),
        ("none", "error: data: no picture of the train split has settled boxes yet"),
        ("empty", "error: data: there is no box in any training picture"),
    ):
        assert fit(tmp_path / name, tmp_path / f"run-{name}", cache) == 1
        assert refused(capfd).startswith(sentence)


def test_the_cache_keeps_each_pictures_shape_on_one_canvas(boxes: Path, tmp_path: Path) -> None:
    version = open_version(boxes)
    assert canvas_of(version, 96) == (96, 96)
    pixels = open_cache(version, tmp_path / "c", size=96, resize="fit", progress=quiet)
    for row, record in zip(pixels, version.records(), strict=True):
        assert (row[record.height :] == 128).all()
        assert (row[:, record.width :] == 128).all()
        assert not (row[: record.height, : record.width] == 128).all()
    make_box_version(tmp_path / "lying", train=1, val=0, holdout=0, empty=0, unlabeled=0, size=(90, 50))
    assert canvas_of(open_version(tmp_path / "lying"), 64) == (64, 64)
    assert canvas_of(open_version(tmp_path / "lying"), 50) == (32, 64)


def test_flags_and_classes_are_read(tmp_path: Path) -> None:
    for name, flags in (("crowd", {"crowd": True}), ("difficult", {"difficult": True})):
        make_box_version(tmp_path / name, flags=flags)
        version = open_version(tmp_path / name)
        examples = read_boxes(version, problem="detection", kinds=("box",), classes=None)
        for row in examples.rows("val").tolist():
            truth = examples.truths[row]
            assert truth.aside.tolist() == [True] + [False] * (len(truth.boxes) - 1)
            assert truth.crowd.any() == (name == "crowd")
    fewer = version.manifest.classes[:1]
    known = read_boxes(version, problem="detection", kinds=("box",), classes=fewer)
    assert known.unlisted.sum() > 0
    assert sum(len(one.boxes) for one in known.truths) == sum(int((one.labels == 0).sum()) for one in examples.truths)
    assert known.settled.tolist() == examples.settled.tolist()


def test_uncertainty_adds_up_per_class_and_leaves_faint_boxes_out() -> None:
    found = Found(np.zeros((4, 4), np.float32), np.array([0, 0, 2, 1]), np.array([0.5, 0.5, 0.9, 0.01], np.float32))
    sure = -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))
    assert uncertainties(found, 3).tolist() == pytest.approx([2 * math.log(2), 0.0, sure], rel=1e-5)


def test_a_box_that_holds_nothing_of_its_picture_is_named(boxes: Path, tmp_path: Path, cache: Path, capfd: Any) -> None:
    opened = open_version(boxes)
    records = list(opened.records())
    wrong = next(one for one in records if one.state == "labeled")
    wrong.labels[0].value["boxes"][0]["box"] = [500.0, 5.0, 600.0, 9.0]
    head = ManifestFields(project="wrong", kind="box", classes=opened.manifest.classes)
    write_version(tmp_path / "wrong", head, records=records, open_image=opened.open_image)
    assert fit(tmp_path / "wrong", tmp_path / "run", cache) == 1
    assert refused(capfd).startswith(f"error: data: picture {wrong.digest[:12]} ({wrong.name}) has a box that holds")
