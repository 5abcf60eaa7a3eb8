"""MobileNetV2 (Sandler et al., 2018) as torchvision builds it."""

from training.engine.architecture import feature_blocks, from_registry

ARCHITECTURES = from_registry(["mobilenet_v2"], family="mobilenet_v2", head="classifier.1", blocks=feature_blocks)
