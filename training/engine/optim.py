"""Parameter groups, the optimizer, and the learning rate as a function of the step alone."""

import math

import torch
from torch import Tensor, nn

from training.engine.config import Config


def make_optimizer(model: nn.Module, config: Config) -> torch.optim.Optimizer:
    """Over all that learns: weights of layers in one group, biases and norms in another without decay."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [one for one in learning if one.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [one for one in learning if one.ndim <= 1], "weight_decay": 0.0},
    ]
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=config.lr, momentum=config.momentum, nesterov=config.momentum > 0)
    if config.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=config.lr)
    return torch.optim.Adam(groups, lr=config.lr)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """The same rate for every group."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def rate_at(config: Config, step: int, steps: int) -> float:
    """The learning rate of step `step` of `steps`, counted from 0 over the whole run.

    one_cycle: a cosine up from lr/25 over the warm-up share, then a cosine down to nothing (Smith and Topin, 2018).
    """
    if config.schedule == "constant":
        return config.lr
    rising = config.warmup * steps if config.schedule == "one_cycle" else 0.0
    if step < rising:
        return config.lr * (0.04 + 0.96 * _ease(step / rising))
    return config.lr * (1.0 - _ease((step - rising) / max(1.0, steps - rising)))


def pack_state(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's memory as flat tensors, named `<parameter number>.<what>`."""
    packed = {}
    for number, memory in optimizer.state_dict()["state"].items():
        for what, value in memory.items():
            if value is not None:
                packed[f"{number}.{what}"] = torch.as_tensor(value).contiguous()
    return packed


def unpack_state(optimizer: torch.optim.Optimizer, packed: dict[str, Tensor]) -> None:
    """Give the optimizer the memory that `pack_state` took."""
    memory: dict[int, dict[str, Tensor]] = {}
    for name, value in packed.items():
        number, what = name.split(".", 1)
        memory.setdefault(int(number), {})[what] = value
    optimizer.load_state_dict({"state": memory, "param_groups": optimizer.state_dict()["param_groups"]})


def _ease(share: float) -> float:
    return 0.5 - 0.5 * math.cos(math.pi * share)
