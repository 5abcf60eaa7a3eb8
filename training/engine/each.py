"""Several classes per picture, for the classification problem: each class a question of its own.

The same networks and feeds as for one class; the outputs go through a sigmoid each and are taught by binary
cross-entropy, so that any number of classes may be there.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.engine.errors import Fault
from training.engine.feed import Feed, forward_all
from training.engine.problem import Figures, Progress, Rows, Scores
from training.engine.several import SeveralExamples
from training.engine.several_scores import (
    Floats,
    Thresholds,
    choose_thresholds,
    describe_several,
    mean_precision,
    several_table,
)


def loss(logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
    """Binary cross-entropy per picture, the mean over the classes, in float32. `targets`: shares (n, classes), drawn
    towards a half by `smoothing`."""
    wanted = targets.float() * (1 - smoothing) + smoothing / 2
    return F.binary_cross_entropy_with_logits(logits.float(), wanted, reduction="none").mean(1)


def probabilities(logits: Tensor) -> Tensor:
    """Sigmoid, in float32."""
    return logits.float().sigmoid()


def score(model: nn.Module, feed: Feed, examples: SeveralExamples, rows: Rows) -> Figures:
    """`val_loss` against the settled classes, and `val_map`, the mean of the classes' average precision."""
    if len(rows) == 0:
        return {"val_loss": None, "val_map": None}
    shares, losses = _forward(model, feed, rows)
    total = float(losses.sum())
    if not math.isfinite(total):
        raise Fault("config", "the loss on the validation pictures is not a finite number: lower the learning rate")
    value = mean_precision(examples.present[rows], shares)
    return {"val_loss": total / len(rows), "val_map": 0.0 if value is None else value}


def evaluate(
    model: nn.Module, feed: Feed, examples: SeveralExamples, rows: Rows, *, split: str, progress: Progress
) -> Scores:
    """Every figure of the split, decided at thresholds that the validation pictures chose; never by the scored ones."""
    held = examples.rows("val") if len(rows) and split != "val" else rows[:0]
    total = len(rows)

    def tell(done: int) -> None:
        progress(done, total)

    val = _thresholds(model, feed, examples, held)
    shares, losses = _forward(model, feed, rows, tell)
    tell(total)
    figures = describe_several(examples, rows, shares, losses, split=split, thresholds=val)
    return Scores(figures, several_table(examples, rows, shares, losses=losses, thresholds=val))


def _thresholds(model: nn.Module, feed: Feed, examples: SeveralExamples, held: Rows) -> Thresholds:
    shares, _ = _forward(model, feed, held)
    return choose_thresholds(examples.present[held], shares)


def _forward(
    model: nn.Module, feed: Feed, rows: Rows, tell: Callable[[int], None] = lambda done: None
) -> tuple[Floats, Floats]:
    """Shares (n, classes) and losses (n) of these rows."""
    shares = np.zeros((len(rows), len(feed.examples.classes)), np.float32)
    losses = np.zeros(len(rows), np.float32)
    done = 0
    for part, logits in forward_all(model, feed, rows):
        truth = feed.truth[torch.from_numpy(part)].to(logits.device)
        losses[done : done + len(part)] = loss(logits, truth).cpu().numpy()
        shares[done : done + len(part)] = probabilities(logits).cpu().numpy()
        done += len(part)
        tell(done)
    return shares, losses
