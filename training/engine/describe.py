"""What the engine offers, as plain data: training/catalogue.json is this, so that the web need not import torch."""

import dataclasses
from typing import Any

from training.engine.architecture import Architecture
from training.engine.architectures import ARCHITECTURES
from training.engine.config import Config, describe_options
from training.engine.model import build_empty
from training.engine.presets import PRESETS
from training.engine.problem import Problem
from training.engine.problems import PROBLEMS
from training.engine.select import STRATEGIES

COUNTED_CLASSES, COUNTED_SIZE = 10, 64


def describe() -> dict[str, Any]:
    """Architectures, problems, presets, strategies and options."""
    return {
        "architectures": [_architecture(one) for one in ARCHITECTURES.values()],
        "problems": [_problem(one) for one in PROBLEMS.values()],
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


def _problem(one: Problem[Any, Any]) -> dict[str, Any]:
    fitting = {"kinds": one.kinds, "resizes": one.resizes, "transforms": one.transforms}
    return {"name": one.name, **{name: list(words) for name, words in fitting.items()}}


def _architecture(one: Architecture) -> dict[str, Any]:
    """`params` are counted for 10 classes at 64 px, or the least size it takes."""
    config = Config(architecture=one.name, problem=one.problem, size=max(COUNTED_SIZE, one.min_size))
    model = build_empty(config, COUNTED_CLASSES)
    return {
        "name": one.name,
        "family": one.family,
        "problem": one.problem,
        "title": one.title,
        "teaching": one.teaching,
        "min_size": one.min_size,
        "weights": one.weights,
        "params": sum(parameter.numel() for parameter in model.parameters()),
    }
