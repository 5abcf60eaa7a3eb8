"""Pictures that belong to no version, shown to a network: for people who try it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import nn

from annotate.manifest.schema import EXTENSIONS, ClassEntry
from training.engine.architecture import Architecture
from training.engine.architectures import ARCHITECTURES
from training.engine.cache import arrange, fitted, least_canvas
from training.engine.checkpoint import load_model, open_checkpoint
from training.engine.config import Config
from training.engine.device import device_of, memory_format, set_threads
from training.engine.errors import Fault
from training.engine.model import architecture_of, build_model
from training.engine.problem import Told
from training.engine.problems import PROBLEMS
from training.engine.weights import Weights, load_into, read_weights

ORIENTATION: Final = 0x0112
LYING: Final = 5  # from this orientation on, width and height change places


@dataclass(frozen=True)
class Model:
    """A network at rest on its device, with the classes that it tells apart."""

    config: Config
    classes: tuple[ClassEntry, ...]
    network: nn.Module
    device: torch.device
    kind: str = ""
    """Of the labels it learned from, where that is known."""


@dataclass(frozen=True)
class Picture:
    """As a network wants it: uint8 (height, width, 3), and the width and height of the upright original."""

    pixels: NDArray[np.uint8]
    size: tuple[int, int]


def model_from_checkpoint(folder: Path, *, device: str = "auto") -> Model:
    """A trained network; Fault data where no whole checkpoint lies there."""
    checkpoint = open_checkpoint(folder)
    config = replace(checkpoint.config, device=device)
    set_threads(config)
    place = device_of(config)
    return Model(config, checkpoint.classes, load_model(checkpoint, place), place, checkpoint.kind)


def model_from_weights(
    path: Path, *, architecture: str, size: int, names: Sequence[str] | None = None, device: str = "auto"
) -> Model:
    """A network with the head that its weights bring; `names` are its classes, ImageNet's where it has 1,000.

    ValueError where the file does not fit the network, brings no head, or names and head do not agree.
    """
    listed = ARCHITECTURES.get(architecture)
    problem = listed.problem if listed else Config().problem
    weights = read_weights(path)
    resize = PROBLEMS[problem].resizes[0]
    config = Config(
        architecture=architecture,
        problem=problem,
        size=size,
        resize=resize,
        normalise=weights.normalise,
        start="weights",
        device=device,
    )
    known = architecture_of(config)
    count = class_count(weights, known)
    if count is None:
        raise ValueError(f"{path.name}: holds no last layer of {known.name}, so it cannot name what it sees")
    told = tuple(names) if names is not None else imagenet_names(known, count)
    if told is None:
        raise ValueError(f"{path.name}: its {count} classes have no names here; give them")
    if len(told) != count:
        raise ValueError(f"{path.name}: its last layer has {count} classes, and {len(told)} names are given")
    set_threads(config)
    network = build_model(config, count)
    if renewed := load_into(network, weights, head=known.head, trunk=known.trunk):
        raise ValueError(f"{path.name}: {renewed[0]} is not of the network's last layer")
    place = device_of(config)
    network = network.to(place, memory_format=memory_format(config))  # type: ignore[call-overload]
    classes = tuple(ClassEntry(index, index + 1, str(index), name) for index, name in enumerate(told))
    return Model(config, classes, network, place)


def class_count(weights: Weights, architecture: Architecture) -> int | None:
    """How many classes the last layer in the file tells apart; None where there is none, and for detectors."""
    last = weights.tensors.get(f"{architecture.head}.weight")
    return None if last is None or last.ndim != 2 or architecture.trunk else len(last)


def imagenet_names(architecture: Architecture, count: int) -> tuple[str, ...] | None:
    """What torchvision calls the classes of its own weights of this network, where there are so many."""
    if not architecture.weights or architecture.trunk:
        return None
    names = torchvision.models.get_model_weights(architecture.name).DEFAULT.meta["categories"]
    return tuple(names) if len(names) == count else None


def read_picture(path: Path, config: Config) -> Picture:
    """The file upright and in the size that the network wants; Fault data where it cannot be read as a picture."""
    try:
        with Image.open(path) as picture:
            turned = picture.getexif().get(ORIENTATION, 1) >= LYING
            whole = picture.size[::-1] if turned else picture.size
            picture.draft("RGB", (config.size * 2, config.size * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
        canvas = least_canvas([fitted(*whole, config.size)]) if config.resize == "fit" else None
        return Picture(arrange(upright, whole=whole, size=config.size, resize=config.resize, canvas=canvas), whole)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Fault("data", f"{path.name}: cannot be read as a picture") from error


def look(model: Model, pictures: Sequence[Picture]) -> list[Told]:
    """What the network thinks of each picture, in their order; those of one shape that follow each other go together.

    A detector sees each on the least canvas that holds it, not on that of the version it learned from.
    """
    told: list[Told] = []
    for _, alike in groupby(pictures, key=lambda one: one.pixels.shape):
        told += _look_at_alike(model, list(alike))
    return told


def _look_at_alike(model: Model, pictures: Sequence[Picture]) -> list[Told]:
    problem = PROBLEMS[model.config.problem]
    examples = problem.loose(model.classes, [one.size for one in pictures], kind=model.kind)
    pixels = torch.from_numpy(np.stack([one.pixels for one in pictures]))
    feed = problem.feed(model.config, model.device, pixels, examples)
    rows = np.arange(len(pictures))
    tables = problem.predict(model.network, feed, rows, head=architecture_of(model.config).head, embed=False)
    return [problem.tell(row, examples) for table in tables for row in table.to_pylist()]


def as_data(told: Told, *, top: int, least: float = 0.0) -> dict[str, Any]:
    """JSON data: at most `top` guesses with at least the score `least`, scores to four places, corners to two."""
    shown = [one for one in told.guesses if one.score >= least][:top]
    guesses: list[dict[str, Any]] = [
        {"concept": one.concept, "name": one.name, "score": round(one.score, 4)}
        | ({} if one.box is None else {"box": [round(corner, 2) for corner in one.box]})
        for one in shown
    ]
    return {"form": told.form, "guesses": guesses}


def in_lines(data: dict[str, Any]) -> list[str]:
    """What `as_data` gave as lines of text: score, class, and the corners of a box."""
    lines = []
    for one in data["guesses"]:
        corners = "".join(f"  {corner:g}" for corner in one.get("box", ()))
        lines.append(f"{one['score']:.4f}  {one['name']}{corners}")
    return lines or ["nothing"]


def pictures_among(places: Sequence[Path]) -> list[Path]:
    """The files named, and those with the name of a picture anywhere in the folders named, in order.

    Fault data where a place is not there, or a folder holds none.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = sorted(one for one in place.rglob("*") if one.suffix.lower().lstrip(".") in EXTENSIONS)
            if not inside:
                raise Fault("data", f"{place}: holds no picture ({', '.join(EXTENSIONS)})")
            found += inside
        elif place.exists():
            found.append(place)
        else:
            raise Fault("data", f"{place}: is not there")
    return found
