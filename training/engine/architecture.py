"""The contract of an architecture, and the way from torchvision's registry to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torchvision
from torch import nn


@dataclass(frozen=True)
class Trunk:
    """The part of a detector that a classifier's weights fit.

    The tensors of the module `at` are, in order, the first of those that the classifier `of` keeps under `prefix`.
    """

    at: str
    of: str
    prefix: str


@dataclass(frozen=True)
class Architecture:
    """A network that can be built for any number of classes.

    `build(classes, size)` gives it with random weights. `head`: name of the last layer, the only one whose shape
    depends on the classes. `blocks`: its parts before the head, first to last, for freezing; in a detector those of
    its trunk. `weights`: torchvision offers trained ones. `problem`: what it is for. Drawing the initial weights
    follows torch's global generator.
    """

    name: str
    family: str
    title: str
    build: Callable[[int, int], nn.Module]
    head: str
    blocks: Callable[[nn.Module], list[nn.Module]]
    min_size: int
    teaching: bool = False
    weights: bool = False
    problem: str = "classification"
    trunk: Trunk | None = None

    @property
    def published(self) -> str:
        """The torchvision network whose published weights it starts from."""
        return self.trunk.of if self.trunk else self.name


def from_registry(
    patterns: Iterable[str],
    *,
    family: str,
    head: str,
    blocks: Callable[[nn.Module], list[nn.Module]],
    min_size: int = 32,
) -> tuple[Architecture, ...]:
    """Every image classifier of torchvision whose name matches, its head built for the classes asked for."""
    names = torchvision.models.list_models(module=torchvision.models, include=patterns)
    return tuple(
        Architecture(
            name=name,
            family=family,
            title=name.replace("_", " "),
            build=_builder(name),
            head=head,
            blocks=blocks,
            min_size=min_size,
            weights=True,
        )
        for name in names
    )


def feature_blocks(model: nn.Module) -> list[nn.Module]:
    """The parts of a network that keeps them in `features`."""
    features = model.features
    assert isinstance(features, nn.Sequential)  # so it is in every family that names this function
    return list(features)


def _builder(name: str) -> Callable[[int, int], nn.Module]:
    def build(classes: int, size: int) -> nn.Module:
        model: nn.Module = torchvision.models.get_model(name, weights=None, num_classes=classes)
        return model

    return build
