"""What the engine offers, as plain data: training/catalogue.json is this, so that the web need not import torch."""

import dataclasses
from typing import Any

from training.engine.architecture import Architecture
from training.engine.architectures import ARCHITECTURES
from training.engine.config import Config, describe_options
from training.engine.model import build_empty
from training.engine.presets import PRESETS
from training.engine.problems import PROBLEMS
from training.engine.select import STRATEGIES

COUNTED_CLASSES, COUNTED_SIZE = 10, 64


def describe() -> dict[str, Any]:
    """Architectures, problems, presets, strategies and options."""
    return {
        "architectures": [_architecture(one) for one in ARCHITECTURES.values()],
        "problems": [{"name": one.name, "kinds": list(one.kinds)} for one in PROBLEMS.values()],
        "presets": [
            {
                "title": one.title,
                "about": one.about,
                "seconds_per_1000_images": one.seconds_per_1000_images,
                **dataclasses.asdict(one.config),
                "name": one.name,
            }
            for one in PRESETS.values()
        ],
        "strategies": list(STRATEGIES),
        "options": describe_options(),
    }


def _architecture(one: Architecture) -> dict[str, Any]:
    """`params` are counted for 10 classes at 64 px."""
    model = build_empty(Config(architecture=one.name, size=COUNTED_SIZE), COUNTED_CLASSES)
    return {
        "name": one.name,
        "family": one.family,
        "title": one.title,
        "teaching": one.teaching,
        "min_size": one.min_size,
        "weights": one.weights,
        "params": sum(parameter.numel() for parameter in model.parameters()),
    }
