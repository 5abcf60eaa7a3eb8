"""A preview shows what a training sees: the same pixels, the same boxes."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotate.manifest.read import open_version
from tests.engine.test_fit import refused
from tests.make_box_versions import make_box_version
from training.engine.__main__ import main


def test_pictures_as_they_are_and_as_epochs_see_them(tmp_path: Path, cache: Path) -> None:
    make_box_version(tmp_path / "v", train=3)
    command = ["preview", "--version", str(tmp_path / "v"), "--preset", "fcos_mobilenet_v2_tuned", "--set", "size=96"]
    asked = [*command, "--cache", str(cache), "--pictures", "3", "--epochs", "2"]
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
    version: Path, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["preview", "--cache", str(cache), "--set", "transform=crop_flip", "--set", "size=24", "--out"]
    assert main([*command, str(tmp_path / "a"), "--version", str(version), "--pictures", "2", "--epochs", "1"]) == 0
    told = json.loads((tmp_path / "a/preview.json").read_text())
    assert len(told) == 4
    assert all(one["boxes"] == [] for one in told)
    make_box_version(tmp_path / "v", train=0, empty=0)
    boxed = ["--preset", "fcos_mobilenet_v2", "--version", str(tmp_path / "v")]
    assert main(["preview", "--cache", str(cache), "--out", str(tmp_path / "b"), *boxed]) == 1
    assert refused(capfd) == "error: data: no picture of the train split is settled yet, so there is nothing to show"
