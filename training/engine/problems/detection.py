"""Boxes with a class each, by a detector that brings its own losses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry
from training.engine.box_data import BoxExamples, Found, check_boxes, loose_boxes, read_boxes
from training.engine.box_errors import BOX
from training.engine.box_feed import BoxFeed, detect_all, make_box_feed
from training.engine.box_scores import box_table, describe_boxes, error_table, score_boxes
from training.engine.coco import coco
from training.engine.config import Config
from training.engine.device import autocast
from training.engine.problem import Figures, Guess, Progress, Rows, Scores, Shown, Step, Told
from training.engine.strategy import SURE_ENOUGH, presence_entropy


@dataclass(frozen=True)
class Detection:
    """A picture that was verified empty teaches that nothing is there; one that nobody settled teaches nothing."""

    name: str = "detection"
    kinds: tuple[str, ...] = ("box",)
    resizes: tuple[str, ...] = ("fit", "press")
    transforms: tuple[str, ...] = ("plain", "flip", "zoom_flip", "zoom_flip_colour")

    def check_config(self, config: Config) -> None:
        """Detectors have no soft targets and no smoothing."""
        if config.targets != "hard":
            raise ValueError("targets: detection learns the settled boxes, so it must be hard")
        if config.label_smoothing:
            raise ValueError("label_smoothing: detection does not know it, so it must be 0")

    def read(self, version: Version, config: Config, classes: tuple[ClassEntry, ...] | None = None) -> BoxExamples:
        """All records with their boxes."""
        return read_boxes(version, problem=self.name, kinds=self.kinds, classes=classes)

    def loose(self, classes: tuple[ClassEntry, ...], sizes: Sequence[tuple[int, int]], *, kind: str) -> BoxExamples:
        """Pictures without known boxes."""
        return loose_boxes(classes, sizes)

    def check_trainable(self, examples: BoxExamples) -> list[str]:
        """Names of the classes without a box to learn from; one class is enough."""
        return check_boxes(examples)

    def feed(self, config: Config, device: torch.device, pixels: Tensor, examples: BoxExamples) -> BoxFeed:
        """Pictures with their boxes on the canvas."""
        return make_box_feed(config, device, pixels, examples)

    def step(self, model: nn.Module, feed: BoxFeed, rows: Rows, *, epoch: int, batch: int) -> Step:
        """The sum of the detector's own losses."""
        images, targets = feed.train_batch(rows, epoch=epoch, batch=batch)
        with autocast(feed.config, feed.device):
            losses: dict[str, Tensor] = model(images, targets)
        return Step(torch.stack([one.float() for one in losses.values()]).sum())

    def preview(self, feed: BoxFeed, rows: Rows, *, epoch: int, batch: int) -> Shown:
        """Pictures with the boxes that a training takes for true there."""
        pixels, moves = feed.augmented(rows, epoch=epoch, batch=batch)
        drawn = [feed.moved_boxes(row, moves, place) for place, row in enumerate(rows.tolist())]
        shown = pixels.float().round().byte().cpu().numpy()
        return Shown(shown, [boxes for boxes, _ in drawn], [labels for _, labels in drawn])

    def score(self, model: nn.Module, feed: BoxFeed, rows: Rows) -> Figures:
        """`val_map` and `val_map50`."""
        truths = [feed.examples.truths[row] for row in rows.tolist()]
        if not any((~one.aside).any() for one in truths):
            return {"val_map": None, "val_map50": None}
        found = [one for _, part in detect_all(model, feed, rows) for one in part]
        figures = coco(truths, found, len(feed.examples.classes)).figures
        return {"val_map": figures["map"], "val_map50": figures["map50"]}

    def merit(self, figures: Figures) -> tuple[float, ...] | None:
        """The higher mAP over all overlaps."""
        value = figures["val_map"]
        return None if value is None else (value,)

    def evaluate(self, model: nn.Module, feed: BoxFeed, rows: Rows, *, split: str, progress: Progress) -> Scores:
        """The COCO figures, every class, curves, and each error; on the holdout at a threshold of the val split's."""
        held = feed.examples.rows("val") if split == "holdout" and len(rows) else rows[:0]
        found: list[Found] = []
        for _, part in detect_all(model, feed, np.concatenate([held, rows])):
            found += part
            progress(max(0, len(found) - len(held)), len(rows))
        scored = score_boxes(feed.examples, rows, found[len(held) :], val=found[: len(held)])
        return Scores(describe_boxes(scored, split=split), box_table(scored), {"errors": error_table(scored)})

    def prediction_schema(self, embed: bool) -> pa.Schema:
        """One row per picture; `embed` adds nothing here yet that a detector could give."""
        if embed:
            raise ValueError("embed: a detector gives boxes, not one vector per picture")
        return pa.schema(
            [
                ("digest", pa.string()),
                ("boxes", pa.list_(BOX)),
                ("concepts", pa.list_(pa.int64())),
                ("scores", pa.list_(pa.float32())),
                ("uncertainty", pa.float32()),
                ("uncertainties", pa.list_(pa.float32())),
            ]
        )

    def predict(self, model: nn.Module, feed: BoxFeed, rows: Rows, *, head: str, embed: bool) -> Iterator[pa.Table]:
        """The boxes of each picture, the surest first, and how unsure they leave the detector."""
        schema = self.prediction_schema(embed)
        classes = feed.examples.classes
        concepts = np.array([entry.id for entry in classes], np.int64)
        for part, found in detect_all(model, feed, rows):
            unsure = [uncertainties(one, len(classes)) for one in found]
            columns = {
                "digest": [feed.examples.digests[row] for row in part.tolist()],
                "boxes": [one.boxes.tolist() for one in found],
                "concepts": [concepts[one.labels].tolist() for one in found],
                "scores": [one.scores.tolist() for one in found],
                "uncertainty": [float(one.sum()) for one in unsure],
                "uncertainties": [one.tolist() for one in unsure],
            }
            yield pa.table(columns, schema=schema)

    def tell(self, row: Mapping[str, Any], examples: BoxExamples) -> Told:
        """Every box that was found, however faint."""
        names = {entry.id: entry.name for entry in examples.classes}
        found = zip(row["concepts"], row["scores"], row["boxes"], strict=True)
        return Told("boxes", tuple(Guess(one, names[one], score, tuple(box)) for one, score, box in found))


def uncertainties(found: Found, classes: int) -> np.ndarray:
    """(classes): the entropy, in nats, of whether each found box is there, added up per class.

    Every box is a question of its own with the answer yes or no, so sums are what asking about the picture may teach
    (Brust et al., 2019).
    """
    shown = found.scores >= SURE_ENOUGH
    entropy = presence_entropy(found.scores[shown].astype(np.float64))
    return np.bincount(found.labels[shown], weights=entropy, minlength=classes).astype(np.float32)
