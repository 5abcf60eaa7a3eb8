"""AlexNet (Krizhevsky, 2014 form) as torchvision builds it."""

from training.engine.architecture import feature_blocks, from_registry

ARCHITECTURES = from_registry(["alexnet"], family="alexnet", head="classifier.6", blocks=feature_blocks, min_size=63)
