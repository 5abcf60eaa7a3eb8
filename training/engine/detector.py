"""What every detector here is: torchvision's class, fed with batches that are already as the network wants them."""

from collections.abc import Callable
from typing import Any

import torchvision
from torch import Tensor, nn
from torchvision.models.detection.image_list import ImageList

from training.engine.architecture import Architecture, Trunk

Targets = list[dict[str, Tensor]]


class AsGiven(nn.Module):
    """In the place of torchvision's own resizing: the batch has its size and scale, and boxes speak of its pixels."""

    def forward(self, images: Tensor, targets: Targets | None = None) -> tuple[ImageList, Targets | None]:
        """The batch (n, 3, height, width) and its targets as they came."""
        height, width = images.shape[-2:]
        return ImageList(images, [(height, width)] * len(images)), targets

    def postprocess(self, result: Targets, image_shapes: Any, original_image_sizes: Any) -> Targets:
        """The detections as they are."""
        return result


def detector(
    name: str,
    *,
    family: str,
    title: str,
    build: Callable[[int], nn.Module],
    head: str,
    trunk: Trunk,
    blocks: Callable[[nn.Module], list[nn.Module]],
    min_size: int,
) -> Architecture:
    """A member of the list. `build(classes)` gives torchvision's detector; class 0 is the first class.

    In training mode the network takes (batch, targets) and gives its losses by name; at rest it takes the batch and
    gives per picture `boxes` (k, 4), `scores` (k) and `labels` (k).
    """

    def whole(classes: int, size: int) -> nn.Module:
        model = build(classes)
        model.transform = AsGiven()
        return model

    return Architecture(
        name=name,
        family=family,
        title=title,
        build=whole,
        head=head,
        blocks=blocks,
        min_size=min_size,
        weights=True,
        problem="detection",
        trunk=trunk,
    )


def classifier(name: str, **fields: Any) -> nn.Module:
    """torchvision's classifier with random weights, for its trunk."""
    model: nn.Module = torchvision.models.get_model(name, weights=None, **fields)
    return model


class ShiftedLabels:
    """For detectors that keep index 0 for the background: outside, class 0 is the first class.

    Stands before torchvision's class among the bases.
    """

    def forward(self, images: Tensor, targets: Targets | None = None) -> Any:
        """As the class beside it, its labels one lower."""
        inside = targets and [{**one, "labels": one["labels"] + 1} for one in targets]
        found = super().forward(images, inside)  # type: ignore[misc]
        return found if isinstance(found, dict) else [{**one, "labels": one["labels"] - 1} for one in found]


def trunk_layers(model: nn.Module, at: str) -> list[nn.Module]:
    """The blocks of a trunk, first to last; stages of a ResNet are taken apart, and what learns nothing is left out."""
    found: list[nn.Module] = []
    for name, part in model.get_submodule(at).named_children():
        found += list(part.children()) if name.startswith("layer") else [part]
    return [part for part in found if next(part.parameters(), None) is not None]
