"""A network for a config: built, frozen where it should be, and put into training or rest."""

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from training.engine.architecture import Architecture
from training.engine.architectures import ARCHITECTURES
from training.engine.config import Config


def architecture_of(config: Config) -> Architecture:
    """The one named; ValueError for a name that is not in the list or a picture too small for it."""
    found = ARCHITECTURES.get(config.architecture)
    if found is None:
        raise ValueError(f"architecture: {config.architecture!r} is not one of {', '.join(ARCHITECTURES)}")
    if found.problem != config.problem:
        raise ValueError(f"architecture: {found.name} is made for {found.problem}, not for {config.problem}")
    if config.size < found.min_size:
        raise ValueError(f"size: {found.name} needs pictures of at least {found.min_size} px, not {config.size}")
    return found


def build_model(config: Config, classes: int) -> nn.Module:
    """Random weights that follow from the seed alone."""
    torch.manual_seed(config.seed)
    return architecture_of(config).build(classes, config.size)


def build_empty(config: Config, classes: int) -> nn.Module:
    """The same network without memory or numbers: names and shapes only."""
    with torch.device("meta"):
        return architecture_of(config).build(classes, config.size)


def freeze(model: nn.Module, config: Config) -> None:
    """Take from learning what the config keeps: blocks before the head, and batch norm."""
    architecture = architecture_of(config)
    if config.tune == "head" and architecture.trunk:
        model.get_submodule(architecture.trunk.at).requires_grad_(False)
    elif config.tune == "head":
        model.requires_grad_(False)
        model.get_submodule(architecture.head).requires_grad_(True)
    elif config.tune == "last":
        for block in _kept_blocks(model, config):
            block.requires_grad_(False)
    if config.frozen_batch_norm:
        for norm in _batch_norms(_pretrained(model, config)):
            norm.requires_grad_(False)


def set_training(model: nn.Module, config: Config) -> None:
    """Training mode, except for all that keeps its state: frozen batch norm, and batch norm of frozen blocks."""
    model.train()
    if config.frozen_batch_norm or config.tune == "head":
        resting = [_pretrained(model, config)]
    elif config.tune == "last":
        resting = _kept_blocks(model, config)
    else:
        resting = []
    for part in resting:
        for norm in _batch_norms(part):
            norm.eval()


def _pretrained(model: nn.Module, config: Config) -> nn.Module:
    """What weights from elsewhere fill: all of a classifier, the trunk of a detector."""
    trunk = architecture_of(config).trunk
    return model.get_submodule(trunk.at) if trunk else model


def _kept_blocks(model: nn.Module, config: Config) -> list[nn.Module]:
    blocks = architecture_of(config).blocks(model)
    kept = int(len(blocks) * config.frozen_share)
    return blocks[: max(kept, 1 if config.frozen_share > 0 else 0)]


def _batch_norms(model: nn.Module) -> Iterator[nn.Module]:
    return (part for part in model.modules() if isinstance(part, _BatchNorm))
