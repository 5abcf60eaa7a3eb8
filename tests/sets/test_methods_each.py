"""Whatever method serves several classes per picture is run on crowds whose truth is known."""

from functools import lru_cache

import numpy as np
import pytest

from annotate.consensus.method import Heard, Lesson, Method, Voice
from annotate.consensus.methods import METHODS

SERVING = sorted(name for name, method in METHODS.items() if "choices" in method.kinds)
CLASSES = tuple(range(21, 33))
SHARES = np.array([0.4, 0.3, 0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.05, 0.05, 0.03, 0.02])
PICTURES = 300
# Sensitivity and false rate: six who look well, three who name only the first thing they see, three who name too much.
PEOPLE = [(0.9, 0.01)] * 6 + [(0.5, 0.005)] * 3 + [(0.85, 0.12)] * 3


@lru_cache(maxsize=4)
def crowd(seed: int, votes: int = 5) -> tuple[Heard, np.ndarray]:
    """So many votes on each picture by people drawn by lot, and what is really there."""
    draw = np.random.default_rng(seed)
    truth = draw.random((PICTURES, len(CLASSES))) < SHARES
    voices = []
    for there in truth:
        said = []
        for person in draw.permutation(len(PEOPLE))[:votes].tolist():
            sees, errs = PEOPLE[person]
            named = draw.random(len(CLASSES)) < np.where(there, sees, errs)
            concepts = [CLASSES[place] for place in np.flatnonzero(named)]
            said.append(Voice(f"p{person:02}", {"choice": concepts} if concepts else {"nothing": True}))
        voices.append(said)
    return Heard(list(range(PICTURES)), voices), truth


@lru_cache(maxsize=8)
def learned(name: str, seed: int, votes: int = 5) -> Lesson:
    method = METHODS[name]
    return method.learn(crowd(seed, votes)[0], method.recall(CLASSES, prior={}, workers={}), seed=1)


def answers(lesson: Lesson) -> np.ndarray:
    found = np.zeros((PICTURES, len(CLASSES)), np.bool_)
    for item in range(PICTURES):
        answer = lesson.opinion(item).answer
        assert answer is not None
        found[item, [CLASSES.index(concept) for concept in answer.get("choice", ())]] = True
    return found


def wrong_sets(name: str, seed: int, votes: int = 5) -> int:
    """Pictures on which any class is wrong."""
    return int((answers(learned(name, seed, votes)) != crowd(seed, votes)[1]).any(axis=1).sum())


@pytest.fixture(params=SERVING)
def method(request: pytest.FixtureRequest) -> Method:
    return METHODS[request.param]


def test_it_recovers_what_is_there_better_than_one_vote(method: Method) -> None:
    heard, truth = crowd(1)
    first = [frozenset(voices[0].said.get("choice", ())) for voices in heard.voices]
    told = np.array([[concept in named for concept in CLASSES] for named in first])
    assert (answers(learned(method.name, 1)) != truth).sum() < 0.5 * (told != truth).sum()


@pytest.mark.parametrize("votes", [2, 3, 5])
def test_knowing_who_to_believe_beats_plurality(votes: int) -> None:
    by_method = sum(wrong_sets("dawid_skene_each", seed, votes) for seed in (1, 2))
    by_plurality = sum(wrong_sets("majority_each", seed, votes) for seed in (1, 2))
    assert by_method < 0.9 * by_plurality


def test_it_tells_who_overlooks_from_who_names_too_much() -> None:
    lesson = learned("dawid_skene_each", 1)
    found = [lesson.workers[f"p{person:02}"].statistics for person in range(len(PEOPLE))]
    sees = [one["named"] / one["there"] for one in found]
    errs = [one["wrong"] / one["absent"] for one in found]
    assert max(sees[6:9]) < 0.65 < 0.75 < min(sees[:6])
    assert max(errs[:9]) < 0.04 < 0.08 < min(errs[9:])


def test_confidence_is_the_probability_that_the_whole_set_is_right() -> None:
    for votes, lead in ((2, 0.2), (3, 0.1), (5, 0.02)):
        lesson = learned("dawid_skene_each", 1, votes)
        sure = np.array([lesson.opinion(item).confidence for item in range(PICTURES)])
        right = (answers(lesson) == crowd(1, votes)[1]).all(axis=1)
        assert sure.mean() == pytest.approx(right.mean(), abs=0.06)
        assert right[sure > np.median(sure)].mean() > right[sure <= np.median(sure)].mean() + lead


def test_one_vote_on_each_picture_teaches_nothing_of_who_cast_it() -> None:
    lesson = learned("dawid_skene_each", 1, 1)
    assert {tuple(one.statistics.values()) for one in lesson.workers.values()} == {(0.0, 0.0, 0.0, 0.0)}
    assert answers(lesson).sum() == answers(learned("majority_each", 1, 1)).sum()


def test_beliefs_are_of_each_class_by_itself(method: Method) -> None:
    lesson = learned(method.name, 1)
    named = {str(concept) for concept in CLASSES} | {"nothing"}
    for item in range(0, PICTURES, 10):
        opinion = lesson.opinion(item)
        assert opinion.answer is not None
        assert set(opinion.distribution) <= named
        assert all(0 < share <= 1 for share in opinion.distribution.values())
        for concept in opinion.answer.get("choice", ()):
            assert opinion.distribution[str(concept)] > 0.1
    assert max(sum(lesson.opinion(item).distribution.values()) for item in range(PICTURES)) > 1.5


def test_a_tie_draws_lots_by_seed_and_picture() -> None:
    method = METHODS["majority_each"]
    voices = [Voice("ada", {"choice": [21]}), Voice("ben", {"nothing": True})]
    drawn = [
        [method.weigh(voices, None, item_id=item, seed=seed).answer == {"choice": [21]} for item in range(60)]
        for seed in (1, 2)
    ]
    assert all(15 < sum(one) < 45 for one in drawn)
    assert drawn[0] != drawn[1]


def test_long_lists_cost_no_more_than_what_was_said() -> None:
    """With 80,000 classes the same votes lead to the same answers, and what is kept does not grow with the list."""
    heard, truth = crowd(1)
    method = METHODS["dawid_skene_each"]
    many = tuple(range(80_000))
    lesson = method.learn(heard, method.recall(many, prior={}, workers={}), seed=1)
    assert len(lesson.prior) < 10 * len(CLASSES)
    same = (answers(lesson) == truth).all(axis=1).sum()
    assert same >= (answers(learned("dawid_skene_each", 1)) == truth).all(axis=1).sum() - 6
    packed = {name: one.statistics for name, one in lesson.workers.items()}
    known = method.recall(many[1:], prior=lesson.prior, workers=packed)  # a class less than when it was learned
    folded = method.weigh(heard.voices[0], known, item_id=0, seed=1)
    assert folded.answer == lesson.opinion(0).answer
