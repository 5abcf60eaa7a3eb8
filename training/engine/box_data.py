"""What a version teaches of boxes, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry, Record
from training.engine.errors import Fault
from training.engine.examples import Examples, read_records, unknown

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """The boxes of one picture: corners (k, 4) in its upright pixels, class indices, and what is marked on each.

    `crowd` stands for many things at once; `aside` are crowd and difficult boxes, which are neither hits nor misses.
    """

    boxes: Floats
    labels: Ints
    crowd: Flags
    aside: Flags


@dataclass(frozen=True)
class Found:
    """What a detector saw in one picture, the surest first: corners (k, 4) in its upright pixels."""

    boxes: Floats
    labels: Ints
    scores: Floats


@dataclass(frozen=True)
class BoxExamples(Examples):
    """`sizes` (n, 2) are widths and heights; `known` says whether a picture's boxes are settled, which a picture that
    was verified empty is, and one that nobody looked at is not; `unlisted` counts its boxes of other classes; `agreed`
    says whether the votes' agreement is known."""

    sizes: Ints
    truths: tuple[Truth, ...]
    known: Flags
    unlisted: Ints
    agreed: Flags

    @property
    def settled(self) -> Flags:
        """Whether all that is there is drawn."""
        return self.known


def read_boxes(
    version: Version, *, problem: str, kinds: tuple[str, ...], classes: tuple[ClassEntry, ...] | None
) -> BoxExamples:
    """All records; Fault data names one whose box lies outside its picture."""
    entries = version.manifest.classes if classes is None else classes
    index_of = {entry.id: entry.index for entry in entries}
    digests, splits, states, sizes, truths, known, unlisted = [], [], [], [], [], [], []
    agreed = []
    for record in read_records(version, problem=problem, kinds=kinds):
        value: Mapping[str, Any] = record.labels[0].value if record.labels else {}
        drawn = value.get("boxes", ()) if record.state == "labeled" else ()
        listed = [one for one in drawn if one["concept"] in index_of]
        digests.append(record.digest)
        splits.append(record.split)
        states.append(record.state)
        sizes.append((record.width, record.height))
        truths.append(_truth(record, listed, index_of))
        known.append(bool(drawn) or record.state == "empty")
        unlisted.append(len(drawn) - len(listed))
        agreed.append(bool(record.labels) and record.labels[0].agreement is not None)
    return BoxExamples(
        classes=entries,
        digests=tuple(digests),
        splits=np.array(splits, np.str_),
        states=np.array(states, np.str_),
        sizes=np.array(sizes, np.int64).reshape(-1, 2),
        truths=tuple(truths),
        known=np.array(known, np.bool_),
        unlisted=np.array(unlisted, np.int64),
        agreed=np.array(agreed, np.bool_),
    )


def loose_boxes(classes: tuple[ClassEntry, ...], sizes: Sequence[tuple[int, int]]) -> BoxExamples:
    """Pictures of these widths and heights of which nothing else is known."""
    count = len(sizes)
    nothing = Truth(
        np.zeros((0, 4), np.float32), np.zeros(0, np.int64), crowd=np.zeros(0, np.bool_), aside=np.zeros(0, np.bool_)
    )
    return BoxExamples(
        **unknown(classes, count),
        sizes=np.array(sizes, np.int64).reshape(-1, 2),
        truths=(nothing,) * count,
        known=np.zeros(count, np.bool_),
        unlisted=np.zeros(count, np.int64),
        agreed=np.zeros(count, np.bool_),
    )


def check_boxes(examples: BoxExamples) -> list[str]:
    """Names of the classes without a box in the train split; Fault data where there is none at all."""
    rows = examples.rows("train")
    if len(examples.classes) == 0:
        raise Fault("data", "this version has no classes")
    if len(rows) == 0:
        raise Fault("data", "no picture of the train split has settled boxes yet: label some, and freeze again")
    seen = {label for row in rows.tolist() for label in examples.truths[row].labels.tolist()}
    if not seen:
        raise Fault("data", "there is no box in any training picture: draw some, and freeze again")
    return [entry.name for entry in examples.classes if entry.index not in seen]


def _truth(record: Record, drawn: list[Mapping[str, Any]], index_of: Mapping[int, int]) -> Truth:
    truth = truth_of(drawn, index_of)
    limit = np.array([record.width, record.height] * 2, np.float32)
    clipped = np.clip(truth.boxes, 0, limit)
    if not (np.isfinite(truth.boxes).all() and (clipped[:, 2:] > clipped[:, :2]).all()):
        raise Fault("data", f"picture {record.digest[:12]} ({record.name}) has a box that holds nothing of it")
    return replace(truth, boxes=clipped)


def truth_of(drawn: Sequence[Mapping[str, Any]], index_of: Mapping[int, int]) -> Truth:
    """Boxes of an answer as they stand there, all of classes that are listed."""
    boxes = np.array([one["box"] for one in drawn], np.float32).reshape(-1, 4)
    crowd = np.array([bool(one.get("crowd")) for one in drawn], np.bool_)
    difficult = np.array([bool(one.get("difficult")) for one in drawn], np.bool_)
    labels = np.array([index_of[one["concept"]] for one in drawn], np.int64)
    return Truth(boxes, labels, crowd, crowd | difficult)
