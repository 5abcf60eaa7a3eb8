"""What is found and missed at each threshold, and every single error, the worst first.

The kinds of errors, defined here and nowhere else, at overlap .5 (Bolya et al., 2020, have the finer division):

- `missed`: a box that is there, and no box of its class hits it.
- `false`: a found box where nothing like it is, or of what was found already.
- `wrong_class`: a found box that shares half or more with a drawn one of another class.
- `loose`: a found box that shares a tenth to a half with a drawn one of its class.

A found box has one kind. The drawn box that a `loose` or `wrong_class` one is about is missed as well, for it was not
hit. Boxes set aside are neither.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.engine import box_match
from training.engine.box_data import Flags, Floats, Found, Ints, Truth
from training.engine.box_match import Match

MISSED: Final = "missed"
FOUND_KINDS: Final = (box_match.HIT, box_match.FALSE, box_match.WRONG, box_match.LOOSE)
ERRORS: Final = (MISSED, *FOUND_KINDS[1:])
THRESHOLDS: Final = np.round(np.linspace(0.0, 1.0, 101), 2).astype(np.float32)

BOX: Final = pa.list_(pa.float32(), 4)
TABLE = pa.schema(
    [
        ("kind", pa.string()),
        ("digest", pa.string()),
        ("label", pa.int32()),
        ("score", pa.float32()),
        ("box", BOX),
        ("other_label", pa.int32()),
        ("other_box", BOX),
        ("overlap", pa.float32()),
    ]
)


def count_kinds(found: Sequence[Found], matches: Sequence[Match], *, drawn: Sequence[int]) -> dict[str, Any]:
    """Per class and kind, how many found boxes have at least each score; `drawn` is what there is to find, per class.

    Precision, recall and what is missed at a threshold follow from these. Classes neither drawn nor found are left out.
    """
    labels, scores = (np.concatenate([getattr(one, name) for one in found]) for name in ("labels", "scores"))
    kinds = np.concatenate([np.array(one.kinds, np.str_) for one in matches])
    classes = []
    for index, there in enumerate(drawn):
        mine = labels == index
        if there or mine.any():
            counts = {kind: _at_least(scores[mine & (kinds == kind)]) for kind in FOUND_KINDS}
            classes.append({"index": index, "count": there, **counts})
    return {"scores": [round(float(score), 2) for score in THRESHOLDS], "classes": classes}


def _at_least(scores: NDArray[np.float32]) -> list[int]:
    below = np.searchsorted(np.sort(scores), THRESHOLDS, side="left")
    counts: list[int] = (len(scores) - below).tolist()
    return counts


def error_table(
    digests: Sequence[str],
    truths: Sequence[Truth],
    found: Sequence[Found],
    *,
    matches: Sequence[Match],
    hit_scores: Sequence[NDArray[np.float32]],
) -> pa.Table:
    """One row per error at some threshold, kind after kind in the order of ERRORS, the worst first within each.

    Found boxes are errors at every threshold up to their `score`: the surest come first. Drawn boxes are missed at
    every threshold above theirs, the score of their hit: what was never found comes first, the largest in front. So
    the errors at a threshold are the first ones of each kind. `other_box` is the drawn box that a found one is about.
    The schema's metadata has under `sections` where each kind begins and ends.
    """
    names = np.array(digests, np.str_)
    boxes, labels = (np.concatenate([getattr(one, name) for one in truths]) for name in ("boxes", "labels"))
    starts = np.cumsum([0, *(len(one.boxes) for one in truths)])
    pictures = np.repeat(np.arange(len(truths)), np.diff(starts))
    counted = ~np.concatenate([one.aside for one in truths])
    scores = np.concatenate(hit_scores)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    missed = np.lexsort((-areas, scores))
    missed = missed[counted[missed]]
    nobody = np.full(len(missed), -1)
    parts = [_part(MISSED, names[pictures[missed]], labels[missed], score=scores[missed], box=boxes[missed],
                   other=(nobody, labels, boxes), overlap=scores[missed])]  # fmt: skip

    whose = np.repeat(np.arange(len(found)), [len(one.boxes) for one in found])
    own_boxes, own_labels, own_scores = (
        np.concatenate([getattr(one, name) for one in found]) for name in ("boxes", "labels", "scores")
    )
    partners, overlaps = (np.concatenate([getattr(one, name) for one in matches]) for name in ("partners", "overlaps"))
    partners = np.where(partners >= 0, partners + starts[whose], -1)
    kinds = np.concatenate([np.array(one.kinds, np.str_) for one in matches])
    order = np.argsort(-own_scores, kind="stable")
    for kind in FOUND_KINDS[1:]:
        mine = order[kinds[order] == kind]
        parts.append(_part(kind, names[whose[mine]], own_labels[mine], score=own_scores[mine], box=own_boxes[mine],
                           other=(partners[mine], labels, boxes), overlap=overlaps[mine]))  # fmt: skip
    return _marked(pa.concat_tables(parts), [part.num_rows for part in parts])


def no_errors() -> pa.Table:
    """The table where nothing was scored."""
    return _marked(TABLE.empty_table(), [0] * len(ERRORS))


def _marked(table: pa.Table, lengths: Sequence[int]) -> pa.Table:
    ends = np.cumsum(lengths).tolist()
    sections = {kind: [end - length, end] for kind, end, length in zip(ERRORS, ends, lengths, strict=True)}
    return table.replace_schema_metadata({"sections": json.dumps(sections)})


def _part(
    kind: str,
    digests: NDArray[np.str_],
    labels: Ints,
    *,
    score: NDArray[np.float32],
    box: Floats,
    other: tuple[Ints, Ints, Floats],
    overlap: NDArray[Any],
) -> pa.Table:
    """Rows of one kind; `other` is the place of each one's drawn box or -1, and all drawn ones to take it from."""
    places, there, corners = other
    alone = places < 0
    at = np.where(alone, 0, places)
    none = len(there) == 0
    columns = {
        "kind": pa.array([kind] * len(labels), pa.string()),
        "digest": pa.array(digests.tolist(), pa.string()),
        "label": pa.array(labels, pa.int32()),
        "score": pa.array(score, pa.float32()),
        "box": _boxes(box),
        "other_label": pa.array(np.zeros(len(at)) if none else there[at], pa.int32(), mask=alone),
        "other_box": _boxes(np.zeros((len(at), 4), np.float32) if none else corners[at], mask=alone),
        "overlap": pa.array(overlap.astype(np.float32), pa.float32(), mask=alone),
    }
    return pa.table(columns, schema=TABLE)


def _boxes(corners: Floats, mask: Flags | None = None) -> pa.Array:
    flat = pa.array(np.ascontiguousarray(corners, np.float32).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, type=BOX, mask=None if mask is None else pa.array(mask))
