"""The contract of a problem: what labels teach, what a wrong answer costs, and how good the answers are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry
from training.engine.config import Config

Rows = NDArray[np.int64]
Progress = Callable[[int, int], None]
Figures = dict[str, float | None]
E = TypeVar("E")  # the problem's own examples, and
F = TypeVar("F")  # its own feed


@dataclass(frozen=True)
class Step:
    """`loss`: the mean over the pictures, to be learned from. `right`: pictures answered right, where that is known."""

    loss: Tensor
    right: int | None = None


@dataclass(frozen=True)
class Shown:
    """Pictures as a training sees them: uint8 (n, height, width, 3), with the boxes (k, 4) and labels (k) of each,
    None where the problem has none."""

    pixels: NDArray[np.uint8]
    boxes: list[NDArray[np.float32]] | None = None
    labels: list[NDArray[np.int64]] | None = None


@dataclass(frozen=True)
class Scores:
    """What an evaluation found: its own figures for evaluation.json, and one row per scored picture.

    `beside` are further tables by the names of their files.
    """

    figures: Mapping[str, Any]
    table: pa.Table
    beside: Mapping[str, pa.Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Guess:
    """A class that a network sees, how sure it is (0 to 1), and where: corners in the picture's upright pixels."""

    concept: int
    name: str
    score: float
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Told:
    """What a network thinks of one picture, put for people, the surest guess first.

    `form`: "one" - of all classes just one holds, and the scores add up to 1; "any" - each class holds or not by
    itself; "boxes" - every guess says where.
    """

    form: Literal["one", "any", "boxes"]
    guesses: tuple[Guess, ...]


class Problem(Protocol[E, F]):
    """From a version's labels to a loss, figures and predictions. Rows are places in record order.

    Examples are an `examples.Examples`, read once; a feed gives batches of their pictures as the config wants them.
    """

    @property
    def name(self) -> str:
        """The word a config names it by."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Label kinds it can learn from."""

    @property
    def resizes(self) -> tuple[str, ...]:
        """The rules of `resize` that leave its labels true."""

    @property
    def transforms(self) -> tuple[str, ...]:
        """The transforms that leave its labels true."""

    def check_config(self, config: Config) -> None:
        """ValueError names the first option that means nothing here."""

    def read(self, version: Version, config: Config, classes: tuple[ClassEntry, ...] | None = None) -> E:
        """All records; `classes` are the checkpoint's where it has its own list, matched by concept id."""

    def loose(self, classes: tuple[ClassEntry, ...], sizes: Sequence[tuple[int, int]], *, kind: str) -> E:
        """Examples of pictures of these widths and heights of which nothing else is known; `kind` as in a manifest."""

    def check_trainable(self, examples: E) -> list[str]:
        """Names of the classes without a training picture; Fault data where there is nothing to learn."""

    def feed(self, config: Config, device: torch.device, pixels: Tensor, examples: E) -> F:
        """Batches of these pixels, which lie on the GPU where they fit there."""

    def step(self, model: nn.Module, feed: F, rows: Rows, *, epoch: int, batch: int) -> Step:
        """The network's loss on these rows as this batch of this epoch sees them."""

    def preview(self, feed: F, rows: Rows, *, epoch: int, batch: int) -> Shown:
        """These rows as this batch of this epoch sees them, for people."""

    def score(self, model: nn.Module, feed: F, rows: Rows) -> Figures:
        """`val_` figures of these rows as they are; None where there is nothing to score."""

    def merit(self, figures: Figures) -> tuple[float, ...] | None:
        """What makes one epoch better than another, higher is better; None where nothing was scored."""

    def evaluate(self, model: nn.Module, feed: F, rows: Rows, *, split: str, progress: Progress) -> Scores:
        """Every figure of the split from these rows, which are all it has that can be scored."""

    def predict(self, model: nn.Module, feed: F, rows: Rows, *, head: str, embed: bool) -> Iterator[pa.Table]:
        """What the network thinks of these rows, in tables of one schema; `embed` adds what `head` was given."""

    def prediction_schema(self, embed: bool) -> pa.Schema:
        """The columns of these tables."""

    def tell(self, row: Mapping[str, Any], examples: E) -> Told:
        """One row of these tables, made of these examples, for people."""
