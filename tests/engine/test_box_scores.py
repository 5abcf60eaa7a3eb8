"""Each found box is of one kind, each drawn one is hit or missed, and the counts add up."""

import numpy as np
import pytest

from annotate.manifest.schema import ClassEntry
from tests.engine.test_coco import CLASSES, random_case
from training.engine.box_data import BoxExamples, Truth
from training.engine.box_feed import Found
from training.engine.box_match import match
from training.engine.box_scores import COUNTED, box_table, describe_boxes, score_boxes


def truth_of(*boxes: tuple[int, list[float], bool]) -> Truth:
    aside = np.array([flag for _, _, flag in boxes], bool)
    corners = np.array([box for _, box, _ in boxes], np.float32).reshape(-1, 4)
    return Truth(corners, np.array([label for label, _, _ in boxes], np.int64), aside, aside)


def found_of(*boxes: tuple[int, list[float], float]) -> Found:
    corners = np.array([box for _, box, _ in boxes], np.float32).reshape(-1, 4)
    labels, scores = ([one[place] for one in boxes] for place in (0, 2))
    return Found(corners, np.array(labels, np.int64), np.array(scores, np.float32))


def examples_of(truths: list[Truth], states: list[str] | None = None) -> BoxExamples:
    count = len(truths)
    return BoxExamples(
        classes=tuple(ClassEntry(index, 10 + index, f"k{index}", f"class {index}") for index in range(CLASSES)),
        digests=tuple(f"{place:064x}" for place in range(count)),
        splits=np.array(["holdout"] * count),
        states=np.array(states or ["labeled"] * count),
        sizes=np.full((count, 2), 400),
        truths=tuple(truths),
        known=np.array([one != "unlabeled" for one in states or ["labeled"] * count]),
        unlisted=np.zeros(count, np.int64),
    )


def test_each_found_box_has_its_kind_and_partner() -> None:
    truth = truth_of(
        (0, [0, 0, 100, 100], False),
        (1, [200, 0, 300, 100], False),
        (0, [0, 200, 100, 300], False),
        (2, [200, 200, 300, 300], True),
    )
    found = found_of(
        (0, [0, 0, 100, 90], 0.9),  # hit
        (0, [0, 10, 100, 100], 0.8),  # the same once more
        (2, [200, 0, 300, 100], 0.7),  # of another class
        (0, [40, 200, 160, 300], 0.6),  # loose
        (2, [210, 210, 250, 250], 0.5),  # within what is set aside
        (1, [350, 350, 399, 399], 0.4),  # nothing there
    )
    done = match(truth, found)
    assert done.kinds == ("hit", "false", "wrong_class", "loose", "ignored", "false")
    assert done.partners.tolist() == [0, -1, 1, 2, 3, -1]
    assert done.overlaps[0] == pytest.approx(0.9)
    assert done.hits[:, 0].tolist() == [True] * 9 + [False]
    scored = score_boxes(examples_of([truth]), np.array([0]), [found])
    assert scored.threshold == pytest.approx(0.9)
    report = describe_boxes(scored, split="holdout")
    assert report["errors"] == {"hit": 1, "missed": 2, "false": 0, "wrong_class": 0, "loose": 0}
    assert (report["counts"]["boxes"], report["counts"]["aside"]) == (3, 1)
    (row,) = box_table(scored).to_pylist()
    assert row["truth_scores"] == pytest.approx([0.9, 0, 0, 0])
    assert row["kinds"] == list(done.kinds)


def test_a_verified_empty_picture_makes_every_box_in_it_false() -> None:
    truths = [truth_of((0, [0, 0, 50, 50], False)), truth_of()]
    alone = [found_of((0, [0, 0, 50, 50], 0.6)), found_of()]
    wrong = [alone[0], found_of((0, [0, 0, 50, 50], 0.9))]
    examples = examples_of(truths, ["labeled", "empty"])
    assert examples.rows("holdout").tolist() == [0, 1]
    clean, disturbed = (
        describe_boxes(score_boxes(examples, np.arange(2), found), split="holdout") for found in (alone, wrong)
    )
    assert clean["map50"]["value"] == pytest.approx(1.0)
    assert disturbed["map50"]["value"] == pytest.approx(0.5)
    assert disturbed["errors"]["false"] == 1
    assert disturbed["counts"]["empty"] == 1
    assert examples_of(truths, ["labeled", "unlabeled"]).rows("holdout").tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_the_counts_add_up(seed: int) -> None:
    truths, found = random_case(seed)
    scored = score_boxes(examples_of(truths), np.arange(len(truths)), found)
    report, table = describe_boxes(scored, split="holdout"), box_table(scored).to_pylist()
    errors = report["errors"]
    assert errors == {name: sum(row[name] for row in table) for name in COUNTED}
    assert (
        errors["hit"] + errors["missed"] == report["counts"]["boxes"] == sum(one["count"] for one in report["classes"])
    )
    sure = sum(int((one.scores >= scored.threshold).sum()) for one in found)
    ignored = sum(
        kind == "ignored" and score >= scored.threshold
        for row in table
        for kind, score in zip(row["kinds"], row["scores"], strict=True)
    )
    assert sum(errors[name] for name in COUNTED if name != "missed") + ignored == sure
    # no other threshold balances better
    drawn = report["counts"]["boxes"]

    def balance(threshold: float) -> float:
        shown = [
            kind == "hit"
            for row in table
            for kind, score in zip(row["kinds"], row["scores"], strict=True)
            if score >= threshold and kind != "ignored"
        ]
        return 2 * sum(shown) / (len(shown) + drawn)

    best = balance(scored.threshold)
    assert all(balance(float(score)) <= best + 1e-12 for one in found for score in one.scores)
    assert report["map"]["low"] < report["map"]["value"] < report["map"]["high"]
    curve = report["curves"]["classes"][0]
    assert len(curve["precision"]) == len(curve["score"]) == len(report["curves"]["recall"]) == 101
    assert np.mean(curve["precision"]) == pytest.approx(report["classes"][0]["map50"], abs=1e-4)
