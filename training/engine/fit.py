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
from training.engine.device import autocast
from training.engine.errors import Fault
from training.engine.feed import Feed, forward_all
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
    problem: Problem
    feed: Feed
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
        figures = {**train_epoch(training, epoch, journal), **score(training, training.val_rows)}
        at = replace(
            at,
            folder=journal.checkpoints / f"epoch-{epoch:04d}",
            epoch=epoch,
            step=epoch * training.steps,
            figures=figures,
            best=_better(at.best, {"epoch": epoch, **figures}),
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
    """`train_loss` and `train_accuracy` over the epoch, each picture as it was when its turn came."""
    config, feed = training.config, training.feed
    set_training(training.model, config)
    began, seen, loss_sum, correct = time.monotonic(), 0, 0.0, 0
    for batch, places in enumerate(
        epoch_batches(len(training.train_rows), config.batch, seed=config.seed, epoch=epoch)
    ):
        journal.check_stop()
        step = (epoch - 1) * training.steps + batch
        set_rate(training.optimizer, rate_at(config, step, config.epochs * training.steps))
        torch.manual_seed(int(generator_for(config.seed, NETWORK, epoch, batch).integers(2**62)))  # dropout's draws
        images, targets, truth = feed.train_batch(training.train_rows[places], epoch=epoch, batch=batch)
        with autocast(config, feed.device):
            logits = training.model(images)
        loss = training.problem.loss(logits, targets, config.label_smoothing).mean()
        value = float(loss.detach())
        if not math.isfinite(value):
            raise Fault(
                "config",
                f"the loss is not a finite number at epoch {epoch}, step {batch + 1}: "
                f"lower the learning rate (it is {rate_at(config, step, config.epochs * training.steps):.3g})",
            )
        training.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        training.optimizer.step()
        seen += len(places)
        loss_sum += value * len(places)
        correct += int((logits.detach().argmax(1) == truth).sum())
        if journal.step_due():
            _tell_step(training, journal, epoch=epoch, batch=batch, loss=value, rate=seen / (time.monotonic() - began))
    return {"train_loss": loss_sum / seen, "train_accuracy": correct / seen}


def score(training: Training, rows: NDArray[np.int64]) -> dict[str, float | None]:
    """`val_loss` and `val_accuracy` against the settled classes; None where there is nothing to score."""
    if len(rows) == 0:
        return {"val_loss": None, "val_accuracy": None}
    loss_sum, correct = 0.0, 0
    for part, logits in forward_all(training.model, training.feed, rows):
        truth = training.feed.truth[torch.from_numpy(part)].to(logits.device)
        loss_sum += float(training.problem.loss(logits, truth).sum())
        correct += int((logits.argmax(1) == truth).sum())
    if not math.isfinite(loss_sum):
        raise Fault("config", "the loss on the validation pictures is not a finite number: lower the learning rate")
    return {"val_loss": loss_sum / len(rows), "val_accuracy": correct / len(rows)}


def _better(best: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The epoch with the higher validation accuracy, then the lower loss; the newer where nothing is validated."""
    if not best or new["val_accuracy"] is None:
        return new
    return max(best, new, key=lambda one: (one["val_accuracy"], -one["val_loss"]))


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
    said = f"epoch {epoch} of {epochs}: loss {figures['train_loss']:.4f}, accuracy {figures['train_accuracy']:.4f}"
    if figures["val_loss"] is not None:
        said += f"; validation loss {figures['val_loss']:.4f}, accuracy {figures['val_accuracy']:.4f}"
    return f"{said}; {seconds:.1f} s"
