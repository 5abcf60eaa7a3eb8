"""From a version folder and a config to a training that can take its first, or next, step."""

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from annotate.manifest.read import Version, open_version
from training.engine.cache import open_cache
from training.engine.checkpoint import Checkpoint, latest_checkpoint, load_model, load_optimizer_state
from training.engine.config import Config, config_from
from training.engine.device import device_of, memory_format, probe, set_threads
from training.engine.errors import Fault
from training.engine.files import read_json, write_json
from training.engine.fit import Training
from training.engine.journal import Journal
from training.engine.model import architecture_of, build_empty, build_model, freeze, set_training
from training.engine.optim import make_optimizer, rate_at, unpack_state
from training.engine.problems import PROBLEMS
from training.engine.subset import keep_share
from training.engine.transforms import steps_per_epoch
from training.engine.weights import Weights, from_torchvision, load_into, read_weights

NAMED = 8  # tensors that a log line names


def open_sealed(folder: Path) -> Version:
    """The version, its rows found to be those its manifest seals; Fault data where they are not."""
    try:
        version = open_version(folder)
        version.verify(images=False)
    except (OSError, ValueError) as error:
        raise Fault("data", str(error)) from error
    return version


def check_config(config: Config) -> None:
    """Nothing, if this config can be built at all and fits its problem; Fault config with the reason."""
    problem = PROBLEMS[config.problem]
    try:
        architecture_of(config)
        for option in ("resize", "transform"):
            fitting: tuple[str, ...] = getattr(problem, f"{option}s")
            if getattr(config, option) not in fitting:
                raise ValueError(f"{option}: for {problem.name} it is one of {', '.join(fitting)}")
        problem.check_config(config)
    except ValueError as error:
        raise Fault("config", str(error)) from error


def prepare(
    version_folder: Path, config: Config, journal: Journal, *, weights: Path | None, cache: Path, resume: bool
) -> Training:
    """A training at its start, or where it was; all that can be refused is refused before pictures are decoded."""
    last = latest_checkpoint(journal.checkpoints, journal.log) if resume else None
    config = _stored_config(journal, config) if resume else config
    check_config(config)
    set_threads(config)
    device = device_of(config)
    version = open_sealed(version_folder)
    if last is not None and last.version_digest != version.manifest.digest:
        raise Fault("data", "this run was started on another version of the dataset")
    problem = PROBLEMS[config.problem]
    examples = keep_share(problem.read(version, config), config.train_share, seed=config.share_seed)
    absent = problem.check_trainable(examples)
    train_rows, val_rows = examples.rows("train"), examples.rows("val")
    initial = None if last is not None else _initial_weights(config, weights, len(examples.classes))
    config = _resolve(config, initial, pictures=len(train_rows))
    write_json(journal.folder / "config.json", dataclasses.asdict(config))
    journal.cut_back(last.epoch if last else 0, _line_of(last, config, len(train_rows)) if last else {})

    def progress(done: int, total: int) -> None:
        journal.check_stop()
        journal.event("cache", done=done, total=total)

    pixels = open_cache(version, cache, size=config.size, resize=config.resize, progress=progress)
    feed = problem.feed(config, device, pixels, examples)
    if last is None:
        config = _probe(config, feed, train_rows, classes=len(examples.classes))
        write_json(journal.folder / "config.json", dataclasses.asdict(config))
        feed = replace(feed, config=config)
        model = _place(build_model(config, len(examples.classes)), config, device)
        if initial is not None:
            kept = _take(model, initial, config)
            journal.log(f"weights taken; new at random: {', '.join(kept[:NAMED]) or 'nothing'}{_more(kept)}")
        kind = version.manifest.kind
        last = Checkpoint(journal.checkpoints, config, examples.classes, version.manifest.digest, 0, 0, {}, {}, kind)
    else:
        model = load_model(last, device)
        journal.log(f"goes on after epoch {last.epoch}")
    freeze(model, config)
    optimizer = make_optimizer(model, config)
    if last.epoch:
        unpack_state(optimizer, load_optimizer_state(last))
    training = Training(
        config,
        model,
        optimizer,
        problem,
        feed,
        train_rows,
        val_rows,
        steps_per_epoch(len(train_rows), config.batch),
        last,
    )
    _tell_start(training, journal, absent)
    return training


def _line_of(last: Checkpoint, config: Config, pictures: int) -> dict[str, Any]:
    """What metrics.jsonl tells of the end of this epoch, but for the time that it took."""
    steps = steps_per_epoch(pictures, config.batch)
    return {**last.figures, "lr": rate_at(config, last.epoch * steps - 1, config.epochs * steps)}


def _stored_config(journal: Journal, given: Config) -> Config:
    path = journal.folder / "config.json"
    if not path.exists():
        return given
    try:
        return config_from(read_json(path))
    except ValueError as error:
        raise Fault("server", f"the run's config.json cannot be used: {error}") from error


def _initial_weights(config: Config, path: Path | None, classes: int) -> Weights | None:
    if config.start != "weights":
        return None
    architecture = architecture_of(config)
    if path is None and not architecture.weights:
        raise Fault("config", f"start: torchvision has no weights of {architecture.name}; give a file")
    try:
        found = read_weights(path) if path else from_torchvision(architecture.published)
        _take(build_empty(config, classes), found, config)
    except Fault:
        raise
    except OSError as error:
        raise Fault("config", f"the weights cannot be read: {error}") from error
    except ValueError as error:
        raise Fault("config", str(error)) from error
    return found


def _take(model: nn.Module, weights: Weights, config: Config) -> list[str]:
    architecture = architecture_of(config)
    return load_into(model, weights, head=architecture.head, trunk=architecture.trunk)


def _more(names: list[str]) -> str:
    return f" and {len(names) - NAMED} more" if len(names) > NAMED else ""


def _resolve(config: Config, initial: Weights | None, *, pictures: int) -> Config:
    """Every choice that was left open, made and written down before the first step."""
    scale = config.normalise
    if scale == "auto":
        scale = initial.normalise if initial is not None else "unit"
    return replace(config, epochs=config.passes(pictures), batch=config.pictures_per_step(pictures), normalise=scale)


def _probe(config: Config, feed: Any, rows: NDArray[np.int64], *, classes: int) -> Config:
    problem = PROBLEMS[config.problem]

    def build(candidate: Config) -> nn.Module:
        model = _place(build_model(candidate, classes), candidate, feed.device)
        freeze(model, candidate)
        set_training(model, candidate)
        return model

    def step(candidate: Config, model: nn.Module) -> None:
        part = rows[: candidate.batch]
        loss = problem.step(model, replace(feed, config=candidate), part, epoch=0, batch=0).loss
        torch.autograd.backward(loss)

    return probe(config, step, build)


def _place(model: nn.Module, config: Config, device: torch.device) -> nn.Module:
    return model.to(device, memory_format=memory_format(config))  # type: ignore[call-overload, no-any-return]


def _tell_start(training: Training, journal: Journal, absent: list[str]) -> None:
    counts = {"train": len(training.train_rows), "val": len(training.val_rows)}
    journal.event(
        "start",
        epochs=training.config.epochs,
        steps_per_epoch=training.steps,
        **counts,
        attempt=journal.attempt,
        missing_classes=absent,
    )
    journal.log(
        f"{training.config.architecture}: {counts['train']} pictures to learn from, {counts['val']} to validate"
    )
    if absent:
        journal.log(f"no training picture of: {', '.join(absent)}; the network cannot learn these")
