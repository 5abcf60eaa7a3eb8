"""A training at the end of an epoch: safetensors and one JSON that seals them. No pickle anywhere."""

import dataclasses
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
import torchvision
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from annotate.manifest.schema import ClassEntry
from training.engine.config import Config, config_from
from training.engine.device import memory_format
from training.engine.errors import Fault
from training.engine.files import file_digest, read_json, sync_file, sync_folder, write_json
from training.engine.model import build_model

FORMAT: Final = 1
MODEL, OPTIMIZER, HEAD = "model.safetensors", "optimizer.safetensors", "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """What the JSON says. `best` is the best epoch so far with its figures; `folder` is where it lies."""

    folder: Path
    config: Config
    classes: tuple[ClassEntry, ...]
    version_digest: str
    epoch: int
    step: int
    figures: dict[str, Any]
    best: dict[str, Any]
    kind: str = ""
    """Of the labels it learned from; empty in checkpoints that do not say."""


def save_checkpoint(checkpoint: Checkpoint, model: nn.Module, optimizer_state: dict[str, Tensor]) -> None:
    """The folder, whole and on disk when this returns; one that was there under this name is replaced."""
    parent = checkpoint.folder.parent
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".writing-", dir=parent))
    tensors = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    # one entry alone: safetensors writes several in an order that changes, and equal runs have equal files
    save_file(tensors, draft / MODEL, metadata={"normalise": checkpoint.config.normalise})
    # a network whose optimizer keeps nothing still has a file, so that one that is missing is seen
    state = {name: value.detach().cpu().contiguous() for name, value in optimizer_state.items()}
    save_file(state or {"none": torch.zeros(1)}, draft / OPTIMIZER)
    for name in (MODEL, OPTIMIZER):
        sync_file(draft / name)
    write_json(draft / HEAD, _head(checkpoint, {name: file_digest(draft / name) for name in (MODEL, OPTIMIZER)}))
    if checkpoint.folder.exists():
        remove_checkpoint(checkpoint.folder)
    draft.chmod(0o755)
    draft.replace(checkpoint.folder)
    sync_folder(parent)


def read_checkpoint(folder: Path) -> Checkpoint:
    """The JSON's contents, after the files were found to be the ones it seals; ValueError where they are not."""
    try:
        head = read_json(folder / HEAD)
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise ValueError(f"{folder.name}: not a checkpoint of format {FORMAT}")
        for name in (MODEL, OPTIMIZER):
            if file_digest(folder / name) != head["files"][name]:
                raise ValueError(f"{folder.name}: {name} is damaged; it does not have the digest written with it")
        return Checkpoint(
            folder=folder,
            config=config_from(head["config"]),
            classes=tuple(ClassEntry(**entry) for entry in head["classes"]),
            version_digest=head["version_digest"],
            epoch=head["epoch"],
            step=head["step"],
            figures=head["figures"],
            best=head["best"],
            kind=head.get("kind", ""),
        )
    except OSError as error:
        raise ValueError(f"{folder.name}: no whole checkpoint lies there ({error.strerror})") from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{folder.name}: {HEAD} does not hold what a checkpoint has ({error})") from error


def latest_checkpoint(parent: Path, tell: Callable[[str], None]) -> Checkpoint | None:
    """The last good one; a damaged one is told of and passed over."""
    for folder in sorted(parent.glob("epoch-*"), reverse=True):
        try:
            return read_checkpoint(folder)
        except ValueError as error:
            tell(f"passed over: {error}")
    return None


def load_model(checkpoint: Checkpoint, device: torch.device) -> nn.Module:
    """The trained network on the device."""
    model = build_model(checkpoint.config, len(checkpoint.classes))
    model.load_state_dict(load_file(checkpoint.folder / MODEL))
    return model.to(device, memory_format=memory_format(checkpoint.config))  # type: ignore[call-overload, no-any-return]


def load_optimizer_state(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """What the optimizer remembered."""
    state: dict[str, Tensor] = load_file(checkpoint.folder / OPTIMIZER)
    return {} if set(state) == {"none"} else state


def open_checkpoint(folder: Path) -> Checkpoint:
    """As `read_checkpoint`, for one that somebody named; Fault data where it cannot be used."""
    try:
        return read_checkpoint(folder)
    except ValueError as error:
        raise Fault("data", str(error)) from error


def prune_checkpoints(parent: Path, *, keep: set[str]) -> None:
    """Only the named folders stay; half-written ones go too. The one writer of the run calls this."""
    for folder in parent.iterdir():
        if folder.name not in keep:
            remove_checkpoint(folder)


def remove_checkpoint(folder: Path) -> None:
    """Gone; its head first, so that a half-removed one is never taken for whole."""
    (folder / HEAD).unlink(missing_ok=True)
    shutil.rmtree(folder)


def code_revision() -> str:
    """FOVEA_REVISION, else the commit of the working tree, else empty."""
    if said := os.environ.get("FOVEA_REVISION"):
        return said
    try:
        here = Path(__file__).parent
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _head(checkpoint: Checkpoint, files: dict[str, str]) -> dict[str, Any]:
    config = checkpoint.config
    return {
        "format": FORMAT,
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "config": dataclasses.asdict(config),
        "kind": checkpoint.kind,
        "classes": [dataclasses.asdict(entry) for entry in checkpoint.classes],
        "version_digest": checkpoint.version_digest,
        "code_revision": code_revision(),
        # every draw follows from these counters, so they are the generator's whole state
        "generator": {"seed": config.seed, "epoch": checkpoint.epoch, "step": checkpoint.step},
        "input": {name: getattr(config, name) for name in ("size", "resize", "normalise", "transform")},
        "environment": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
            "threads": torch.get_num_threads(),
            "machine": platform.machine(),
        },
        "figures": checkpoint.figures,
        "best": checkpoint.best,
        "files": files,
    }
