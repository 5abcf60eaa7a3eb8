"""Whatever strategy is in the list scores, ranks and repeats; a tenth is always drawn blindly."""

import numpy as np
import pytest

from training.engine.select import STRATEGIES
from training.engine.strategy import Strategy, rank, rank_boxes

SURE, TORN, LOST = [0.98, 0.01, 0.01], [0.49, 0.48, 0.03], [0.34, 0.33, 0.33]


@pytest.fixture(params=sorted(STRATEGIES))
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return STRATEGIES[request.param]


def drawn(count: int, classes: int = 4) -> tuple[list[str], np.ndarray]:
    generator = np.random.default_rng(3)
    shares = generator.dirichlet(np.full(classes, 0.5), count).astype(np.float32)
    return [f"{number:064x}" for number in range(count)], shares


def test_it_is_listed_under_its_name(strategy: Strategy) -> None:
    assert STRATEGIES[strategy.name] is strategy


def test_scores_are_numbers_also_at_the_edges(strategy: Strategy) -> None:
    for shares in ([[1.0, 0.0]], [[0.5, 0.5]], [[1.0]], np.empty((0, 3))):
        rows = np.array(shares, np.float32)
        scores = strategy.scores(rows, np.random.default_rng(0))
        assert scores.shape == (len(rows),)
        assert np.isfinite(scores).all()


def test_what_teaches_more_comes_first(strategy: Strategy) -> None:
    scores = strategy.scores(np.array([SURE, TORN, LOST], np.float32), np.random.default_rng(0))
    if strategy.name != "random":
        assert scores[0] < scores[1]
        assert scores[0] < scores[2]


def test_a_ranking_holds_each_picture_once_and_a_tenth_by_chance(strategy: Strategy) -> None:
    digests, shares = drawn(200)
    ranking = rank(strategy, digests, shares, seed=5)
    assert sorted(one["digest"] for one in ranking) == digests
    if strategy.name != "random":
        for prefix in (10, 50, 200):
            assert sum(one["chosen_by"] == "random" for one in ranking[:prefix]) == prefix // 10
        chosen = [one["score"] for one in ranking if one["chosen_by"] == strategy.name]
        assert chosen == sorted(chosen, reverse=True)
    assert {one["chosen_by"] for one in ranking} == {"random", strategy.name}


def test_it_repeats_with_the_seed_whatever_the_order_of_rows(strategy: Strategy) -> None:
    digests, shares = drawn(60)
    ranking = rank(strategy, digests, shares, seed=5)
    turned = rank(strategy, digests[::-1], shares[::-1], seed=5)
    assert ranking == turned
    assert ranking != rank(strategy, digests, shares, seed=6)


def test_the_random_share_is_free_between_none_and_all(strategy: Strategy) -> None:
    digests, shares = drawn(20)
    assert {one["chosen_by"] for one in rank(strategy, digests, shares, seed=1, random_share=0)} == {strategy.name}
    assert {one["chosen_by"] for one in rank(strategy, digests, shares, seed=1, random_share=1)} == {"random"}
    assert rank(strategy, [], shares[:0], seed=1) == []
    with pytest.raises(ValueError, match="random_share"):
        rank(strategy, digests, shares, seed=1, random_share=1.5)


def boxes_of(*pictures: dict[int, list[float]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each picture the scores of its boxes and their classes, from scores by class."""
    found = []
    for picture in pictures:
        pairs = [(score, concept) for concept, scores in picture.items() for score in scores]
        found.append((np.array([one for one, _ in pairs]), np.array([of for _, of in pairs], np.int64)))
    return found


def test_boxes_leave_most_doubt_at_a_half(strategy: Strategy) -> None:
    doubts = strategy.doubts(np.array([0.0, 0.1, 0.5, 0.9, 1.0]))
    assert np.isfinite(doubts).all()
    if strategy.name != "random":
        assert doubts[2] == pytest.approx(1) and doubts[1] < 1
        assert doubts[1] == pytest.approx(doubts[3])
        assert doubts[[0, 4]] == pytest.approx(0, abs=1e-6)


def test_classes_take_turns_so_that_a_rare_one_is_asked_for(strategy: Strategy) -> None:
    common = [{1: [0.5] * (9 - number)} for number in range(8)]
    found = boxes_of(*common, {2: [0.4]}, {})
    digests = [f"{number:064x}" for number in range(len(found))]
    ranking = rank_boxes(strategy, digests, found, seed=3, random_share=0)
    order = [digests.index(one["digest"]) for one in ranking]
    assert sorted(order) == list(range(10))
    if strategy.name != "random":
        assert order[:3] == [0, 8, 1] and order[-1] == 9
    turned = rank_boxes(strategy, digests[::-1], found[::-1], seed=3, random_share=0)
    assert turned == ranking
    tenth = rank_boxes(strategy, digests, found, seed=3)
    assert sum(one["chosen_by"] == "random" for one in tenth) == (10 if strategy.name == "random" else 1)


def test_no_pictures_and_no_boxes_rank_too(strategy: Strategy) -> None:
    assert rank_boxes(strategy, [], [], seed=1) == []
    assert [one["score"] for one in rank_boxes(strategy, ["a" * 64], boxes_of({}), seed=1)] == [0.0]


def test_faint_boxes_make_no_picture_look_uncertain(strategy: Strategy) -> None:
    found = boxes_of({1: [0.04] * 90}, {1: [0.3]})
    ranking = rank_boxes(strategy, ["a" * 64, "b" * 64], found, seed=2, random_share=0)
    if strategy.name != "random":
        assert [one["digest"][0] for one in ranking] == ["b", "a"]
    assert {one["score"] for one in ranking} <= {0.0, 2.0}
