"""The protocol has the digits of pycocotools, and our own matching those of the protocol."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from training.engine import box_match
from training.engine.box_data import Found, Truth
from training.engine.coco import FIGURES, as_dataset, as_results, coco

CLASSES = 4


def random_case(seed: int, *, pictures: int = 25, aside: float = 0.15) -> tuple[list[Truth], list[Found]]:
    """Boxes of all sizes; findings near them, doubled, of other classes, and out of nothing; one class has no box."""
    generator = np.random.default_rng(seed)
    truths, found = [], []
    for _ in range(pictures):
        count = int(generator.integers(0, 8))
        corner = generator.uniform(0, 300, (count, 2))
        side = np.exp(generator.uniform(np.log(6), np.log(220), (count, 2)))
        boxes = np.concatenate([corner, corner + side], 1)
        labels = generator.integers(0, CLASSES - 1, count)
        flags = generator.random(count) < aside
        crowd = flags & (np.arange(count) % 2 == 0)  # the others that are set aside are difficult
        truths.append(Truth(boxes.astype(np.float32), labels, crowd, flags))
        near = boxes.repeat(2, 0) + generator.normal(0, 1, (2 * count, 4)) * side.repeat(2, 0).mean(1)[:, None] * 0.12
        far = generator.uniform(0, 300, (6, 2))
        drawn = np.concatenate([near, np.concatenate([far, far + generator.uniform(5, 150, (6, 2))], 1)])
        drawn[:, 2:] = np.maximum(drawn[:, 2:], drawn[:, :2] + 1)
        kinds = np.concatenate([labels.repeat(2), generator.integers(0, CLASSES, 6)])
        wrong = generator.random(len(kinds)) < 0.2
        kinds[wrong] = generator.integers(0, CLASSES, int(wrong.sum()))
        scores = generator.permutation(len(kinds)) / 100 + generator.random()  # distinct within a picture
        order = np.argsort(-scores)
        found.append(Found(drawn[order].astype(np.float32), kinds[order], scores[order].astype(np.float32)))
    return truths, found


def by_pycocotools(truths: list[Truth], found: list[Found]) -> tuple[np.ndarray, np.ndarray]:
    with contextlib.redirect_stdout(io.StringIO()):
        known = COCO()
        known.dataset = as_dataset(truths, CLASSES)
        known.createIndex()
        judge = COCOeval(known, known.loadRes(as_results(found)), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return np.array(judge.stats), judge.eval["precision"][:, :, :, 0, -1]


@pytest.mark.parametrize("seed", range(4))
def test_all_twelve_figures_and_every_curve_are_those_of_pycocotools(seed: int) -> None:
    truths, found = random_case(seed)
    mine = coco(truths, found, CLASSES)
    stats, precision = by_pycocotools(truths, found)
    theirs = {name: None if value < 0 else value for name, value in zip(FIGURES, stats.tolist(), strict=True)}
    assert mine.figures == pytest.approx(theirs, abs=1e-6)
    assert all(value is not None and 0 < value < 1 for value in mine.figures.values())
    np.testing.assert_allclose(mine.precision, precision, atol=1e-6)
    assert (mine.precision[:, :, CLASSES - 1] == -1).all()


@pytest.mark.parametrize("seed", range(4))
def test_our_matching_gives_the_same_average_precision(seed: int) -> None:
    truths, found = random_case(seed)
    mine = coco(truths, found, CLASSES)
    matches = [box_match.match(truth, one) for truth, one in zip(truths, found, strict=True)]
    columns = box_match.class_columns(truths, found, matches, CLASSES)
    for index, column in enumerate(columns):
        values = box_match.average_precisions(column, np.ones(len(truths)))
        if index == CLASSES - 1:
            assert values is None
        else:
            assert values is not None
            np.testing.assert_allclose(values, mine.precision[:, :, index].mean(1), atol=1e-6)
    drawn = box_match.bootstrap(columns, len(truths), draws=100, seed=1)
    assert drawn.shape == (100, 2)
    low, high = np.quantile(drawn, (0.01, 0.99), 0)
    assert low[0] < (mine.figures["map"] or 0) < high[0]
    assert low[1] < (mine.figures["map50"] or 0) < high[1]
    np.testing.assert_array_equal(drawn, box_match.bootstrap(columns, len(truths), draws=100, seed=1))


def test_a_picture_drawn_twice_counts_as_two_pictures() -> None:
    truths, found = random_case(9, pictures=8)
    twice_truths, twice_found = [*truths, truths[3]], [*found, found[3]]
    weights = np.ones(8)
    weights[3] = 2
    matches = [box_match.match(truth, one) for truth, one in zip(truths, found, strict=True)]
    columns = box_match.class_columns(truths, found, matches, CLASSES)
    values = [box_match.average_precisions(column, weights) for column in columns]
    mean = float(np.mean([one for one in values if one is not None]))
    assert mean == pytest.approx(coco(twice_truths, twice_found, CLASSES).figures["map"], abs=0.02)


def test_nothing_found_and_nothing_there_have_figures_too() -> None:
    truths, _ = random_case(1, pictures=3)
    none = Found(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32))
    assert coco(truths, [none] * 3, CLASSES).figures["map"] == 0.0
    nothing = Truth(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, bool))
    _, found = random_case(1, pictures=3)
    assert set(coco([nothing] * 3, found, CLASSES).figures.values()) == {None}
