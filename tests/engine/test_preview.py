"""A preview shows what a training sees: the same pixels, the same boxes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from annotate.manifest.read import open_version
from tests.engine.test_fit import refused
from tests.make_box_versions import make_box_version
from training.engine.__main__ import main
from training.engine.cache import open_cache
from training.engine.config import Config
from training.engine.preview import preview
from training.engine.problems import PROBLEMS

SMALL = {
    "problem": "detection", "architecture": "fcos_mobilenet_v2", "size": 96, "resize": "fit", "transform": "zoom_flip",
}  # fmt: skip


def test_pictures_as_they_are_and_as_epochs_see_them(tmp_path: Path) -> None:
    make_box_version(tmp_path / "v", train=3)
    command = ["preview", "--version", str(tmp_path / "v"), "--preset", "fcos_mobilenet_v2_tuned", "--set", "size=96"]
    asked = [*command, "--pictures", "3", "--epochs", "2"]
    assert main([*asked, "--out", str(tmp_path / "a")]) == 0
    told = json.loads((tmp_path / "a/preview.json").read_text())
    assert [one["epoch"] for one in told] == [0] * 3 + [1] * 3 + [2] * 3
    records = {record.digest: record for record in open_version(tmp_path / "v").records("train")}
    for one in told:
        with Image.open(tmp_path / "a" / one["file"]) as picture:
            assert picture.size == (96, 96)
        boxes = np.array([box["box"] for box in one["boxes"]]).reshape(-1, 4)
        assert ((boxes >= 0) & (boxes <= 96)).all()
        if one["epoch"] == 0:
            # the longer side is 96 already, so nothing is scaled
            drawn = records[one["digest"]].labels[0].value.get("boxes", [])
            assert [box["box"] for box in one["boxes"]] == [box["box"] for box in drawn]
    assert told[3]["boxes"] != told[6]["boxes"]
    assert main([*asked, "--out", str(tmp_path / "b")]) == 0
    assert (tmp_path / "a/000-01.png").read_bytes() == (tmp_path / "b/000-01.png").read_bytes()


def test_classes_are_previewed_too_and_nothing_is_no_preview(
    version: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["preview", "--set", "transform=crop_flip", "--set", "size=24", "--out"]
    assert main([*command, str(tmp_path / "a"), "--version", str(version), "--pictures", "2", "--epochs", "1"]) == 0
    told = json.loads((tmp_path / "a/preview.json").read_text())
    assert len(told) == 4
    assert all(one["boxes"] == [] for one in told)
    make_box_version(tmp_path / "v", train=0, empty=0)
    boxed = ["--preset", "fcos_mobilenet_v2", "--version", str(tmp_path / "v")]
    assert main(["preview", "--out", str(tmp_path / "b"), *boxed]) == 1
    assert refused(capfd) == "error: data: no picture of the train split is settled yet, so there is nothing to show"


def test_it_is_the_very_picture_that_a_training_sees_first(tmp_path: Path, cache: Path) -> None:
    make_box_version(tmp_path / "v", train=3)
    version, config = open_version(tmp_path / "v"), Config(**SMALL)
    told = preview(version, config, tmp_path / "out", pictures=3, epochs=1, progress=lambda done, total: None)
    problem = PROBLEMS["detection"]
    examples = problem.read(version, config)
    pixels = open_cache(version, cache, size=96, resize="fit", progress=lambda done, total: None)
    feed = problem.feed(config, torch.device("cpu"), pixels, examples)
    shown = problem.preview(feed, examples.rows("train")[:3], epoch=1, batch=0)
    for place, one in enumerate(told[3:]):
        boxes = np.array([box["box"] for box in one["boxes"]]).reshape(-1, 4)
        assert np.allclose(boxes, shown.boxes[place], atol=0.01)
        with Image.open(tmp_path / "out" / one["file"]) as picture:
            seen = np.asarray(picture)
        # but for the outlines it is the same pixel for pixel
        assert (seen == shown.pixels[place]).all(2).mean() > 0.8
