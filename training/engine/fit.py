"""Training: two short functions and one visible loop."""

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training.engine.checkpoint import Checkpoint, prune_checkpoints, save_checkpoint
from training.engine.config import Config
from training.engine.errors import Fault
from training.engine.journal import Journal
from training.engine.model import set_training
from training.engine.optim import pack_state, rate_at, set_rate
from training.engine.problem import Problem
from training.engine.transforms import NETWORK, epoch_batches, generator_for


@dataclass(frozen=True)
class Training:
    """All that a loop needs. `checkpoint` is where the run stands; epoch 0 before the first one."""

    config: Config
    model: nn.Module
    optimizer: torch.optim.Optimizer
    problem: Problem[Any, Any]
    feed: Any
    train_rows: NDArray[np.int64]
    val_rows: NDArray[np.int64]
    steps: int
    checkpoint: Checkpoint


def fit(training: Training, journal: Journal) -> Checkpoint:
    """The last epoch's checkpoint. Every epoch ends with figures, a checkpoint and a line; Stopped may come between."""
    at = training.checkpoint
    began, first = time.monotonic(), at.epoch
    for epoch in range(at.epoch + 1, training.config.epochs + 1):
        started = time.monotonic()
        learned = train_epoch(training, epoch, journal)
        figures = {**learned, **training.problem.score(training.model, training.feed, training.val_rows)}
        at = replace(
            at,
            folder=journal.checkpoints / f"epoch-{epoch:04d}",
            epoch=epoch,
            step=epoch * training.steps,
            figures=figures,
            best=_better(training.problem, at.best, {"epoch": epoch, **figures}),
        )
        save_checkpoint(at, training.model, pack_state(training.optimizer))
        prune_checkpoints(
            journal.checkpoints, keep={f"epoch-{one:04d}" for one in (epoch, epoch - 1, at.best["epoch"])}
        )
        left = (time.monotonic() - began) / (epoch - first) * (training.config.epochs - epoch)
        seconds = round(time.monotonic() - started, 3)
        rate = rate_at(training.config, epoch * training.steps - 1, training.config.epochs * training.steps)
        journal.event("epoch", epoch=epoch, **figures, lr=rate, seconds=seconds, seconds_left=round(left, 1))
        journal.log(_line(epoch, training.config.epochs, figures, seconds))
    return at


def train_epoch(training: Training, epoch: int, journal: Journal) -> dict[str, float]:
    """`train_loss` and, where the problem knows it, `train_accuracy`, each picture as it was when its turn came."""
    config, feed = training.config, training.feed
    set_training(training.model, config)
    began, seen, loss_sum = time.monotonic(), 0, 0.0
    right: int | None = 0
    for batch, places in enumerate(
        epoch_batches(len(training.train_rows), config.batch, seed=config.seed, epoch=epoch)
    ):
        journal.check_stop()
        step = (epoch - 1) * training.steps + batch
        set_rate(training.optimizer, rate_at(config, step, config.epochs * training.steps))
        torch.manual_seed(int(generator_for(config.seed, NETWORK, epoch, batch).integers(2**62)))  # dropout's draws
        found = training.problem.step(training.model, feed, training.train_rows[places], epoch=epoch, batch=batch)
        value = float(found.loss.detach())
        if not math.isfinite(value):
            raise Fault(
                "config",
                f"the loss is not a finite number at epoch {epoch}, step {batch + 1}: "
                f"lower the learning rate (it is {rate_at(config, step, config.epochs * training.steps):.3g})",
            )
        training.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(found.loss)
        training.optimizer.step()
        seen += len(places)
        loss_sum += value * len(places)
        right = None if right is None or found.right is None else right + found.right
        if journal.step_due():
            _tell_step(training, journal, epoch=epoch, batch=batch, loss=value, rate=seen / (time.monotonic() - began))
    return {"train_loss": loss_sum / seen, **({} if right is None else {"train_accuracy": right / seen})}


def _better(problem: Problem[Any, Any], best: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The epoch with more merit, the earlier of equals; the newer where nothing is validated."""
    merit = problem.merit(new)
    before = problem.merit(best) if best else None
    return new if merit is None or before is None or merit > before else best


def _tell_step(training: Training, journal: Journal, *, epoch: int, batch: int, loss: float, rate: float) -> None:
    done = (epoch - 1) * training.steps + batch + 1
    total = training.config.epochs * training.steps
    pictures = (len(training.train_rows) / training.steps) * (total - done)
    journal.event(
        "step",
        epoch=epoch,
        step=batch + 1,
        loss=loss,
        lr=rate_at(training.config, done - 1, total),
        images_per_s=round(rate, 1),
        seconds_left=round(pictures / max(rate, 1e-9), 1),
    )


def _line(epoch: int, epochs: int, figures: dict[str, Any], seconds: float) -> str:
    told = [f"{name.replace('_', ' ')} {value:.4f}" for name, value in figures.items() if value is not None]
    return f"epoch {epoch} of {epochs}: {', '.join(told)}; {seconds:.1f} s"
