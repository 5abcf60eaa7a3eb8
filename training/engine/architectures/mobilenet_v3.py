"""MobileNetV3 (Howard et al., 2019) as torchvision builds it."""

from training.engine.architecture import feature_blocks, from_registry

ARCHITECTURES = from_registry(["mobilenet_v3_*"], family="mobilenet_v3", head="classifier.3", blocks=feature_blocks)
