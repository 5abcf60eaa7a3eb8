"""Faster R-CNN (Ren et al., 2015) as torchvision builds it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import AnchorGenerator, FasterRCNN

from training.engine.architecture import Trunk
from training.engine.detector import ShiftedLabels, classifier, detector, trunk_layers

CHANNELS = 256
AT = "backbone.body"


class _FasterRCNN(ShiftedLabels, FasterRCNN):  # type: ignore[misc]
    """Class 0 is the first class, where Faster R-CNN itself begins with the background."""


def _on_mobilenet(classes: int) -> nn.Module:
    """Two levels and few proposals, as in torchvision's own for 320 pixels."""
    layers = classifier("mobilenet_v3_large").get_submodule("features")
    pyramid = BackboneWithFPN(layers, {"12": "0", "15": "1"}, [112, 160], CHANNELS)
    sizes = ((32, 64, 128, 256, 512),) * 3
    return _whole(
        pyramid,
        classes,
        rpn_anchor_generator=AnchorGenerator(sizes, ((0.5, 1.0, 2.0),) * 3),
        rpn_pre_nms_top_n_test=150,
        rpn_post_nms_top_n_test=150,
    )


def _on_resnet(classes: int) -> nn.Module:
    levels = {f"layer{number}": str(number - 1) for number in range(1, 5)}
    return _whole(BackboneWithFPN(classifier("resnet50"), levels, [256, 512, 1024, 2048], CHANNELS), classes)


def _whole(pyramid: nn.Module, classes: int, **fields: Any) -> nn.Module:
    return _FasterRCNN(pyramid, classes + 1, box_score_thresh=0.02, box_detections_per_img=100, **fields)


BUILDERS: dict[str, tuple[str, str, Callable[[int], nn.Module]]] = {
    "mobilenet_v3_large": ("MobileNetV3 large", "features.", _on_mobilenet),
    "resnet50": ("ResNet-50", "", _on_resnet),
}

ARCHITECTURES = tuple(
    detector(
        f"fasterrcnn_{of}",
        family="faster_rcnn",
        title=f"Faster R-CNN, {title}",
        build=build,
        head="roi_heads.box_predictor",
        trunk=Trunk(at=AT, of=of, prefix=prefix),
        blocks=partial(trunk_layers, at=AT),
        min_size=64,
    )
    for of, (title, prefix, build) in BUILDERS.items()
)
