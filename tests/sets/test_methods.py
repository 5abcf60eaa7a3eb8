"""Whatever the list of consensus methods lists is run here."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotate.consensus import table as contract
from annotate.consensus.method import Heard, Opinion, Voice
from annotate.consensus.methods import METHODS
from annotate.consensus.table import VoteTable, flat_prior, share_prior, unpack_skill
from annotate.kinds import KINDS
from tests.require import require

CROWD = Path(__file__).resolve().parents[3] / "shared" / "data" / "crowd"
WIDTHS = [4, 100]  # a matrix per worker, and one accuracy per worker


TABLES = {name: method for name, method in METHODS.items() if isinstance(method, contract.TableMethod)}


@pytest.fixture(params=sorted(TABLES))
def method(request: pytest.FixtureRequest) -> contract.TableMethod:
    return TABLES[request.param]


# Answers of each kind: two that contradict each other, and what a third person says.
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "choice": [{"choice": [3]}, {"choice": [7]}, {"nothing": True}],
    "choices": [{"choice": [3, 11]}, {"choice": [7]}, {"nothing": True}],
    "box": [
        {"boxes": [{"concept": 3, "box": [10.0, 10.0, 50.0, 60.0]}, {"concept": 7, "box": [80.0, 10.0, 99.0, 60.0]}]},
        {"boxes": [{"concept": 3, "box": [200.0, 10.0, 250.0, 60.0]}]},
        {"nothing": True},
    ],
}
PAIRS = [(name, kind) for name, method in sorted(METHODS.items()) for kind in method.kinds]


def voice(name: str, worker: str, answer: dict[str, Any], *, counted: bool = True) -> Voice:
    said = (*answer.get("choice", ()), 0)[0] if METHODS[name].hears == "concept" else answer
    return Voice(worker, said, counted)


def test_every_kind_has_a_method() -> None:
    assert {kind for _, kind in PAIRS} == set(KINDS)


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_one_voice_is_the_answer_and_agrees_with_itself(name: str, kind: str) -> None:
    known = METHODS[name].recall((3, 7, 11), prior={}, workers={})
    for answer in ANSWERS[kind]:
        opinion = METHODS[name].weigh([voice(name, "ada", answer)], known, item_id=1, seed=0)
        assert opinion.answer is not None
        assert KINDS[kind].similarity(opinion.answer, answer) == 1.0
        assert opinion.agreement == 1.0
        assert 0 < opinion.confidence <= 1
        assert json.loads(json.dumps(opinion.answer)) == opinion.answer
    assert METHODS[name].weigh([], known, item_id=1, seed=0).answer is None


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_more_who_agree_make_it_surer_and_disagreement_shows(name: str, kind: str) -> None:
    known = METHODS[name].recall((3, 7, 11), prior={}, workers={})
    one, other, third = ANSWERS[kind]

    def weigh(*said: dict[str, Any]) -> Opinion:
        return METHODS[name].weigh([voice(name, f"w{n}", a) for n, a in enumerate(said)], known, item_id=1, seed=0)

    assert weigh(one, one, one).confidence >= weigh(one).confidence
    assert weigh(one, one).agreement == weigh(third, third).agreement == 1.0
    assert weigh(one, other).agreement < 1.0
    split = weigh(one, one, other)
    assert split.answer is not None and KINDS[kind].similarity(split.answer, one) == 1.0
    assert split.confidence < weigh(one, one, one).confidence
    surplus = [voice(name, "a", one), voice(name, "b", other, counted=False)]
    assert METHODS[name].weigh(surplus, known, item_id=1, seed=0).agreement == 1.0


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_order_is_nothing_and_a_fit_agrees_with_the_fold_that_follows(name: str, kind: str) -> None:
    """Thirty pictures, of which each third has the same answers; four people who say what they say by turns."""
    method, answers = METHODS[name], ANSWERS[kind]
    said = [
        [voice(name, f"w{n}", answers[item % 3] if n < 3 or item % 4 else answers[(item + 1) % 3]) for n in range(4)]
        for item in range(30)
    ]
    ids = list(range(100, 130))
    blank = method.recall((3, 7, 11), prior={}, workers={})
    lesson = method.learn(Heard(ids, said), blank, seed=5)
    turned = method.learn(Heard(ids[::-1], [list(reversed(voices)) for voices in reversed(said)]), blank, seed=5)
    packed = json.loads(json.dumps({worker: one.statistics for worker, one in lesson.workers.items()}))
    known = method.recall((3, 7, 11), prior=lesson.prior, workers=packed)
    assert {worker: round(one.votes) for worker, one in lesson.workers.items()} == dict.fromkeys(packed, 30)
    for item in range(30):
        found, again = lesson.opinion(item), turned.opinion(29 - item)
        assert found.answer is not None and found.answer == again.answer
        assert found.confidence == pytest.approx(again.confidence, abs=1e-3)
        assert KINDS[kind].similarity(found.answer, answers[item % 3]) == 1.0
        folded = method.weigh(said[item], known, item_id=ids[item], seed=5)
        assert folded.answer is not None and KINDS[kind].similarity(found.answer, folded.answer) > 0.99
        assert folded.confidence == pytest.approx(found.confidence, abs=0.02)
    assert method.learn(Heard([], []), blank, seed=5).workers == {}


def table_of(votes: list[tuple[int, int, int]], *, items: int, workers: int, classes: int) -> VoteTable:
    columns = np.array(votes, dtype=np.int64).reshape(len(votes), 3).T
    return VoteTable(
        columns[0], columns[1], columns[2], np.arange(items) + 50, np.arange(classes) + 7, n_workers=workers
    )


def planted(classes: int, *, seed: int, items: int = 300) -> tuple[VoteTable, np.ndarray]:
    """Five good workers (85 %) and three who guess; five votes per item."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, classes, items)
    accuracy = np.array([0.85] * 5 + [1 / classes] * 3)
    votes = []
    for item in range(items):
        for worker in draw.permutation(8)[:5]:
            wrong = int((truth[item] + draw.integers(1, classes)) % classes)
            votes.append((item, int(worker), int(truth[item]) if draw.random() < accuracy[worker] else wrong))
    return table_of(votes, items=items, workers=8, classes=classes), truth


def shuffled(table: VoteTable, *, seed: int) -> tuple[VoteTable, np.ndarray, np.ndarray]:
    """The same votes with items, workers, classes and rows all in another order; and where items and classes went."""
    draw = np.random.default_rng(seed)
    to_item, to_class = draw.permutation(table.n_items), draw.permutation(table.n_classes)
    to_worker, rows = draw.permutation(table.n_workers), draw.permutation(len(table.items))
    item_ids, class_ids = np.empty_like(table.item_ids), np.empty_like(table.class_ids)
    item_ids[to_item], class_ids[to_class] = table.item_ids, table.class_ids
    moved = VoteTable(
        to_item[table.items[rows]],
        to_worker[table.workers[rows]],
        to_class[table.labels[rows]],
        item_ids,
        class_ids,
        n_workers=table.n_workers,
    )
    return moved, to_item, to_class


@pytest.mark.parametrize("classes", WIDTHS)
def test_recovers_planted_truth_better_than_workers_by_chance(method: contract.TableMethod, classes: int) -> None:
    table, truth = planted(classes, seed=1)
    one_vote_each = table.labels[np.unique(table.items, return_index=True)[1]]
    right = (method.fit(table).answer == truth).mean()
    assert right > (one_vote_each == truth).mean() + 0.1
    assert right > 0.85


@pytest.mark.parametrize("classes", WIDTHS)
def test_tells_good_workers_from_guessers(classes: int) -> None:
    table, _ = planted(classes, seed=2)
    rates = [skill.hits / skill.votes for skill in TABLES["dawid_skene"].fit(table).skills]
    assert min(rates[:5]) > max(rates[5:]) + 0.2


@pytest.mark.parametrize("classes", WIDTHS)
def test_beliefs_are_probabilities(method: contract.TableMethod, classes: int) -> None:
    result = method.fit(planted(classes, seed=3, items=60)[0])
    total = result.dense().sum(axis=1)
    assert np.all(total <= 1 + 1e-9)
    assert np.all(total > 0.8)  # what is missing lies on classes below the share worth keeping
    best = result.dense()[np.arange(60), result.answer]
    assert np.allclose(best, result.confidence)


def test_one_worker_is_believed(method: contract.TableMethod) -> None:
    table = table_of([(0, 0, 2), (1, 0, 1), (2, 0, 2)], items=3, workers=1, classes=4)
    assert method.fit(table).answer.tolist() == [2, 1, 2]


@pytest.mark.parametrize("classes", WIDTHS)
def test_all_tied_draws_lots_by_seed_over_all_tied_classes(method: contract.TableMethod, classes: int) -> None:
    """Every item has the votes 0, 1 and 2 once, from workers who disagree always: nothing tells them apart."""
    votes = [(item, worker, (item + worker) % 3) for item in range(90) for worker in range(3)]
    table = table_of(votes, items=90, workers=3, classes=classes)
    drawn = [method.fit(table, prior=flat_prior(classes), seed=seed).answer for seed in (1, 2)]
    for answers in drawn:
        assert set(answers.tolist()) == {0, 1, 2}
        assert np.bincount(answers, minlength=3).min() > 15
    assert not np.array_equal(drawn[0], drawn[1])


def test_nothing_in_nothing_out(method: contract.TableMethod) -> None:
    empty = method.fit(table_of([], items=0, workers=0, classes=3))
    assert len(empty.answer) == 0
    unvoted = method.fit(table_of([(1, 0, 2)], items=3, workers=2, classes=3))
    assert unvoted.answer.tolist() == [-1, 2, -1]
    assert unvoted.confidence[0] == unvoted.confidence[2] == 0
    assert set(unvoted.rows.tolist()) == {1}
    assert len(unvoted.skills) == 2


@pytest.mark.parametrize("classes", WIDTHS)
def test_classes_nobody_named_never_win_and_spoil_nothing(method: contract.TableMethod, classes: int) -> None:
    table, truth = planted(2, seed=4)
    wider = VoteTable(
        table.items, table.workers, table.labels, table.item_ids, np.arange(classes) + 7, n_workers=table.n_workers
    )
    answers = method.fit(wider).answer
    assert set(answers.tolist()) <= {0, 1}
    assert (answers == truth).mean() > 0.8


@pytest.mark.parametrize("classes", WIDTHS)
def test_the_same_seed_gives_the_same_result(method: contract.TableMethod, classes: int) -> None:
    table, _ = planted(classes, seed=5)
    first, second = method.fit(table, seed=9), method.fit(table, seed=9)
    assert np.array_equal(first.answer, second.answer)
    assert np.array_equal(first.dense(), second.dense())


@pytest.mark.parametrize("classes", WIDTHS)
def test_no_order_matters(method: contract.TableMethod, classes: int) -> None:
    table, _ = planted(classes, seed=6)
    moved, to_item, to_class = shuffled(table, seed=7)
    before, after = method.fit(table, seed=3), method.fit(moved, seed=3)
    assert np.array_equal(to_class[before.answer], after.answer[to_item])
    assert np.allclose(before.confidence, after.confidence[to_item], atol=1e-6)


@pytest.mark.parametrize("classes", WIDTHS)
def test_fold_agrees_with_fit_under_its_skills(method: contract.TableMethod, classes: int) -> None:
    """Once EM has settled, one more expectation step with the stored skills changes nothing to speak of."""
    table, _ = planted(classes, seed=8)
    result = method.fit(table)
    packed = [unpack_skill(skill.pack(table.class_ids), table.class_ids) for skill in result.skills]
    for item in range(0, table.n_items, 10):
        of_item = np.flatnonzero(table.items == item)
        belief = method.fold(
            table.labels[of_item].tolist(),
            [packed[worker] for worker in table.workers[of_item]],
            prior=result.prior,
            class_ids=table.class_ids,
            item_id=int(table.item_ids[item]),
        )
        assert belief.answer == result.answer[item]
        assert belief.confidence == pytest.approx(result.confidence[item], abs=0.01)


def test_fold_of_strangers_and_of_nobody(method: contract.TableMethod) -> None:
    known = {"prior": flat_prior(3), "class_ids": np.arange(3), "item_id": 1}
    assert method.fold([], [], **known).answer == -1
    agreeing = method.fold([1, 1], [None, None], **known)
    split = method.fold([1, 1, 2], [None, None, None], **known)
    assert agreeing.answer == split.answer == 1
    assert agreeing.confidence > split.confidence


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    for classes in WIDTHS:
        table, _ = planted(classes, seed=10)
        cold = TABLES["dawid_skene"].fit(table)
        warm = TABLES["dawid_skene"].fit(table, start=cold.skills)
        assert np.array_equal(cold.answer, warm.answer)


def test_a_skill_outlives_a_change_of_the_class_list() -> None:
    table, _ = planted(4, seed=11)
    skill = TABLES["dawid_skene"].fit(table).skills[0]
    grown = unpack_skill(skill.pack(table.class_ids), np.array([99, *table.class_ids[::-1]]))
    assert skill.confusion is not None
    assert grown.confusion is not None
    assert np.allclose(grown.confusion[1:, 1:][::-1, ::-1], skill.confusion, atol=2e-3)
    assert grown.confusion[0].sum() == 0


def test_the_default_prior_lies_between_flat_and_the_shares() -> None:
    prior = share_prior(np.array([0] * 90 + [1] * 10), 2)
    assert 0.5 < prior[0] < 0.9
    assert prior.sum() == pytest.approx(1)


def test_a_given_prior_decides_a_tie() -> None:
    table = table_of([(0, 0, 0), (0, 1, 1)], items=1, workers=2, classes=2)
    for favourite in (0, 1):
        prior = np.array([0.1, 0.1])
        prior[favourite] = 0.9
        assert TABLES["dawid_skene"].fit(table, prior=prior).answer[0] == favourite


def test_votes_outside_the_table_are_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        table_of([(0, 0, 3)], items=1, workers=1, classes=3)


def dog_table() -> tuple[VoteTable, np.ndarray]:
    with gzip.open(CROWD / "dog.votes.csv.gz", "rt") as lines:
        rows = [(row[0], row[1], row[2]) for row in list(csv.reader(lines))[1:]]
    with (CROWD / "dog.truth.csv").open() as lines:
        truth = {row[0]: row[1] for row in csv.reader(lines)}
    names = [sorted({row[column] for row in rows}) for column in range(3)]
    places = [{name: index for index, name in enumerate(column)} for column in names]
    votes = [(places[0][item], places[1][worker], places[2][label]) for item, worker, label in rows]
    table = table_of(votes, items=len(names[0]), workers=len(names[1]), classes=len(names[2]))
    return table, np.array([places[2][truth[item]] for item in names[0]])


def test_dog_breeds_named_by_a_real_crowd() -> None:
    require(CROWD.joinpath("dog.votes.csv.gz").exists(), "the real crowd's votes in ../shared/data/crowd are not here")
    table, truth = dog_table()
    plurality = np.mean([(TABLES["majority"].fit(table, seed=seed).answer == truth).mean() for seed in range(20)])
    assert plurality == pytest.approx(0.820, abs=0.003)
    assert (TABLES["dawid_skene"].fit(table).answer == truth).mean() == pytest.approx(0.843, abs=0.005)


@pytest.mark.parametrize(("name", "kind"), [pair for pair in PAIRS if pair[1] != "box"])
def test_very_many_voices_are_weighed_like_few(name: str, kind: str) -> None:
    """What one of a thousand people names is as good as surely not there, and no number leaves the range of a float."""
    known = METHODS[name].recall((3, 7, 11), prior={}, workers={})
    common, stray, *_ = ANSWERS[kind]
    voices = [voice(name, f"p{place}", common) for place in range(1000)]
    opinion = METHODS[name].weigh([*voices, voice(name, "stray", stray)], known, item_id=1, seed=0)
    assert opinion.answer is not None and KINDS[kind].similarity(opinion.answer, common) == 1.0
    assert 0 < opinion.confidence <= 1
