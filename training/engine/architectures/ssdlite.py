"""SSDlite (Sandler et al., 2018; Howard et al., 2019) from torchvision's parts, its tail whole so that weights fit."""

from functools import partial

from torch import nn
from torchvision.models.detection import _utils as parts
from torchvision.models.detection import ssdlite
from torchvision.models.detection.anchor_utils import DefaultBoxGenerator
from torchvision.models.detection.ssd import SSD

from training.engine.architecture import Trunk
from training.engine.detector import ShiftedLabels, classifier, detector

SIDE = 320
AT = "backbone.features"


class _SSDlite(ShiftedLabels, SSD):  # type: ignore[misc]
    """Class 0 is the first class, where SSD itself begins with the background."""


def _build(classes: int) -> nn.Module:
    norm = partial(nn.BatchNorm2d, eps=0.001, momentum=0.03)
    whole = classifier("mobilenet_v3_large", norm_layer=norm)
    backbone = ssdlite._mobilenet_extractor(whole, 6, norm)
    anchors = DefaultBoxGenerator([[2, 3] for _ in range(6)], min_ratio=0.2, max_ratio=0.95)
    channels = parts.retrieve_out_channels(backbone, (SIDE, SIDE))
    head = ssdlite.SSDLiteHead(channels, anchors.num_anchors_per_location(), classes + 1, norm)
    return _SSDlite(
        backbone,
        anchors,
        (SIDE, SIDE),
        classes + 1,
        head=head,
        score_thresh=0.02,
        nms_thresh=0.55,
        detections_per_img=100,
        topk_candidates=300,
    )


def _blocks(model: nn.Module) -> list[nn.Module]:
    return [part for half in model.get_submodule(AT).children() for part in half.children()]


ARCHITECTURES = (
    detector(
        "ssdlite320_mobilenet_v3_large",
        family="ssdlite",
        title="SSDlite, MobileNetV3 large",
        build=_build,
        head="head.classification_head",
        trunk=Trunk(at=AT, of="mobilenet_v3_large", prefix="features."),
        blocks=_blocks,
        min_size=96,
    ),
)
