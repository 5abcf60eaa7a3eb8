"""Whatever architecture is in the list can be built, frozen, trained, saved and loaded.

The smallest of each family does so for real at its least size; the others are built without memory.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from annotate.manifest.schema import ClassEntry
from training.engine.architectures import ARCHITECTURES
from training.engine.checkpoint import Checkpoint, load_model, read_checkpoint, save_checkpoint
from training.engine.config import Config
from training.engine.model import build_empty, build_model, freeze, set_training
from training.engine.optim import make_optimizer
from training.engine.weights import Weights, load_into

CLASSES = 3
CATALOGUE = Path(__file__).parents[2] / "training" / "catalogue.json"
# Adam's usual rate is too bold for AlexNet's wide layers and too shy for the two small networks
RATES = {"alexnet": 0.0002, "teaching_cnn": 0.005, "small_cnn_64": 0.005}


def config_of(name: str, **fields: Any) -> Config:
    """The least size that the architecture says it takes."""
    one = ARCHITECTURES[name]
    return Config(architecture=name, problem=one.problem, size=max(16, one.min_size), batch=6, **fields)


@cache
def empty(name: str) -> nn.Module:
    return build_empty(config_of(name), CLASSES)


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def smallest_of_families() -> list[str]:
    """By the catalogue, which another test holds equal to the networks: building them all here would be slow."""
    found: dict[str, tuple[int, str]] = {}
    for one in json.loads(CATALOGUE.read_text(encoding="utf-8"))["architectures"]:
        mine = (one["params"], one["name"])
        found[one["family"]] = min(found.get(one["family"], mine), mine)
    return sorted(name for _, name in found.values())


@pytest.fixture(params=sorted(ARCHITECTURES))
def any_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=smallest_of_families())
def real_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_families_asked_for_are_there() -> None:
    assert {one.family for one in ARCHITECTURES.values()} >= {
        "teaching",
        "small",
        "alexnet",
        "resnet",
        "mobilenet_v2",
        "mobilenet_v3",
        "efficientnet",
        "convnext",
        "fcos",
        "ssdlite",
        "faster_rcnn",
    }


def test_it_is_listed_under_its_name_with_a_head_for_the_classes(any_name: str) -> None:
    one = ARCHITECTURES[any_name]
    assert one.name == any_name
    head = empty(any_name).get_submodule(one.head)
    assert count(head) > 0
    if one.problem == "classification":
        assert isinstance(head, nn.Linear)
        assert head.out_features == CLASSES


def test_a_detectors_trunk_is_a_classifiers(any_name: str) -> None:
    trunk = ARCHITECTURES[any_name].trunk
    if trunk is None:
        assert ARCHITECTURES[any_name].problem == "classification"
        return
    assert trunk.of in ARCHITECTURES
    whole = empty(trunk.of).state_dict()
    given = Weights({name: tensor.clone() for name, tensor in whole.items()}, {})
    left = load_into(empty(any_name), given, head=ARCHITECTURES[any_name].head, trunk=trunk)
    assert set(left) == {name for name in empty(any_name).state_dict() if not name.startswith(f"{trunk.at}.")}
    del given.tensors[next(name for name in whole if name.endswith("weight"))]
    with pytest.raises(ValueError, match="weights are of another network: it lacks"):
        load_into(empty(any_name), given, head=ARCHITECTURES[any_name].head, trunk=trunk)


def test_its_blocks_are_its_own_and_leave_the_head_out(any_name: str) -> None:
    one, model = ARCHITECTURES[any_name], empty(any_name)
    blocks = one.blocks(model)
    parameters = [parameter for block in blocks for parameter in block.parameters()]
    assert len(blocks) >= 2
    assert len(parameters) == len(set(parameters))
    assert set(parameters) < set(model.parameters())
    assert not set(parameters) & set(model.get_submodule(one.head).parameters())


def test_freezing_keeps_what_it_says(any_name: str) -> None:
    one = ARCHITECTURES[any_name]
    learning = {}
    for tune in ("all", "last", "head"):
        config = config_of(any_name, start="weights", tune=tune)
        model = empty(any_name).requires_grad_(True)
        freeze(model, config)
        set_training(model, config)
        learning[tune] = sum(one.numel() for one in model.parameters() if one.requires_grad)
        from_weights = model.get_submodule(one.trunk.at) if one.trunk else model
        norms = [part for part in from_weights.modules() if isinstance(part, _BatchNorm)]
        assert not any(norm.training or norm.weight.requires_grad for norm in norms)
    new = count(model) - count(from_weights) if one.trunk else count(model.get_submodule(one.head))
    assert learning["head"] == new
    assert learning["head"] < learning["last"] < learning["all"]


def test_its_head_alone_depends_on_the_classes(real_name: str) -> None:
    config = config_of(real_name)
    few, many = (build_empty(config, classes).state_dict() for classes in (2, 7))
    differing = {name for name in few if few[name].shape != many[name].shape}
    assert differing
    assert all(name.startswith(f"{ARCHITECTURES[real_name].head}.") for name in differing)


def batch_for(problem: str, size: int) -> tuple[Any, ...]:
    """Six pictures and what they show: noise of a class each, or a bright rectangle with its box."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(6, 3, size, size, generator=generator)
    if problem == "classification":
        return pictures, torch.tensor([0, 1, 2, 0, 1, 2])
    targets = []
    for place in range(6):
        x, y = place * size // 16, size // 4
        pictures[place, place % 3, y : y + size // 2, x : x + size // 2] += 3
        box = torch.tensor([[x, y, x + size // 2, y + size // 2]], dtype=torch.float32)
        targets.append({"boxes": box, "labels": torch.tensor([place % 3])})
    return pictures, targets


def loss_of(model: nn.Module, problem: str, pictures: torch.Tensor, truth: Any) -> torch.Tensor:
    if problem == "classification":
        return nn.functional.cross_entropy(model(pictures), truth)
    return torch.stack(list(model(pictures, truth).values())).sum()


def test_it_overfits_one_batch_and_comes_back_from_disk(real_name: str, tmp_path: Path) -> None:
    config = config_of(real_name, lr=RATES.get(real_name, 0.001))
    model = build_model(config, CLASSES)
    optimizer = make_optimizer(model, config)
    pictures, truth = batch_for(config.problem, config.size)
    model.train()
    for part in model.modules():
        if isinstance(part, nn.Dropout):
            part.eval()  # what is asked here is whether it can learn, not whether it generalises
    losses: list[float] = []
    while not losses or (losses[-1] > 0.6 * losses[0] and len(losses) < 40):
        loss = loss_of(model, config.problem, pictures, truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] <= 0.6 * losses[0], losses
    classes = tuple(ClassEntry(index, 100 + index, f"c{index}", "") for index in range(CLASSES))
    kept = Checkpoint(tmp_path / "epoch-0001", config, classes, "v", 1, 1, {}, {})
    save_checkpoint(kept, model, {})
    again = read_checkpoint(kept.folder)
    assert again == kept
    fresh = load_model(again, torch.device("cpu"))
    with torch.inference_mode():
        after = fresh.eval()(pictures.to(memory_format=torch.channels_last))
        before = model.eval().to(memory_format=torch.channels_last)(pictures.to(memory_format=torch.channels_last))
    torch.testing.assert_close(after, before, rtol=0, atol=0)
    if config.problem == "detection":
        assert {int(label) for one in after for label in one["labels"]} <= set(range(CLASSES))
