"""What augmentation makes of a version's own pictures, looked at before a training is paid for."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry
from training.engine.cache import Progress, decode_rows
from training.engine.config import Config
from training.engine.errors import Fault
from training.engine.files import write_json
from training.engine.problem import Shown
from training.engine.problems import PROBLEMS

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442")
LINE = 2  # pixels: a thinner line is lost where the page shows a picture smaller


def preview(
    version: Version, config: Config, out: Path, *, pictures: int, epochs: int, progress: Progress
) -> list[dict[str, Any]]:
    """preview.json's contents, written to `out` with one PNG per picture and epoch, boxes drawn on it.

    Epoch 0 is the picture as it is. The pictures are the first of the training split in record order, each epoch as a
    training with this seed would draw them were they its first batch; no others are decoded. Fault data where nothing
    is settled.
    """
    problem = PROBLEMS[config.problem]
    examples = problem.read(version, config)
    rows = examples.rows("train")[:pictures]
    if len(rows) == 0:
        raise Fault("data", "no picture of the train split is settled yet, so there is nothing to show")
    pixels = decode_rows(version, rows.tolist(), size=config.size, resize=config.resize, progress=progress)
    few = examples.only(rows)
    out.mkdir(parents=True, exist_ok=True)
    told: list[dict[str, Any]] = []
    for epoch in range(epochs + 1):
        shown_as = config if epoch else dataclasses.replace(config, transform="plain")
        feed = problem.feed(shown_as, torch.device("cpu"), pixels, few)
        shown = problem.preview(feed, np.arange(len(rows)), epoch=epoch, batch=0)
        for place, digest in enumerate(few.digests):
            name = f"{place:03d}-{epoch:02d}.png"
            boxes = _boxes(shown, place, examples.classes)
            _draw(shown.pixels[place], boxes, examples.classes).save(out / name)
            told.append({"file": name, "digest": digest, "epoch": epoch, "boxes": boxes})
    write_json(out / "preview.json", told)
    return told


def _boxes(shown: Shown, place: int, classes: Sequence[ClassEntry]) -> list[dict[str, Any]]:
    if shown.boxes is None or shown.labels is None:
        return []
    corners = np.round(shown.boxes[place].astype(np.float64), 2).tolist()
    concepts = [classes[label].id for label in shown.labels[place].tolist()]
    return [{"concept": concept, "box": box} for concept, box in zip(concepts, corners, strict=True)]


def _draw(pixels: np.ndarray, boxes: list[dict[str, Any]], classes: Sequence[ClassEntry]) -> Image.Image:
    picture = Image.fromarray(pixels)
    pen = ImageDraw.Draw(picture)
    index_of = {entry.id: entry.index for entry in classes}
    for one in boxes:
        x0, y0, x1, y1 = one["box"]
        colour = COLOURS[index_of[one["concept"]] % len(COLOURS)]
        pen.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), outline=colour, width=LINE)
    return picture
