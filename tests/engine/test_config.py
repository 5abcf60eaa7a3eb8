"""A config that exists is one that can be trained with."""

import dataclasses
from typing import Any

import pytest

from training.engine.config import Config, config_from, describe_options, parse_setting
from training.engine.model import architecture_of
from training.engine.presets import PRESETS


@pytest.mark.parametrize(
    ("field", "value", "match"),
    [
        ("size", 4, "size: must be at least 8"),
        ("size", 5000, "size: must be at most"),
        ("size", "32", "size: '32' is not of type int"),
        ("size", True, "size: True is not of type int"),
        ("lr", float("nan"), "lr: must be a finite number"),
        ("lr", float("inf"), "lr: must be a finite number"),
        ("lr", -1.0, "lr: must be at least"),
        ("optimizer", "magic", "optimizer: 'magic' is not one of adam"),
        ("tune", "head", "tune: a network from scratch"),
        ("warmup", None, "warmup: None is not of type float"),
    ],
)
def test_each_wrong_value_is_refused_by_name(field: str, value: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Config(**{field: value})


def test_a_field_that_there_is_not_is_refused() -> None:
    assert config_from({"size": 64, "lr": 1}).size == 64
    with pytest.raises(ValueError, match="sizes: there is no such option"):
        config_from({"sizes": 64})


def test_settings_from_a_command_line_have_the_options_type() -> None:
    assert parse_setting("epochs=3") == ("epochs", 3)
    assert parse_setting("lr=0.5") == ("lr", 0.5)
    assert parse_setting("preset=a=b") == ("preset", "a=b")
    for wrong in ("epochs", "nothing=3", "=3"):
        with pytest.raises(ValueError, match="expected an option"):
            parse_setting(wrong)
    with pytest.raises(ValueError, match="epochs: 'x' is not of type int"):
        parse_setting("epochs=x")


def test_every_option_is_described() -> None:
    options = describe_options()
    assert {one["name"] for one in options} == {one.name for one in dataclasses.fields(Config)}
    for one in options:
        assert one["help"].endswith(".")
        assert not one["choices"] or one["default"] in one["choices"]


def test_passes_and_batches_follow_from_the_number_of_pictures() -> None:
    open_config = Config(images_seen=400_000, max_epochs=40)
    assert [open_config.passes(count) for count in (60, 2_000, 20_000, 50_000, 10**6)] == [40, 40, 20, 8, 1]
    assert [open_config.pictures_per_step(count) for count in (2, 200, 1_800, 50_000)] == [8, 8, 32, 128]
    assert Config(epochs=3).passes(10**6) == 3
    assert Config(batch=32).pictures_per_step(10) == 32


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_names_itself_and_an_architecture(name: str) -> None:
    preset = PRESETS[name]
    assert preset.name == preset.config.preset == name
    assert architecture_of(preset.config).weights or preset.config.start == "scratch"
    assert preset.seconds_per_1000_images > 0
    assert preset.title
    assert preset.about


def test_the_teaching_preset_is_the_lectures() -> None:
    for name, size in (("teaching_cnn", 32), ("teaching_cnn_224", 224)):
        config = PRESETS[name].config
        assert (config.architecture, config.size, config.epochs, config.batch) == ("teaching_cnn", size, 10, 32)
        assert (config.optimizer, config.lr, config.schedule) == ("adam", 0.001, "constant")
        assert (config.transform, config.targets, config.keep) == ("plain", "hard", "last")
        assert config.normalise in ("auto", "unit")
        assert config.weight_decay == config.label_smoothing == 0.0
