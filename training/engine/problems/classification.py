"""Classes of whole pictures, learned from the settled ones or from the crowd's shares: one each, or any number."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry, Label
from training.engine import each, several
from training.engine.class_scores import describe_scores, score_table
from training.engine.config import Config
from training.engine.data import ClassExamples, check_classes
from training.engine.device import autocast
from training.engine.errors import Fault
from training.engine.examples import read_records, unknown
from training.engine.feed import Feed, forward_all, make_feed
from training.engine.problem import Figures, Guess, Progress, Rows, Scores, Shown, Step, Told
from training.engine.several import SeveralExamples, check_several, read_several

COLUMNS = [
    ("digest", pa.string()),
    ("predicted", pa.int32()),
    ("concept", pa.int64()),
    ("probability", pa.float32()),
    ("distribution", pa.list_(pa.float32())),
]


@dataclass(frozen=True)
class Classification:
    """Cross-entropy over the classes; "nothing fits" is no class then, and teaches nothing. Where a picture may have
    several, each class is a question of its own (`each`), and a picture with none teaches that."""

    name: str = "classification"
    kinds: tuple[str, ...] = ("choice", several.KIND)
    resizes: tuple[str, ...] = ("crop", "press")
    transforms: tuple[str, ...] = ("plain", "flip", "crop_flip")

    def check_config(self, config: Config) -> None:
        """Nothing: every option has a meaning here."""

    def read(
        self, version: Version, config: Config, classes: tuple[ClassEntry, ...] | None = None
    ) -> ClassExamples | SeveralExamples:
        """All records, with shares where the config learns from them and the classes are the version's own."""
        if version.manifest.kind == several.KIND:
            return read_several(version, problem=self.name, classes=classes, soft=config.targets == "soft")
        entries = version.manifest.classes if classes is None else classes
        index_of = {entry.id: entry.index for entry in entries}
        soft = config.targets == "soft" and classes is None
        digests, splits, states, truth, agreed = [], [], [], [], []
        beliefs: list[NDArray[np.float32]] = []
        nothing = np.zeros(len(entries), np.float32)
        for record in read_records(version, problem=self.name, kinds=self.kinds):
            label = record.labels[0] if record.state == "labeled" else None
            found = None if label is None else self.truth(label, index_of)
            digests.append(record.digest)
            splits.append(record.split)
            states.append(record.state)
            truth.append(-1 if found is None else found)
            agreed.append(label is not None and label.agreement is not None)
            if soft:
                target = None if label is None else self.target(label, index_of)
                beliefs.append(nothing if target is None else target)
        return ClassExamples(
            classes=entries,
            digests=tuple(digests),
            splits=np.array(splits, np.str_),
            states=np.array(states, np.str_),
            truth=np.array(truth, np.int64),
            agreed=np.array(agreed, np.bool_),
            shares=np.stack(beliefs) if beliefs else None,
        )

    def loose(
        self, classes: tuple[ClassEntry, ...], sizes: Sequence[tuple[int, int]], *, kind: str
    ) -> ClassExamples | SeveralExamples:
        """Pictures without a truth."""
        count = len(sizes)
        if kind == several.KIND:
            return several.loose_several(classes, count)
        return ClassExamples(
            **unknown(classes, count), truth=np.full(count, -1), agreed=np.zeros(count, np.bool_), shares=None
        )

    def truth(self, label: Label, index_of: Mapping[int, int]) -> int | None:
        """The index of the one class chosen; None for "nothing" or a class that is not listed."""
        chosen = label.value.get("choice", ())
        return index_of.get(chosen[0]) if len(chosen) == 1 else None

    def target(self, label: Label, index_of: Mapping[int, int]) -> NDArray[np.float32] | None:
        """Shares of the listed classes; all on the settled one where a person ruled or no shares are known."""
        truth = self.truth(label, index_of)
        if truth is None:
            return None
        shares = np.zeros(len(index_of), np.float32)
        if not (label.decided or label.gold):
            for concept, share in label.distribution.items():
                if concept.isdigit() and int(concept) in index_of:
                    shares[index_of[int(concept)]] = share
        total = float(shares.sum())
        if total <= 0.0:
            shares[truth] = total = 1.0
        return (shares / np.float32(total)).astype(np.float32)

    def check_trainable(self, examples: ClassExamples | SeveralExamples) -> list[str]:
        """Names of the classes without a training picture; there must be something to tell apart."""
        if isinstance(examples, SeveralExamples):
            return check_several(examples)
        return check_classes(examples)

    def feed(
        self, config: Config, device: torch.device, pixels: Tensor, examples: ClassExamples | SeveralExamples
    ) -> Feed:
        """Pictures with the settled class, or the shares that were read."""
        return make_feed(config, device, pixels, examples)

    def loss(self, logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
        """Cross-entropy per picture, in float32. `targets`: int64 indices (n) or float shares (n, classes)."""
        return F.cross_entropy(logits.float(), targets, reduction="none", label_smoothing=smoothing)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Softmax, in float32."""
        return logits.float().softmax(1)

    def step(self, model: nn.Module, feed: Feed, rows: Rows, *, epoch: int, batch: int) -> Step:
        """Mean cross-entropy, and how many were right where there is one class to be right about."""
        images, targets, truth = feed.train_batch(rows, epoch=epoch, batch=batch)
        with autocast(feed.config, feed.device):
            logits = model(images)
        if isinstance(feed.examples, SeveralExamples):
            return Step(each.loss(logits, targets, feed.config.label_smoothing).mean())
        loss = self.loss(logits, targets, feed.config.label_smoothing).mean()
        return Step(loss, int((logits.detach().argmax(1) == truth).sum()))

    def preview(self, feed: Feed, rows: Rows, *, epoch: int, batch: int) -> Shown:
        """Pictures alone."""
        return Shown(feed.augmented(rows, epoch=epoch, batch=batch).cpu().numpy())

    def score(self, model: nn.Module, feed: Feed, rows: Rows) -> Figures:
        """`val_loss` and `val_accuracy` against the settled classes; of several `val_map` for the latter."""
        if isinstance(feed.examples, SeveralExamples):
            return each.score(model, feed, feed.examples, rows)
        if len(rows) == 0:
            return {"val_loss": None, "val_accuracy": None}
        loss_sum, correct = 0.0, 0
        for part, logits in forward_all(model, feed, rows):
            truth = feed.truth[torch.from_numpy(part)].to(logits.device)
            loss_sum += float(self.loss(logits, truth).sum())
            correct += int((logits.argmax(1) == truth).sum())
        if not math.isfinite(loss_sum):
            raise Fault("config", "the loss on the validation pictures is not a finite number: lower the learning rate")
        return {"val_loss": loss_sum / len(rows), "val_accuracy": correct / len(rows)}

    def merit(self, figures: Figures) -> tuple[float, ...] | None:
        """The higher validation accuracy (of several classes their mAP), then the lower loss."""
        accuracy, loss = figures["val_map" if "val_map" in figures else "val_accuracy"], figures["val_loss"]
        return None if accuracy is None or loss is None else (accuracy, -loss)

    def evaluate(self, model: nn.Module, feed: Feed, rows: Rows, *, split: str, progress: Progress) -> Scores:
        """Loss, top-1 and top-5, figures per class and the confusion matrix; of several classes mAP, and figures at
        thresholds from the validation pictures."""
        examples = feed.examples
        if isinstance(examples, SeveralExamples):
            return each.evaluate(model, feed, examples, rows, split=split, progress=progress)
        shares = np.zeros((len(rows), len(examples.classes)), np.float32)
        losses = np.zeros(len(rows), np.float32)
        done = 0
        for part, logits in forward_all(model, feed, rows):
            truth = feed.truth[torch.from_numpy(part)].to(logits.device)
            losses[done : done + len(part)] = self.loss(logits, truth).cpu().numpy()
            shares[done : done + len(part)] = self.probabilities(logits).cpu().numpy()
            done += len(part)
            progress(done, len(rows))
        figures = describe_scores(examples, rows, shares, losses, split=split)
        return Scores(figures, score_table(examples, rows, shares, losses=losses))

    def prediction_schema(self, embed: bool) -> pa.Schema:
        """One row per picture."""
        return pa.schema([*COLUMNS, *([("embedding", pa.list_(pa.float32()))] if embed else [])])

    def predict(self, model: nn.Module, feed: Feed, rows: Rows, *, head: str, embed: bool) -> Iterator[pa.Table]:
        """The distribution over the classes, and its highest; of several how likely each is there."""
        schema = self.prediction_schema(embed)
        given: list[Tensor] = []
        hook = model.get_submodule(head).register_forward_pre_hook(
            lambda _, inputs: given.append(inputs[0].flatten(1).float())
        )
        concepts = np.array([entry.id for entry in feed.examples.classes])
        try:
            for part, logits in forward_all(model, feed, rows):
                several_there = isinstance(feed.examples, SeveralExamples)
                shares = (each.probabilities if several_there else self.probabilities)(logits).cpu().numpy()
                predicted = shares.argmax(1)
                columns = {
                    "digest": [feed.examples.digests[row] for row in part.tolist()],
                    "predicted": predicted.astype(np.int32),
                    "concept": concepts[predicted],
                    "probability": shares[np.arange(len(part)), predicted],
                    "distribution": list(shares),
                    "embedding": list(torch.cat(given).cpu().numpy()),
                }
                given.clear()
                yield pa.table({name: columns[name] for name in schema.names}, schema=schema)
        finally:
            hook.remove()

    def tell(self, row: Mapping[str, Any], examples: ClassExamples | SeveralExamples) -> Told:
        """Every class with its share."""
        ranked = sorted(zip(row["distribution"], examples.classes, strict=True), key=lambda one: -one[0])
        form: Literal["one", "any"] = "any" if isinstance(examples, SeveralExamples) else "one"
        return Told(form, tuple(Guess(entry.id, entry.name, share) for share, entry in ranked))
