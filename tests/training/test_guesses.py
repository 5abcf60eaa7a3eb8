"""What a detector found, as an answer that may be shown to people."""

import pytest

from training.services import guesses

ROW = {
    "digest": "a",
    "boxes": [[0.0, 0.0, 9.0, 9.0], [3.0, 3.0, 8.0, 8.0], [1.0, 1.0, 1.4, 9.0], [5.0, 5.0, 9.0, 9.0]],
    "concepts": [7, 9, 7, 11],
    "scores": [0.9, 0.55, 0.8, 0.95],
}


@pytest.mark.parametrize(("sure", "shown"), [(0.5, [7, 9]), (0.55, [7, 9]), (0.6, [7]), (0.91, [])])
def test_boxes_that_are_sure_enough_of_live_classes_and_not_too_thin_are_proposed(
    sure: float, shown: list[int]
) -> None:
    found = guesses.answer_of(ROW, [7, 9, 11], {7, 9}, sure=sure)
    if not shown:
        assert found is None
    else:
        assert found is not None
        assert [box["concept"] for box in found[0]["boxes"]] == shown


@pytest.mark.parametrize(
    ("summary", "sure"),
    [
        ({"threshold": 0.64, "threshold_from": "val"}, 0.64),
        ({"threshold": 0.2, "threshold_from": "holdout"}, guesses.SHOWN_FROM),  # nothing may hang on the holdout
        ({"threshold": None, "threshold_from": None}, guesses.SHOWN_FROM),
        ({"top1": {"value": 0.5}}, guesses.SHOWN_FROM),
        ({}, guesses.SHOWN_FROM),
    ],
)
def test_boxes_are_shown_from_the_threshold_that_validation_pictures_chose(
    summary: dict[str, object], sure: float
) -> None:
    assert guesses.shown_from(summary) == sure


def test_of_several_classes_each_is_proposed_from_its_own_threshold() -> None:
    row = {"digest": "a", "predicted": 0, "probability": 0.9, "distribution": [0.9, 0.45, 0.7, 0.2]}
    summary = {"threshold_from": "val", "class_thresholds": {"7": 0.6, "9": 0.4, "11": 0.75}}
    propose = guesses.proposer("choices", summary)
    found = propose(row, [7, 9, 11, 13], {7, 9, 11, 13})
    assert found is not None and found[0] == {"choice": [7, 9]}
    assert found[1] == pytest.approx((0.9 + 0.45) / 2)
    assert propose(row, [7, 9, 11, 13], {11, 13}) is None  # never that nothing is there
    even = guesses.proposer("choices", {**summary, "threshold_from": "even"})(row, [7, 9, 11, 13], {9, 11})
    assert even is not None and even[0] == {"choice": [11]}
    single = guesses.proposer("choice", {})(row, [7, 9, 11, 13], {7})
    assert single is not None and single[0] == {"choice": [7]}
