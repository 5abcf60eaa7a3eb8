"""Each found box is of one kind, each drawn one is hit or missed, and the counts add up."""

import dataclasses

import numpy as np
import pytest

from annotate.manifest.schema import ClassEntry
from tests.engine.test_coco import CLASSES, random_case
from training.engine.box_data import BoxExamples, Found, Truth
from training.engine.box_errors import ERRORS, FOUND_KINDS
from training.engine.box_match import match
from training.engine.box_scores import COUNTED, box_table, describe_boxes, error_table, score_boxes


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
        agreed=np.ones(count, np.bool_),
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


def test_a_difficult_box_passes_over_one_finding_that_fits_it_and_hides_no_false_ones() -> None:
    corners = np.array([[0, 0, 200, 200], [300, 300, 350, 350]], np.float32)
    plain = Truth(corners, np.zeros(2, np.int64), np.zeros(2, bool), np.zeros(2, bool))
    difficult = dataclasses.replace(plain, aside=np.array([True, False]))
    inside = [(0, [20.0 * n, 0, 20.0 * n + 15, 30], 0.9) for n in range(10)]
    found = found_of((0, [0, 0, 200, 190], 0.95), *inside, (0, [300, 300, 350, 350], 0.5))
    done = match(difficult, found)
    assert done.kinds == ("ignored", *["false"] * 10, "hit")
    scored = score_boxes(examples_of([difficult]), np.array([0]), [found])
    assert describe_boxes(scored, split="holdout")["map50"]["value"] == pytest.approx(1 / 11, abs=1e-6)
    crowd = dataclasses.replace(difficult, crowd=difficult.aside)
    assert match(crowd, found).kinds == (*["ignored"] * 11, "hit")
    assert match(plain, found).kinds == ("hit", *["false"] * 10, "hit")


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


@pytest.mark.parametrize("seed", range(3))
def test_counts_by_threshold_are_those_of_the_boxes(seed: int) -> None:
    truths, found = random_case(seed)
    scored = score_boxes(examples_of(truths), np.arange(len(truths)), found)
    report, table = describe_boxes(scored, split="holdout"), box_table(scored).to_pylist()
    by_class = {one["index"]: one for one in report["thresholds"]["classes"]}
    for place, threshold in enumerate(report["thresholds"]["scores"]):
        shown = [
            (label, kind)
            for row in table
            for label, kind, score in zip(row["labels"], row["kinds"], row["scores"], strict=True)
            if np.float32(score) >= np.float32(threshold)
        ]
        for index, one in by_class.items():
            for kind in FOUND_KINDS:
                assert one[kind][place] == shown.count((index, kind))
    assert [one["count"] for one in report["classes"]] == [by_class[index]["count"] for index in range(CLASSES)]
    # at the threshold they are the errors that are counted in all
    assert sum(one["count"] for one in by_class.values()) == report["counts"]["boxes"]


@pytest.mark.parametrize("seed", range(3))
def test_the_errors_of_a_threshold_are_the_first_of_their_kind(seed: int) -> None:
    truths, found = random_case(seed)
    scored = score_boxes(examples_of(truths), np.arange(len(truths)), found)
    table, counted = error_table(scored).to_pylist(), describe_boxes(scored, split="holdout")["errors"]
    assert list(dict.fromkeys(row["kind"] for row in table)) == list(ERRORS)
    digests = scored.examples.digests
    for kind in ERRORS:
        mine = [row for row in table if row["kind"] == kind]
        scores = [row["score"] for row in mine]
        assert scores == sorted(scores, reverse=kind != "missed")
        # the threshold is the score of a box, which is shown at it
        shown = [row for row in mine if (row["score"] < scored.threshold) == (kind == "missed")]
        assert len(shown) == counted[kind]
        for row in mine[:20]:
            there, seen = (from_[digests.index(row["digest"])] for from_ in (truths, found))
            lists = (there.boxes, there.labels) if kind == "missed" else (seen.boxes, seen.labels)
            assert [row["box"], row["label"]] in [[box.tolist(), label] for box, label in zip(*lists, strict=True)]
            if kind in ("wrong_class", "loose"):
                assert [row["other_box"], row["other_label"]] in [
                    [box.tolist(), label] for box, label in zip(there.boxes, there.labels, strict=True)
                ]
                assert (row["other_label"] == row["label"]) == (kind == "loose")
                assert (row["overlap"] >= 0.5) == (kind == "wrong_class")
            else:
                assert (row["other_box"], row["other_label"], row["overlap"]) == (None, None, None)
    never = [row["box"] for row in table if row["kind"] == "missed" and row["score"] == 0]
    areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in never]
    assert areas == pytest.approx(sorted(areas, reverse=True))


def test_pictures_without_a_box_have_errors_too() -> None:
    scored = score_boxes(examples_of([truth_of()]), np.arange(1), [found_of((1, [0, 0, 50, 50], 0.6))])
    (row,) = error_table(scored).to_pylist()
    assert (row["kind"], row["label"], row["other_box"]) == ("false", 1, None)
    nothing = score_boxes(examples_of([truth_of()]), np.arange(1), [found_of()])
    assert error_table(nothing).num_rows == 0
    assert describe_boxes(nothing, split="holdout")["thresholds"]["classes"] == []


def test_the_threshold_is_the_validation_pictures_where_something_was_found_there() -> None:
    truths = [truth_of((0, [0, 0, 50, 50], False))] * 2
    examples = dataclasses.replace(examples_of(truths), splits=np.array(["val", "holdout"]))
    own = [found_of((0, [0, 0, 50, 50], 0.9), (0, [100, 100, 150, 150], 0.8))]
    for val, threshold, where in (
        ([found_of((0, [0, 0, 50, 50], 0.4))], 0.4, "val"),
        ([found_of((0, [200, 200, 250, 250], 0.4))], 0.9, "holdout"),
        ([], 0.9, "holdout"),
    ):
        scored = score_boxes(examples, np.array([1]), own, val=val)
        report = describe_boxes(scored, split="holdout")
        assert (report["threshold"], report["threshold_from"]) == (pytest.approx(threshold), where)
        assert report["errors"]["false"] == (where == "val")
