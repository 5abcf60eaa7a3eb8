"""How right are boxes made of several people's, and how many people does that take?

    python -m benchmarks.crowd_boxes --boxes CSV --views CSV --expert CSV --expert-views CSV [--seeds N] [--quick]

Frames boxed by a real crowd, with an expert's boxes as truth for some of them. `views` says who saw a frame, so that
"nobody there" is an answer. For 1 to 7 annotators a frame, drawn by seed, each method makes one set of boxes from the
same people: `majority` keeps what more than half of them drew and takes the median of each corner; `boxes` is the
project's method, fitted to all frames, those without an expert too. Both join boxes by the same clusters. A box is
right where it pairs with an expert's at an IoU of .5 (.7), one to one, best first; `miou` is the mean IoU of those
paired at .5. `adaptive` begins with two annotators a frame and asks one more wherever the method is less sure of the
frame than was asked for beforehand; `annotators` is what that took in the mean. Figures are means over the seeds, with
the standard deviation of F1 at .5.
"""

import argparse
import csv
import gzip
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from annotate.consensus.method import Heard, Voice
from annotate.consensus.methods import METHODS, boxes
from annotate.kinds.box import corners_of, iou, paired
from benchmarks.conditions import conditions, report, say

PEDESTRIAN = 1
MOST = 7
ASKED = (0.5, 0.7, 0.8, 0.9, 0.95)
BEGIN = 2
METHOD = METHODS["boxes"]

Frames = Mapping[str, Mapping[str, Mapping[str, Any]]]
Chosen = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Street:
    """What each worker said of each frame, and the expert's word."""

    said: Frames
    truth: Mapping[str, Any]


def read(options: argparse.Namespace) -> Street:
    said = read_views(options.boxes, options.views)
    experts = read_views(options.expert, options.expert_views)
    return Street(said, {frame: next(iter(views.values())) for frame, views in experts.items() if frame in said})


def read_views(drawn: Path, views: Path) -> Frames:
    """Answers by frame and worker; a box without a pixel each way is a slip, and left out."""
    found: dict[str, dict[str, list[list[float]]]] = defaultdict(dict)
    for row in rows_of(views):
        found[row["image"]][row["worker"]] = []
    for row in rows_of(drawn):
        corners = [float(row[name]) for name in ("x1", "y1", "x2", "y2")]
        if corners[2] - corners[0] >= 1 and corners[3] - corners[1] >= 1:
            found[row["image"]].setdefault(row["worker"], []).append(corners)
    return {
        frame: {
            worker: {"boxes": [{"concept": PEDESTRIAN, "box": box} for box in drawn]} if drawn else {"nothing": True}
            for worker, drawn in sorted(of_frame.items())
        }
        for frame, of_frame in sorted(found.items())
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return list(csv.DictReader(lines))


def voices_of(street: Street, chosen: Chosen) -> list[list[Voice]]:
    return [[Voice(worker, street.said[frame][worker]) for worker in chosen[frame]] for frame in street.said]


def by_majority(street: Street, chosen: Chosen) -> dict[str, np.ndarray]:
    """Median corners of what more than half drew."""
    found = {}
    for frame, voices in zip(street.said, voices_of(street, chosen), strict=True):
        if frame in street.truth:
            kept = [one.corners for one in boxes.things_of(voices) if 2 * len(one.seen_by) > len(voices)]
            found[frame] = np.array([np.median(corners, axis=0) for corners in kept]).reshape(-1, 4)
    return found


def by_method(street: Street, chosen: Chosen) -> dict[str, np.ndarray]:
    """The boxes of the fitted method."""
    return {frame: corners for frame, (corners, _) in fitted(street, chosen).items() if frame in street.truth}


def fitted(street: Street, chosen: Chosen) -> dict[str, tuple[np.ndarray, float]]:
    """Boxes and confidence of every frame, without a word of the expert's."""
    blank = METHOD.recall([PEDESTRIAN], prior={}, workers={})
    lesson = METHOD.learn(Heard(list(range(len(street.said))), voices_of(street, chosen)), blank, seed=0)
    opinions = [lesson.opinion(place) for place in range(len(street.said))]
    return {
        frame: (corners_of(opinion.answer or {}), opinion.confidence)
        for frame, opinion in zip(street.said, opinions, strict=True)
    }


def score(found: Mapping[str, np.ndarray], truth: Mapping[str, Any]) -> dict[str, float]:
    """Precision and recall at .5, F1 at .5 and .7, mean IoU of what is paired, over all frames with an expert."""
    drawn = sum(len(corners) for corners in found.values())
    there = sum(len(corners_of(value)) for value in truth.values())
    hits, overlaps = {0.5: 0, 0.7: 0}, []
    for frame, value in truth.items():
        overlap = iou(found[frame], corners_of(value))
        for least in hits:
            pairs = paired(overlap, least=least)
            hits[least] += len(pairs)
            overlaps += [float(overlap[pair]) for pair in pairs] if least == 0.5 else []
    return {
        "precision": hits[0.5] / max(drawn, 1),
        "recall": hits[0.5] / there,
        "f1_50": 2 * hits[0.5] / (drawn + there),
        "f1_70": 2 * hits[0.7] / (drawn + there),
        "miou": statistics.fmean(overlaps) if overlaps else 0.0,
    }


def mean(scores: Sequence[Mapping[str, float]], **more: Any) -> dict[str, Any]:
    found = {name: round(100 * statistics.fmean(one[name] for one in scores), 2) for name in scores[0]}
    spread = statistics.stdev(100 * one["f1_50"] for one in scores) if len(scores) > 1 else 0.0
    return {**more, **found, "f1_50_sd": round(spread, 2)}


def orders_of(street: Street, seed: int) -> dict[str, list[str]]:
    """Everybody who saw a frame, in an order drawn by seed: its first n are the n annotators."""
    found = {}
    for frame, views in street.said.items():
        found[frame] = sorted(views)
        Random(f"{seed}/{frame}").shuffle(found[frame])
    return found


def fixed(street: Street, seeds: int) -> dict[str, list[dict[str, Any]]]:
    arms: dict[str, Callable[[Street, Chosen], dict[str, np.ndarray]]] = {
        "majority": by_majority, "boxes": by_method,
    }  # fmt: skip
    table: dict[str, list[dict[str, Any]]] = {name: [] for name in arms}
    for number in range(1, MOST + 1):
        scores: dict[str, list[dict[str, float]]] = {name: [] for name in arms}
        for seed in range(seeds):
            chosen = {frame: order[:number] for frame, order in orders_of(street, seed).items()}
            for name, make in arms.items():
                scores[name].append(score(make(street, chosen), street.truth))
        for name in arms:
            table[name].append(mean(scores[name], annotators=number))
            say(f"{name}: {table[name][-1]}")
    return table


def adaptive(street: Street, seeds: int) -> list[dict[str, Any]]:
    """One more annotator wherever the frame is less sure than asked, until all are sure or have everybody."""
    table = []
    for asked in ASKED:
        scores, spent = [], []
        for seed in range(seeds):
            orders = orders_of(street, seed)
            wanted = {frame: min(BEGIN, len(order)) for frame, order in orders.items()}
            while True:
                found = fitted(street, {frame: orders[frame][:number] for frame, number in wanted.items()})
                unsure = [
                    frame
                    for frame, (_, confidence) in found.items()
                    if confidence < asked and wanted[frame] < min(MOST, len(orders[frame]))
                ]
                if not unsure:
                    break
                for frame in unsure:
                    wanted[frame] += 1
            spent.append(statistics.fmean(wanted[frame] for frame in street.truth))
            scores.append(score({frame: found[frame][0] for frame in street.truth}, street.truth))
        table.append(mean(scores, asked=asked, annotators=round(statistics.fmean(spent), 2)))
        say(f"adaptive: {table[-1]}")
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--boxes", "--views", "--expert", "--expert-views"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="one seed")
    options = parser.parse_args()
    seeds = 1 if options.quick else options.seeds
    began = time.monotonic()
    street = read(options)
    table, stepwise = fixed(street, seeds), adaptive(street, seeds)
    report(
        {
            "benchmark": "crowd_boxes",
            "fixed": table,
            "adaptive": stepwise,
            "frames": len(street.said),
            "frames_with_expert": len(street.truth),
            "expert_boxes": sum(len(corners_of(value)) for value in street.truth.values()),
            "workers": len({worker for views in street.said.values() for worker in views}),
            "seconds": round(time.monotonic() - began, 1),
            "quick": options.quick,
            "conditions": conditions(seeds=seeds, begin=BEGIN),
        }
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
