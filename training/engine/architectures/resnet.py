"""ResNet (He et al., 2015) with its wide and grouped relatives as torchvision builds them."""

from torch import nn
from torchvision.models import ResNet

from training.engine.architecture import from_registry


def _blocks(model: nn.Module) -> list[nn.Module]:
    assert isinstance(model, ResNet)
    stages = (model.layer1, model.layer2, model.layer3, model.layer4)
    return [nn.ModuleList([model.conv1, model.bn1]), *(block for stage in stages for block in stage)]


ARCHITECTURES = from_registry(
    ["resnet*", "resnext*", "wide_resnet*"], family="resnet", head="fc", blocks=_blocks, min_size=32
)
