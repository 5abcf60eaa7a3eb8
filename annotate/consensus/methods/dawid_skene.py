"""Each worker has habits of confusion, learned from how the worker agrees with what is believed of the items.

Dawid and Skene 1979 (Applied Statistics 28), by EM, with two restraints that few votes need. The class prior is not
re-estimated: it is the owner's or gold's where given, else the square root of the vote shares. Each row of a worker's
confusion matrix has a Dirichlet prior of PSEUDO votes around an ordinary worker of accuracy ORDINARY.

Above DENSE classes a matrix per worker would be mostly empty and cost classes squared; there a worker has one accuracy
only and an item keeps the classes that somebody named plus one rest. Confusions gather on few classes: where two named
classes compete, an error is taken to fall on each of LOOKALIKES others; against the rest it is spread over all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotate.consensus.table import (
    KEEP,
    TIE,
    Belief,
    Floats,
    Ints,
    Result,
    Skill,
    TableMethod,
    VoteTable,
    lots,
    result_from,
    share_prior,
    single_belief,
)

ORDINARY = 0.7
PSEUDO = 4.0
DENSE = 64
LOOKALIKES = 5
ROUNDS = 50
SETTLED = 1e-4


@dataclass(frozen=True)
class DawidSkene(TableMethod):
    """Confusion matrices by EM, with a restrained prior."""

    name: str = "dawid_skene"

    def fit(
        self, table: VoteTable, *, prior: Floats | None = None, start: Sequence[Skill | None] = (), seed: int = 0
    ) -> Result:
        """EM from the skills in `start`, or from the vote shares where no worker has one."""
        given = share_prior(table.labels, table.n_classes) if prior is None else prior
        if table.n_classes > DENSE:
            return _fit_wide(table, given, start=start, seed=seed)
        return _fit_dense(table, given, start=start, seed=seed)

    def fold(
        self,
        labels: Sequence[int],
        skills: Sequence[Skill | None],
        *,
        prior: Floats,
        class_ids: Ints,
        item_id: int,
        seed: int = 0,
    ) -> Belief:
        """One expectation step for one item with the skills as they stand."""
        if not labels:
            return Belief(prior, -1, 0.0)
        k = len(class_ids)
        belief = np.log(prior)
        named = np.unique(labels)
        for label, skill in zip(labels, skills, strict=True):
            belief = belief + (_column(label, skill, k) if k <= DENSE else _coin_column(label, skill, k, named=named))
        belief = np.exp(belief - belief.max())
        return single_belief(belief / belief.sum(), class_ids=class_ids, item_id=item_id, seed=seed)


def _ordinary(k: int) -> Floats:
    """The confusion matrix of an ordinary worker, as PSEUDO votes per row."""
    if k == 1:
        return np.full((1, 1), PSEUDO)
    matrix = np.full((k, k), PSEUDO * (1 - ORDINARY) / (k - 1))
    np.fill_diagonal(matrix, PSEUDO * ORDINARY)
    return matrix


def _column(label: int, skill: Skill | None, k: int) -> Floats:
    """How likely each truth makes this label, in logarithms."""
    if skill is None or skill.confusion is None:
        column, rows = _ordinary(k)[:, label], np.full(k, PSEUDO)
    else:
        column = skill.confusion[:, label] + _ordinary(k)[:, label]
        rows = skill.confusion.sum(axis=1) + PSEUDO
    return np.asarray(np.log(column / rows), dtype=np.float64)


def _accuracy(votes: Floats, hits: Floats) -> Floats:
    """Accuracy per worker, drawn towards ORDINARY by PSEUDO votes."""
    return np.asarray((hits + PSEUDO * ORDINARY) / (votes + PSEUDO), dtype=np.float64)


def _coin_column(label: int, skill: Skill | None, k: int, *, named: Ints) -> Floats:
    votes, hits = (skill.votes, skill.hits) if skill else (0.0, 0.0)
    right = float(_accuracy(np.array(votes), np.array(hits)))
    column = np.full(k, np.log((1 - right) / (k - 1)))
    column[named] = np.log((1 - right) / LOOKALIKES)
    column[label] = np.log(right)
    return column


def _fit_dense(table: VoteTable, prior: Floats, *, start: Sequence[Skill | None], seed: int) -> Result:
    """EM over matrices of workers x classes x classes, kept only for the pairs (worker, label) that occur."""
    n, k, w = table.n_items, table.n_classes, table.n_workers
    pairs, pair_of_vote = np.unique(table.workers * k + table.labels, return_inverse=True)
    pair_worker, pair_label = pairs // k, pairs % k
    by_pair = np.argsort(pair_of_vote, kind="stable")
    pair_starts = np.searchsorted(pair_of_vote[by_pair], np.arange(len(pairs)))
    by_item = np.argsort(table.items, kind="stable")
    voted, item_starts = np.unique(table.items[by_item], return_index=True)
    base = _ordinary(k)
    log_prior = np.log(prior)

    def maximise(belief: Floats) -> Floats:
        """Expected counts of truth for each (worker, label) pair."""
        if not len(pairs):
            return np.zeros((0, k))
        return np.asarray(np.add.reduceat(belief[table.items[by_pair]], pair_starts, axis=0))

    def expect(counts: Floats) -> Floats:
        """Beliefs under the counts of (worker, label) pairs."""
        totals = np.zeros((w, k))
        np.add.at(totals, pair_worker, counts)
        logs = np.log((counts + base[:, pair_label].T) / (totals[pair_worker] + PSEUDO))
        belief = np.tile(log_prior, (n, 1))
        if len(voted):
            belief[voted] += np.add.reduceat(logs[pair_of_vote[by_item]], item_starts, axis=0)
        belief = np.exp(belief - belief.max(axis=1, keepdims=True))
        return np.asarray(belief / belief.sum(axis=1, keepdims=True))

    known = {index: skill for index, skill in enumerate(start) if skill is not None and skill.confusion is not None}
    if known:
        begin = np.zeros((len(pairs), k))
        for at, (worker, label) in enumerate(zip(pair_worker, pair_label, strict=True)):
            if (skill := known.get(int(worker))) is not None and skill.confusion is not None:
                begin[at] = skill.confusion[:, label]
        belief = expect(begin)
    else:
        shares = np.bincount(table.items * k + table.labels, minlength=n * k).reshape(n, k).astype(np.float64)
        belief = (shares + prior) / (shares.sum(axis=1, keepdims=True) + 1.0)
    counts = maximise(belief)
    for _ in range(ROUNDS):
        renewed = expect(counts)
        moved = float(np.abs(renewed - belief).max(initial=0.0))
        belief, counts = renewed, maximise(renewed)
        if moved < SETTLED:
            break
    skills = _dense_skills(counts, pair_worker, pair_label, w=w, k=k)
    return result_from(belief, table, skills=skills, prior=prior, seed=seed)


def _dense_skills(counts: Floats, pair_worker: Ints, pair_label: Ints, *, w: int, k: int) -> list[Skill]:
    matrices = np.zeros((w, k, k))
    matrices[pair_worker, :, pair_label] = counts
    return [Skill(float(matrix.sum()), float(np.trace(matrix)), matrix) for matrix in matrices]


def _fit_wide(table: VoteTable, prior: Floats, *, start: Sequence[Skill | None], seed: int) -> Result:
    """EM with one accuracy per worker over the classes named for each item; cost grows with votes, not classes."""
    k, w, n = table.n_classes, table.n_workers, table.n_items
    named, named_of_vote = np.unique(table.items * k + table.labels, return_inverse=True)
    rows, classes = (named // k).astype(np.int64), (named % k).astype(np.int64)
    unnamed = np.maximum(1.0 - np.bincount(rows, weights=prior[classes], minlength=n), 1e-12)
    rest = unnamed * (LOOKALIKES / (k - 1)) ** np.bincount(table.items, minlength=n)
    votes = np.bincount(table.workers, minlength=w).astype(np.float64)
    hits = votes * ORDINARY
    for worker, skill in enumerate(start[:w]):
        if skill is not None and skill.votes:
            hits[worker] = votes[worker] * skill.hits / skill.votes
    log_prior = np.log(prior)[classes]
    weights: Floats = np.zeros(len(named))
    for _ in range(ROUNDS):
        right = _accuracy(votes, hits)
        gain = np.log(right) - np.log((1 - right) / LOOKALIKES)
        score = log_prior + np.bincount(named_of_vote, weights=gain[table.workers], minlength=len(named))
        top = np.full(n, 0.0)
        np.maximum.at(top, rows, score)
        mass = np.exp(score - top[rows])
        renewed = mass / (np.bincount(rows, weights=mass, minlength=n) + rest * np.exp(-top))[rows]
        moved = float(np.abs(renewed - weights).max(initial=0.0))
        weights = renewed
        hits = np.asarray(np.bincount(table.workers, weights=weights[named_of_vote], minlength=w), dtype=np.float64)
        if moved < SETTLED:
            break
    answer, confidence = _wide_winners(rows, classes, weights, table=table, seed=seed)
    kept = weights >= KEEP
    skills = tuple(Skill(float(a), float(b)) for a, b in zip(votes, hits, strict=True))
    return Result(answer, confidence, rows[kept], classes[kept], weights[kept], skills, prior)


def _wide_winners(rows: Ints, classes: Ints, weights: Floats, *, table: VoteTable, seed: int) -> tuple[Ints, Floats]:
    confidence = np.zeros(table.n_items)
    np.maximum.at(confidence, rows, weights)
    tied = np.flatnonzero(weights >= confidence[rows] - TIE)
    drawn = lots(seed, table.item_ids[rows[tied]], table.class_ids[classes[tied]])
    order = np.lexsort((drawn, rows[tied]))  # the highest lot of an item is written last, and stays
    answer = np.full(table.n_items, -1, dtype=np.int64)
    answer[rows[tied][order]] = classes[tied][order]
    return answer, confidence
