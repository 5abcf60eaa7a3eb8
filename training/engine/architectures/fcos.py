"""FCOS (Tian et al., 2019) as torchvision builds it, on small trunks with a narrow pyramid and heads.

Pyramid and heads have 64 channels instead of 256, a sixteenth of the arithmetic, and the heads two layers instead of
four: what makes a detector trainable on a CPU.
"""

from dataclasses import dataclass
from functools import partial

from torch import nn
from torchvision.models.detection import FCOS
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.fcos import FCOSHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from training.engine.architecture import Trunk
from training.engine.detector import classifier, detector, trunk_layers

CHANNELS = 64
HEAD_LAYERS = 2
AT = "backbone.body"


@dataclass(frozen=True)
class _On:
    """A trunk: `levels` are its layers that the pyramid stands on (strides 8, 16, 32), `widths` their channels."""

    of: str
    title: str
    levels: tuple[str, str, str]
    widths: tuple[int, int, int]
    prefix: str = "features."

    def build(self, classes: int) -> nn.Module:
        """With a score threshold low enough that curves reach as far as the detector sees."""
        whole = classifier(self.of)
        layers = whole.get_submodule("features") if self.prefix else whole
        levels = {name: str(place) for place, name in enumerate(self.levels)}
        pyramid = BackboneWithFPN(layers, levels, list(self.widths), CHANNELS, LastLevelP6P7(CHANNELS, CHANNELS))
        head = FCOSHead(CHANNELS, 1, classes, HEAD_LAYERS)
        model: nn.Module = FCOS(pyramid, classes, head=head, score_thresh=0.02, nms_thresh=0.6, detections_per_img=100)
        return model


TRUNKS = (
    _On("mobilenet_v2", "MobileNetV2", ("6", "13", "17"), (32, 96, 320)),
    _On("mobilenet_v3_large", "MobileNetV3 large", ("6", "12", "15"), (40, 112, 160)),
    _On("resnet18", "ResNet-18", ("layer2", "layer3", "layer4"), (128, 256, 512), prefix=""),
    _On("resnet50", "ResNet-50", ("layer2", "layer3", "layer4"), (512, 1024, 2048), prefix=""),
)


ARCHITECTURES = tuple(
    detector(
        f"fcos_{one.of}",
        family="fcos",
        title=f"FCOS, {one.title}",
        build=one.build,
        head="head.classification_head.cls_logits",
        trunk=Trunk(at=AT, of=one.of, prefix=one.prefix),
        blocks=partial(trunk_layers, at=AT),
        min_size=64,
    )
    for one in TRUNKS
)
