"""Consensus over one class per picture: a table of votes in, one class per item out, with what it stands on.

A class is known here by its place in `class_ids`; the ids themselves (concept ids, 0 for "nothing fits") only name it
in what is stored and break its ties.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.consensus.method import NOTHING, Heard, Hears, Learned, Lesson, Opinion, Voice, key_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KEEP = 1e-3  # a class below this share of an item's belief is not worth a place in its stored distribution
TIE = 1e-9


@dataclass(frozen=True)
class VoteTable:
    """Votes as three aligned columns of indices: `items` into `item_ids`, `labels` into `class_ids`, `workers` below
    `n_workers`. ValueError where the columns do not fit each other."""

    items: Ints
    workers: Ints
    labels: Ints
    item_ids: Ints
    class_ids: Ints
    n_workers: int

    def __post_init__(self) -> None:
        if not len(self.items) == len(self.workers) == len(self.labels):
            raise ValueError("items, workers and labels must be of one length")
        limits = ((self.items, len(self.item_ids)), (self.workers, self.n_workers), (self.labels, len(self.class_ids)))
        for column, limit in limits:
            if len(column) and not (column.min() >= 0 and column.max() < limit):
                raise ValueError("a vote points outside the items, workers or classes of its table")

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @property
    def n_classes(self) -> int:
        return len(self.class_ids)


@dataclass(frozen=True)
class Skill:
    """Sufficient statistics of one worker: votes cast, expected hits and, with few classes, the expected number of
    times each label (column) was given to each truth (row)."""

    votes: float
    hits: float
    confusion: Floats | None = None

    def pack(self, class_ids: Ints) -> dict[str, Any]:
        """Plain data, sparse and keyed by class id, so that it outlives changes of the class list."""
        packed: dict[str, Any] = {"votes": round(self.votes, 4), "hits": round(self.hits, 4)}
        if self.confusion is not None:
            rows: dict[str, dict[str, float]] = {}
            for truth, label in np.argwhere(self.confusion >= KEEP):
                row = rows.setdefault(str(class_ids[truth]), {})
                row[str(class_ids[label])] = round(float(self.confusion[truth, label]), 4)
            packed["confusion"] = rows
        return packed


def unpack_skill(packed: Mapping[str, Any], class_ids: Ints) -> Skill:
    """The skill that `pack` wrote, over the classes known now; classes gone from the list are left out."""
    confusion = None
    if "confusion" in packed:
        place = {str(name): index for index, name in enumerate(class_ids)}
        confusion = np.zeros((len(class_ids), len(class_ids)))
        for truth, row in packed["confusion"].items():
            for label, weight in row.items():
                if truth in place and label in place:
                    confusion[place[truth], place[label]] = weight
    return Skill(float(packed["votes"]), float(packed["hits"]), confusion)


@dataclass(frozen=True)
class Belief:
    """What is believed of one item: the probability of each class, the answer's index (-1 without a vote), how sure."""

    posterior: Floats
    answer: int
    confidence: float


@dataclass(frozen=True)
class Result:
    """What a fit found. Beliefs are triplets (`rows` ascending, `classes`, `weights`) without negligible entries.

    `answer` is -1 and `confidence` 0 for an item without votes; `skills` has one entry per worker.
    """

    answer: Ints
    confidence: Floats
    rows: Ints
    classes: Ints
    weights: Floats
    skills: tuple[Skill, ...]
    prior: Floats

    def dense(self) -> Floats:
        """Beliefs as a matrix of items by classes."""
        full = np.zeros((len(self.answer), len(self.prior)))
        full[self.rows, self.classes] = self.weights
        return full


@dataclass(frozen=True)
class Known:
    """What a fit learned, over the classes of now: `class_ids` are the schema's concepts in order, then NOTHING;
    `place` their indices."""

    class_ids: Ints
    place: Mapping[int, int]
    prior: Floats
    skills: Mapping[str, Skill]


@dataclass(frozen=True)
class TableMethod(ABC):
    """A consensus method (`method.Method`) for kinds whose answer is one class: its members fill `fit` and `fold`."""

    name: str
    kinds: tuple[str, ...] = ("choice",)
    hears: Hears = "concept"

    @abstractmethod
    def fit(
        self, table: VoteTable, *, prior: Floats | None = None, start: Sequence[Skill | None] = (), seed: int = 0
    ) -> Result:
        """Answers for all items together. `prior` (over the classes) is the owner's or gold's, else the method's own
        default; `start` are skills to begin from, by worker; `seed` breaks ties."""

    @abstractmethod
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
        """The belief about one item from its votes (class indices, each with its worker's skill where one is known).

        Costs O(votes x classes) and reads nothing else.
        """

    def recall(
        self, class_ids: Sequence[int], *, prior: Mapping[str, float], workers: Mapping[str, Mapping[str, Any]]
    ) -> Known:
        """Prior and skills over the classes of now; a class added since the fit starts with the least share any has."""
        ids = np.array([*class_ids, NOTHING], dtype=np.int64)
        shares = flat_prior(len(ids))
        if prior:
            least = min(prior.values())
            shares = np.array([prior.get(str(concept), least) for concept in ids], dtype=np.float64)
            shares = shares / shares.sum()
        skills = {worker: unpack_skill(packed, ids) for worker, packed in workers.items()}
        return Known(ids, {int(concept): index for index, concept in enumerate(ids)}, shares, skills)

    def weigh(self, voices: Sequence[Voice], known: Known, *, item_id: int, seed: int) -> Opinion:
        """The belief under the skills of the last fit.

        Where all who named something named the same, that is the answer, whatever the prior makes of them: the doubt
        shows in the confidence alone.
        """
        said = [voice for voice in voices if voice.said in known.place]
        if not said:
            return Opinion()
        labels = [known.place[voice.said] for voice in said]
        skills = [known.skills.get(voice.worker) for voice in said]
        belief = self.fold(labels, skills, prior=known.prior, class_ids=known.class_ids, item_id=item_id, seed=seed)
        answer = labels[0] if len(set(labels)) == 1 else belief.answer
        found = {int(place): float(belief.posterior[place]) for place in np.flatnonzero(belief.posterior >= KEEP)}
        return _opinion(answer, float(belief.posterior[answer]), found, known=known, voices=voices)

    def learn(self, heard: Heard, known: Known, *, seed: int) -> Lesson:
        """Fits the table of all votes; a vote for a class that is not known is left out."""
        table, names = _table_of(heard, known)
        result = self.fit(table, start=[known.skills.get(name) for name in names], seed=seed)
        lowest = np.full(table.n_items, np.iinfo(np.int64).max)
        highest = np.full(table.n_items, -1, dtype=np.int64)
        np.minimum.at(lowest, table.items, table.labels)
        np.maximum.at(highest, table.items, table.labels)
        answer = np.where(lowest == highest, highest, result.answer)
        starts = np.searchsorted(result.rows, np.arange(table.n_items + 1))

        def opinion(item: int) -> Opinion:
            if answer[item] < 0:
                return Opinion()
            shares = slice(starts[item], starts[item + 1])
            found = dict(zip(result.classes[shares].tolist(), result.weights[shares].tolist(), strict=True))
            place = int(answer[item])
            return _opinion(place, found.get(place, 0.0), found, known=known, voices=heard.voices[item])

        workers = {
            name: Learned(skill.pack(known.class_ids), skill.votes)
            for name, skill in zip(names, result.skills, strict=True)
        }
        prior = {str(concept): float(share) for concept, share in zip(known.class_ids, result.prior, strict=True)}
        return Lesson(workers, prior, opinion)


def _table_of(heard: Heard, known: Known) -> tuple[VoteTable, list[str]]:
    """The votes as a table, with the workers' names by their index."""
    places: dict[str, int] = {}
    rows = [
        (item, places.setdefault(voice.worker, len(places)), known.place[voice.said])
        for item, voices in enumerate(heard.voices)
        for voice in voices
        if voice.said in known.place
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    ids = np.array(heard.item_ids, dtype=np.int64)
    table = VoteTable(columns[0], columns[1], columns[2], ids, known.class_ids, n_workers=len(places))
    return table, list(places)


def _opinion(
    place: int, confidence: float, found: Mapping[int, float], *, known: Known, voices: Sequence[Voice]
) -> Opinion:
    """The belief in words of concept ids; agreement is the leading answer's share of the counted votes."""
    concept = int(known.class_ids[place])
    answer = {"nothing": True} if concept == NOTHING else {"choice": [concept]}
    shares = {key_of(int(known.class_ids[index])): round(share, 4) for index, share in found.items()}
    counted = Counter(voice.said for voice in voices if voice.counted)
    agreement = max(counted.values()) / counted.total() if counted else 0.0
    return Opinion(answer, confidence, shares, agreement)


def share_prior(labels: Ints, n_classes: int) -> Floats:
    """The default prior: the square root of the vote shares, half a vote added to each class, normalised.

    Between a flat prior, which loses on skewed sets, and one re-estimated freely, which collapses onto one class.
    """
    roots = np.sqrt(np.bincount(labels, minlength=n_classes) + 0.5)
    return np.asarray(roots / roots.sum(), dtype=np.float64)


def flat_prior(n_classes: int) -> Floats:
    return np.full(n_classes, 1.0 / max(n_classes, 1))


def lots(seed: int, item_ids: Ints, class_ids: Ints) -> NDArray[np.uint64]:
    """One lot for each pair of item and class (arrays that broadcast): the highest wins a tie.

    A hash of names (the finaliser of splitmix64), so that the draw does not depend on any order.
    """
    with np.errstate(over="ignore"):
        mixed = np.asarray(item_ids, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = mixed ^ (np.asarray(class_ids, dtype=np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F))
        mixed = mixed + np.uint64(seed % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def winners(posterior: Floats, item_ids: Ints, class_ids: Ints, seed: int) -> Ints:
    """The best class of each row; classes that are equally good draw lots."""
    if not posterior.size:
        return np.full(len(posterior), -1, dtype=np.int64)
    tied = posterior >= posterior.max(axis=1, keepdims=True) - TIE
    best = posterior.argmax(axis=1).astype(np.int64)
    several = np.flatnonzero(tied.sum(axis=1) > 1)
    if len(several):
        drawn = np.where(tied[several], lots(seed, item_ids[several][:, None], class_ids[None, :]), np.uint64(0))
        best[several] = drawn.argmax(axis=1)
    return np.asarray(best, dtype=np.int64)


def single_belief(posterior: Floats, *, class_ids: Ints, item_id: int, seed: int) -> Belief:
    """The belief of one item with its winner drawn as `winners` draws it."""
    answer = int(winners(posterior[None, :], np.array([item_id]), class_ids, seed)[0])
    return Belief(posterior, answer, float(posterior[answer]))


def result_from(posterior: Floats, table: VoteTable, *, skills: Sequence[Skill], prior: Floats, seed: int) -> Result:
    """A Result from a full matrix of items by classes; items without votes get no answer."""
    voted = np.bincount(table.items, minlength=table.n_items) > 0
    answer = np.where(voted, winners(posterior, table.item_ids, table.class_ids, seed), -1)
    confidence = np.where(voted, posterior.max(axis=1, initial=0.0), 0.0)
    rows, classes = np.nonzero((posterior >= KEEP) & voted[:, None])
    weights = np.asarray(posterior[rows, classes], dtype=np.float64)
    return Result(answer, confidence, rows.astype(np.int64), classes.astype(np.int64), weights, tuple(skills), prior)
