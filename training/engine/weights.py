"""Weights from elsewhere, looked at before anything runs: safetensors files, or torchvision's own."""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
import torchvision
from safetensors.torch import load_file
from torch import Tensor, nn

from training.engine.architecture import Trunk
from training.engine.errors import Fault

HEADER_LIMIT: Final = 8_000_000
TENSOR_LIMIT: Final = 20_000
BYTES: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class Weights:
    """Tensors by name, and what the file says of itself."""

    tensors: dict[str, Tensor]
    about: dict[str, str]

    @property
    def normalise(self) -> str:
        """The input scale they were made with, as a config names it; ImageNet's where nothing is said."""
        said = self.about.get("normalise") or self.about.get("preprocessing", "")
        if said in ("unit", "half", "imagenet"):
            return said
        return "half" if said.replace(" ", "").startswith("(pixel-128)/128") else "imagenet"


def read_weights(path: Path) -> Weights:
    """All tensors of a safetensors file; ValueError, with a sentence, for any other file and for numbers that are none.

    The header is bounded and checked here against the file's size before any tensor is made.
    """
    about = read_header(path)
    try:
        tensors = load_file(path)
    except Exception as error:  # the reader's own error type is not part of its promise
        raise ValueError(f"{path.name}: not a safetensors file ({error})") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"{path.name}: {name} holds values that are not numbers")
    return Weights(tensors=tensors, about=about)


def read_header(path: Path) -> dict[str, str]:
    """The file's own words; ValueError where its header is not that of a safetensors file of this length."""
    total = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else -1
        if not 2 <= length <= min(HEADER_LIMIT, total - 8):
            raise ValueError(f"{path.name}: not a safetensors file (no header of a possible length)")
        text = file.read(length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name}: not a safetensors file (the header is not JSON)") from error
    if not isinstance(header, dict):
        raise ValueError(f"{path.name}: not a safetensors file (the header is no object)")
    about = header.pop("__metadata__", {})
    if not 0 < len(header) <= TENSOR_LIMIT:
        raise ValueError(f"{path.name}: holds {len(header)} tensors; between 1 and {TENSOR_LIMIT} are read")
    ends = [_end_of(entry, name, path=path) for name, entry in header.items()]
    if max(ends) != total - 8 - length:
        raise ValueError(f"{path.name}: cut short or padded (its header speaks of another length)")
    if not isinstance(about, dict) or not all(isinstance(value, str) for value in about.values()):
        raise ValueError(f"{path.name}: not a safetensors file (its metadata is not text)")
    return about


def from_torchvision(name: str) -> Weights:
    """torchvision's own weights of an architecture, fetched once; Fault server where they cannot be had."""
    enum = torchvision.models.get_model_weights(name)
    try:
        tensors = enum.DEFAULT.get_state_dict(progress=False, check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:
        raise Fault(
            "server", f"torchvision's weights of {name} cannot be fetched ({error}); give a local file"
        ) from error
    return Weights(tensors=dict(tensors), about={"normalise": "imagenet"})


def load_into(model: nn.Module, weights: Weights, *, head: str, trunk: Trunk | None = None) -> list[str]:
    """Names of what was left as it was: the head, where its classes differ. ValueError where anything else differs.

    A detector takes weights of its own kind or, for its trunk alone, those of a classifier. With a model on the meta
    device nothing is copied, and the check costs nothing.
    """
    wanted = model.state_dict()
    found = dict(weights.tensors)
    if trunk is not None and not any(name.startswith(f"{trunk.at}.") for name in found):
        found = _for_trunk(model, found, trunk)
        in_trunk = {name: tensor for name, tensor in wanted.items() if name.startswith(f"{trunk.at}.")}
        _check_against(in_trunk, found, set())
        _copy(model, found)
        return sorted(set(wanted) - set(in_trunk))
    in_head = {name for name in wanted | found if name.startswith(f"{head}.")}
    if any(name not in found or name not in wanted or found[name].shape != wanted[name].shape for name in in_head):
        for name in in_head:
            found.pop(name, None)
    else:
        in_head = set()
    _check_against(wanted, found, in_head)
    _copy(model, found)
    return sorted(in_head)


def _for_trunk(model: nn.Module, found: dict[str, Tensor], trunk: Trunk) -> dict[str, Tensor]:
    """A classifier's tensors under the names that they have in the detector's trunk; those beyond it are left out."""
    with torch.device("meta"):
        whole = torchvision.models.get_model(trunk.of, weights=None).state_dict()
    theirs = [name for name in whole if name.startswith(trunk.prefix)]
    mine = [f"{trunk.at}.{name}" for name in model.get_submodule(trunk.at).state_dict()]
    named = dict(zip(theirs, mine, strict=False))  # a trunk ends before the classifier does
    strange = {name: tensor for name, tensor in found.items() if name not in whole}
    return strange | {named[name]: tensor for name, tensor in found.items() if name in named}


def _check_against(wanted: dict[str, Tensor], found: dict[str, Tensor], in_head: set[str]) -> None:
    """ValueError for the first tensor that is missing, strange, or of another shape or type."""
    # counters of old files: of no use with a fixed momentum, and absent from files made before they existed
    counters = {name for name in wanted if name.endswith("num_batches_tracked")}
    missing = sorted(set(wanted) - set(found) - in_head - counters)
    strange = sorted(set(found) - set(wanted))
    if missing or strange:
        what = f"it lacks {missing[0]}" if missing else f"it holds {strange[0]}, which the network does not have"
        raise ValueError(
            f"these weights are of another network: {what} ({len(missing)} missing, {len(strange)} strange)"
        )
    for name, tensor in found.items():
        if tensor.shape != wanted[name].shape:
            shapes = f"{list(tensor.shape)} instead of {list(wanted[name].shape)}"
            raise ValueError(f"these weights are of another network: {name} has shape {shapes}")
        if tensor.is_floating_point() != wanted[name].is_floating_point():
            raise ValueError(f"these weights are of another network: {name} is of another type of number")


def _copy(model: nn.Module, found: dict[str, Tensor]) -> None:
    if not any(tensor.is_meta for tensor in model.state_dict().values()):
        model.load_state_dict(found, strict=False)


def _end_of(entry: Any, name: str, *, path: Path) -> int:
    try:
        size, shape, (begin, end) = BYTES[entry["dtype"]], entry["shape"], entry["data_offsets"]
        numbers = [*shape, begin, end]
        if not all(type(number) is int and 0 <= number < 2**48 for number in numbers) or len(shape) > 8:
            raise ValueError
        if math.prod(shape) * size != end - begin:
            raise ValueError
        return int(end)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path.name}: not a safetensors file (tensor {name[:80]!r} is not described right)"
        ) from error
