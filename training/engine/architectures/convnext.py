"""ConvNeXt (Liu et al., 2022) as torchvision builds it."""

from training.engine.architecture import feature_blocks, from_registry

ARCHITECTURES = from_registry(["convnext_*"], family="convnext", head="classifier.2", blocks=feature_blocks)
