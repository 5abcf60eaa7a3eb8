"""The list of architectures, by name."""

from typing import Final

from training.engine.architecture import Architecture
from training.engine.architectures import (
    alexnet,
    convnext,
    efficientnet,
    faster_rcnn,
    fcos,
    mobilenet_v2,
    mobilenet_v3,
    resnet,
    small_cnn_64,
    ssdlite,
    teaching_cnn,
)

ARCHITECTURES: Final[dict[str, Architecture]] = {
    one.name: one
    for family in (
        teaching_cnn,
        small_cnn_64,
        alexnet,
        resnet,
        mobilenet_v2,
        mobilenet_v3,
        efficientnet,
        convnext,
        fcos,
        ssdlite,
        faster_rcnn,
    )
    for one in family.ARCHITECTURES
}
