"""Which processor, how many threads, and - only where asked - which number format and layout are fastest there."""

import dataclasses
import os
import time
from collections.abc import Callable

import torch
from torch import nn

from training.engine.config import Config
from training.engine.errors import Fault

PROBE_STEPS = 3


def device_of(config: Config) -> torch.device:
    """The device the config asks for; Fault config where a GPU is asked for and there is none."""
    has_gpu = torch.cuda.is_available()
    if config.device == "cuda" and not has_gpu:
        raise Fault("config", "device: a GPU is asked for, and this machine shows none; use auto or cpu")
    return torch.device("cuda" if has_gpu and config.device != "cpu" else "cpu")


def set_threads(config: Config) -> int:
    """The number of CPU threads from now on: the config's, else FOVEA_THREADS, else torch's own choice."""
    said = os.environ.get("FOVEA_THREADS", "")
    wanted = config.threads or (int(said) if said.isdigit() else 0)
    if wanted:
        torch.set_num_threads(wanted)
    return torch.get_num_threads()


def memory_format(config: Config) -> torch.memory_format:
    """What a network's weights are laid out in."""
    return torch.contiguous_format if config.layout == "contiguous" else torch.channels_last


def autocast(config: Config, device: torch.device) -> torch.autocast:
    """The number format of forward passes."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=config.precision == "bf16")


def probe(config: Config, step: Callable[[Config, nn.Module], None], build: Callable[[Config], nn.Module]) -> Config:
    """The config with "auto" precision and layout replaced by the fastest pair, measured on a few steps each.

    The choice changes the bits of what follows, so it is made before the first step and written down.
    """
    if "auto" not in (config.precision, config.layout):
        return config
    precisions = ("f32", "bf16") if config.precision == "auto" else (config.precision,)
    layouts = ("channels_last", "contiguous") if config.layout == "auto" else (config.layout,)
    timed: list[tuple[float, int, Config]] = []
    for precision in precisions:
        for layout in layouts:
            candidate = dataclasses.replace(config, precision=precision, layout=layout)
            model = build(candidate)
            step(candidate, model)  # the first one also pays for set-up
            began = time.perf_counter()
            for _ in range(PROBE_STEPS):
                step(candidate, model)
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            timed.append((time.perf_counter() - began, len(timed), candidate))
    return min(timed)[2]
