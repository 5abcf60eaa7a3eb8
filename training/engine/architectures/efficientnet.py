"""EfficientNet and EfficientNetV2 (Tan and Le, 2019 and 2021) as torchvision builds them."""

from training.engine.architecture import feature_blocks, from_registry

ARCHITECTURES = from_registry(["efficientnet_*"], family="efficientnet", head="classifier.1", blocks=feature_blocks)
