"""Everything that decides a training, in one frozen row that checks itself and is stored with each checkpoint."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints


def option(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of the config with what a page needs to offer it."""
    return field(default=default, metadata={"help": help, "min": low, "max": high, "choices": choices})


@dataclass(frozen=True)
class Config:
    """One training, whole: the same config, version, seed and machine give the same weights on a CPU."""

    architecture: str = option("small_cnn_64", "The network.")
    problem: str = option("classification", "What is learned.", choices=("classification", "detection"))
    preset: str = option("", "The preset this came from, if any.")
    size: int = option(32, "Side of the picture the network sees, the longer one, in pixels.", low=8, high=1024)
    resize: str = option(
        "crop",
        "How a picture gets its size: a square from its middle, pressed into one, or whole with its longer side so long"
        " (what boxes want).",
        choices=("crop", "press", "fit"),
    )
    epochs: int = option(0, "Passes over the training pictures; 0 = from images_seen.", low=0, high=10_000)
    images_seen: int = option(400_000, "With epochs 0: pictures to see in all.", low=1, high=10**10)
    max_epochs: int = option(40, "With epochs 0: never more passes than this.", low=1, high=10_000)
    batch: int = option(0, "Pictures per step; 0 = follows from their number.", low=0, high=65_536)
    optimizer: str = option("adam", "The rule of each step.", choices=("adam", "adamw", "sgd"))
    lr: float = option(0.001, "Highest learning rate.", low=0.0, high=100.0)
    weight_decay: float = option(0.0, "Pull of the weights towards zero (not of biases and norms).", low=0.0, high=10.0)
    momentum: float = option(0.9, "Momentum of sgd.", low=0.0, high=0.9999)
    schedule: str = option("constant", "Learning rate over time.", choices=("constant", "one_cycle", "cosine"))
    warmup: float = option(0.25, "one_cycle: share of the steps in which the rate rises.", low=0.0, high=0.9)
    transform: str = option(
        "plain",
        "What happens to each training picture; crop_flip is for classes, what zooms is for boxes.",
        choices=("plain", "flip", "crop_flip", "zoom_flip", "zoom_flip_colour"),
    )
    normalise: str = option(
        "auto",
        "Scale of the input: 0 to 1, -1 to 1, ImageNet's, or what the weights were made with.",
        choices=("auto", "unit", "half", "imagenet"),
    )
    targets: str = option("hard", "Learn the settled class, or the crowd's shares.", choices=("hard", "soft"))
    label_smoothing: float = option(0.0, "Share of belief spread over all classes.", low=0.0, high=0.9)
    start: str = option("scratch", "Where the weights come from.", choices=("scratch", "weights"))
    tune: str = option(
        "all", "What learns: everything, only the head, or the last blocks.", choices=("all", "head", "last")
    )
    frozen_share: float = option(0.4, "With tune last: share of the first blocks that stay.", low=0.0, high=1.0)
    batch_norm: str = option(
        "auto",
        "Batch norm: as it is in training, or frozen (auto: frozen with weights).",
        choices=("auto", "live", "frozen"),
    )
    train_share: float = option(
        1.0, "Share of the training pictures to learn from; smaller ones lie within larger ones.", low=0.001, high=1.0
    )
    share_seed: int = option(0, "Which pictures a train_share takes.", low=0, high=2**31 - 1)
    keep: str = option("last", "The checkpoint a run recommends.", choices=("last", "best"))
    precision: str = option("f32", "Number format of the step.", choices=("f32", "bf16", "auto"))
    layout: str = option("channels_last", "Memory layout.", choices=("channels_last", "contiguous", "auto"))
    device: str = option("auto", "Where it runs; auto takes a GPU where there is one.", choices=("auto", "cpu", "cuda"))
    threads: int = option(0, "CPU threads; 0 = what the environment says.", low=0, high=1024)
    seed: int = option(0, "Everything drawn comes from this number.", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        """Refuse any value outside its type, bounds or choices, with a sentence that names it."""
        hints = get_type_hints(Config)
        for one in dataclasses.fields(self):
            _check(one.name, getattr(self, one.name), wanted=hints[one.name], meta=one.metadata)
        if self.start == "scratch" and self.tune != "all":
            raise ValueError("tune: a network from scratch has nothing to keep, so all of it must learn")

    def passes(self, pictures: int) -> int:
        """Epochs for so many training pictures: as told, or as many as see `images_seen` pictures, 1 to max_epochs."""
        return self.epochs or max(1, min(self.max_epochs, round(self.images_seen / max(1, pictures))))

    def pictures_per_step(self, pictures: int) -> int:
        """The batch as told, or the power of two that gives at least 32 steps an epoch, 8 to 128."""
        return self.batch or min(128, max(8, 1 << max(0, (pictures // 32).bit_length() - 1)))

    @property
    def frozen_batch_norm(self) -> bool:
        """Whether batch norm keeps its statistics and scales."""
        return self.batch_norm == "frozen" or (self.batch_norm == "auto" and self.start == "weights")


def config_from(data: Mapping[str, Any], base: Config | None = None) -> Config:
    """The base with some fields replaced; ValueError for a field that there is not."""
    names = {one.name for one in dataclasses.fields(Config)}
    if strange := sorted(set(data) - names):
        raise ValueError(f"{strange[0]}: there is no such option")
    return dataclasses.replace(base or Config(), **data)


def parse_setting(text: str) -> tuple[str, Any]:
    """`name=value` from a command line as the option's own type."""
    name, equals, value = text.partition("=")
    wanted = get_type_hints(Config).get(name)
    if not equals or wanted is None:
        raise ValueError(f"{text}: expected an option and a value, as in epochs=10")
    try:
        return name, wanted(value)
    except ValueError as error:
        raise ValueError(f"{name}: {value!r} is not of type {wanted.__name__}") from error


def describe_options() -> list[dict[str, Any]]:
    """Every option with its type, default, bounds, choices and help."""
    hints = get_type_hints(Config)
    return [
        {"name": one.name, "type": hints[one.name].__name__, "default": one.default, **one.metadata}
        | {"choices": list(one.metadata["choices"])}
        for one in dataclasses.fields(Config)
    ]


def _check(name: str, value: Any, *, wanted: type, meta: Mapping[str, Any]) -> None:
    kinds: tuple[type, ...] = (int, float) if wanted is float else (wanted,)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise ValueError(f"{name}: {value!r} is not of type {wanted.__name__}")
    if meta["choices"] and value not in meta["choices"]:
        raise ValueError(f"{name}: {value!r} is not one of {', '.join(meta['choices'])}")
    if isinstance(value, (int, float)) and not math.isfinite(value):
        raise ValueError(f"{name}: must be a finite number")
    if meta["min"] is not None and value < meta["min"]:
        raise ValueError(f"{name}: must be at least {meta['min']}")
    if meta["max"] is not None and value > meta["max"]:
        raise ValueError(f"{name}: must be at most {meta['max']}")
