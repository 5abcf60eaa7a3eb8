"""Rates follow from the step alone, biases do not decay, and an optimizer's memory survives the disk."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from training.engine.config import Config
from training.engine.optim import make_optimizer, pack_state, rate_at, set_rate, unpack_state


def test_rates_over_a_run() -> None:
    steps = 200
    constant, cycle, cosine = (Config(lr=0.5, schedule=name) for name in ("constant", "one_cycle", "cosine"))
    assert {rate_at(constant, step, steps) for step in range(steps)} == {0.5}
    rising = [rate_at(cycle, step, steps) for step in range(steps)]
    assert rising[0] == pytest.approx(0.5 / 25)
    assert max(rising) == pytest.approx(0.5)
    top = rising.index(max(rising))
    assert top == 50
    assert rising[:top] == sorted(rising[:top])
    assert rising[top:] == sorted(rising[top:], reverse=True)
    assert 0 < rising[-1] < 0.001
    assert rate_at(cosine, 0, steps) == 0.5
    assert rate_at(cosine, steps // 2, steps) == pytest.approx(0.25)
    assert rate_at(cycle, 0, 1) > 0


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(2))


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_memory_survives_the_disk_bit_for_bit(name: str, tmp_path: Path) -> None:
    config = Config(optimizer=name, lr=0.01, weight_decay=0.1)
    pictures = torch.rand(4, 3, 5, 5)

    def step(network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        set_rate(optimizer, 0.02)
        optimizer.zero_grad()
        network(pictures).square().sum().backward()
        optimizer.step()

    first = model()
    first(pictures)
    optimizer = make_optimizer(first, config)
    step(first, optimizer)
    save_file(pack_state(optimizer), tmp_path / "o.safetensors")
    second = model()
    second(pictures)
    second.load_state_dict(first.state_dict())
    resumed = make_optimizer(second, config)
    unpack_state(resumed, load_file(tmp_path / "o.safetensors"))
    for _ in range(3):
        step(first, optimizer)
        step(second, resumed)
    for name_, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name_]), name_


def test_only_weights_decay_and_only_what_learns_is_moved() -> None:
    network = model()
    network(torch.rand(4, 3, 5, 5))
    network[0].requires_grad_(False)
    optimizer = make_optimizer(network, Config(weight_decay=0.1))
    weights, rest = optimizer.param_groups
    assert (weights["weight_decay"], rest["weight_decay"]) == (0.1, 0.0)
    assert [one.ndim for one in weights["params"]] == [2]
    assert {one.ndim for one in rest["params"]} == {1}
    assert len(rest["params"]) == 3
