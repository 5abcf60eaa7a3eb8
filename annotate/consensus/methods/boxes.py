"""Boxes of several people made into one set: which boxes mean the same thing, whether it is there, where it ends.

Boxes are gathered into clusters, the pairs of most overlap first by average linkage, with at most one box of a person
in each: a cluster is one thing that somebody saw. A box that a person drew twice is heard once.
Whether it is really there is weighed over all who looked,

    log odds = log odds of a thing + sum over who drew it of log(r/f) + sum over who did not of log((1-r)/(1-f)),

with each worker's recall r and false rate f under Beta priors. Recall is judged only by the clusters that somebody else
drew too, with the worker's own say taken out of the belief: else a lone wrong box would be its own witness. False rates
are the boxes believed wrong per picture, relative to those of all workers. The
class is the one that most of them gave. Corners are the median, then drawn to a mean weighted by each worker's
precision in units of the box's size (inverse-gamma prior) under a Cauchy guard, which lets a slip of the hand count for
nothing. The risk of a picture is the expected number of wrong boxes, sum of min(p, 1-p), and a term for what nobody
saw; its confidence is exp(-risk), the probability of none at all where errors come one by one (Poisson).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.consensus.clusters import gather
from annotate.consensus.method import Heard, Hears, Learned, Lesson, Opinion, Voice
from annotate.kinds.box import FLAGS, agreeing, distinct

JOIN = 0.4  # IoU from which boxes of different people may mean one thing
OTHER_CLASS = 0.1  # what a difference of class costs there, so that of equal overlaps the same class is joined
RECALL = 0.85  # an ordinary worker, as PSEUDO cases
PSEUDO = 4.0
FALSE_RATE = 0.05  # firmer, because with few people there is little to learn it from
FALSE_PSEUDO = 20.0
FALSE_MOST = 0.7
ODDS = 1.0  # of a cluster to be a thing, before anybody is heard
ODDS_PSEUDO = 20.0
NOISE = 0.06  # an ordinary worker's corner, in units of the box's side
NOISE_PSEUDO = 8.0
GUARD = 2.0  # noises away from where a corner seems to be, at which its weight is halved
CLASS_RIGHT = 0.9  # of the classes given to a thing that is there; an error falls on each of LOOKALIKES others
LOOKALIKES = 5
COVERAGE = 1.0  # what an unseen thing costs beside a wrong one
SHIFTS = 4
FAR = 500.0  # log odds that are as good as certain; exp of much more is no float
ROUNDS = 30
SETTLED = 1e-3
DIGITS = 4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worker:
    """Sufficient statistics: chances to draw a thing and those taken, chances to draw what is not there and those
    taken (all expected numbers), corners compared and the sum of their squared errors in units of the box's side."""

    present: float = 0.0
    drawn: float = 0.0
    absent: float = 0.0
    wrong: float = 0.0
    corners: float = 0.0
    squares: float = 0.0

    @property
    def recall(self) -> float:
        return (self.drawn + PSEUDO * RECALL) / (self.present + PSEUDO)

    @property
    def false_rate(self) -> float:
        return min(FALSE_MOST, (self.wrong + FALSE_PSEUDO * FALSE_RATE) / (self.absent + FALSE_PSEUDO))

    @property
    def noise(self) -> float:
        """Standard deviation of a corner."""
        return math.sqrt((self.squares + NOISE_PSEUDO * NOISE**2) / (self.corners + NOISE_PSEUDO))


ORDINARY = Worker()


@dataclass(frozen=True)
class Known:
    """What the last fit learned; `single` where the project has one class, which then cannot be mistaken."""

    odds: float
    workers: Mapping[str, Worker]
    single: bool


@dataclass(frozen=True)
class Thing:
    """One cluster: a drawn box for each of the workers (places among the picture's voices) who saw it."""

    seen_by: tuple[int, ...]
    boxes: tuple[Mapping[str, Any], ...]
    corners: Floats


@dataclass(frozen=True)
class BoxCrowd:
    """Presence, class and corners of each thing, from all who looked at the picture."""

    name: str = "boxes"
    kinds: tuple[str, ...] = ("box",)
    hears: Hears = "answer"

    def recall(
        self, class_ids: Sequence[int], *, prior: Mapping[str, float], workers: Mapping[str, Mapping[str, Any]]
    ) -> Known:
        """The workers' statistics as they were packed."""
        found = {name: Worker(**packed) for name, packed in workers.items()}
        return Known(prior.get("odds", ODDS), found, single=len(class_ids) == 1)

    def weigh(self, voices: Sequence[Voice], known: Known, *, item_id: int, seed: int) -> Opinion:
        """The boxes that are there more likely than not, each with its confidence; everything that all drew alike is
        there, whatever is thought of them."""
        if not voices:
            return Opinion()
        workers = [known.workers.get(voice.worker, ORDINARY) for voice in voices]
        return _opinion(things_of(voices), voices, workers=workers, known=known)

    def learn(self, heard: Heard, known: Known, *, seed: int) -> Lesson:
        """Beliefs and workers in turns until they settle, from the workers as they are known."""
        things = [things_of(voices) for voices in heard.voices]
        cases = _cases(heard, things)
        odds, workers = _learn(cases, known)
        renewed = Known(odds, workers, known.single)
        learned = {name: Learned(_packed(one), float(cases.votes[name])) for name, one in workers.items()}

        def opinion(item: int) -> Opinion:
            voices = heard.voices[item]
            skills = [workers.get(voice.worker, ORDINARY) for voice in voices]
            return _opinion(things[item], voices, workers=skills, known=renewed)

        return Lesson(learned, {"odds": odds}, opinion)


def _packed(worker: Worker) -> dict[str, float]:
    return {name: round(value, 4) for name, value in vars(worker).items()}


def things_of(voices: Sequence[Voice]) -> list[Thing]:
    """The clusters of one picture, in an order that depends on the boxes alone."""
    drawn = [(place, box) for place, voice in enumerate(voices) for box in distinct(voice.said)]
    # The order of names and boxes, so that equal overlaps are always joined alike.
    drawn.sort(key=lambda pair: (pair[1]["box"], pair[1]["concept"], voices[pair[0]].worker))
    corners = np.array([box["box"] for _, box in drawn], dtype=np.float64).reshape(-1, 4)
    owners = np.array([place for place, _ in drawn], dtype=np.int64)
    classes = np.array([box["concept"] for _, box in drawn], dtype=np.int64)
    found = []
    for members in gather(corners, owners=owners, classes=classes, least=JOIN, other_class=OTHER_CLASS):
        seen_by = tuple(drawn[one][0] for one in members)
        found.append(Thing(seen_by, tuple(drawn[one][1] for one in members), corners[list(members)]))
    return found


def _presence(things: Sequence[Thing], workers: Sequence[Worker], odds: float) -> Floats:
    """How likely each thing is there, all of the workers having looked."""
    gain = np.array([math.log(one.recall / one.false_rate) for one in workers])
    loss = np.array([math.log((1 - one.recall) / (1 - one.false_rate)) for one in workers])
    scores = [math.log(odds) + loss.sum() + float((gain - loss)[list(thing.seen_by)].sum()) for thing in things]
    return np.asarray(1 / (1 + np.exp(-np.maximum(np.array(scores, dtype=np.float64), -FAR))))


def _opinion(things: Sequence[Thing], voices: Sequence[Voice], *, workers: Sequence[Worker], known: Known) -> Opinion:
    presence = _presence(things, workers, known.odds)
    boxes, risk = [], COVERAGE * math.prod(1 - one.recall for one in workers)
    settled = _settled(things, workers)
    for place, (thing, share) in enumerate(zip(things, presence.tolist(), strict=True)):
        concept, right = _class_of(thing, single=known.single)
        there = share * right
        kept = share > 0.5 or len(thing.seen_by) == len(voices)
        risk += 1 - there if kept else share
        if kept:
            flags = {flag: True for flag in FLAGS if 2 * sum(flag in box for box in thing.boxes) > len(thing.boxes)}
            box = _at_least_a_pixel(settled[place], thing.corners)
            boxes.append({"concept": concept, "box": box, **flags, "confidence": round(there, DIGITS)})
    answer: dict[str, Any] = {"boxes": boxes} if boxes else {"nothing": True}
    counted = [voice.said for voice in voices if voice.counted]
    pairs = [agreeing(one, other) for one, other in combinations(counted, 2)]
    agreement = sum(pairs) / len(pairs) if pairs else float(bool(counted))
    # In significant digits: pictures of many things are all unsure, and must not tie at zero.
    return Opinion(answer, float(f"{math.exp(-risk):.{DIGITS}g}"), {}, agreement)


def _class_of(thing: Thing, *, single: bool) -> tuple[int, float]:
    """The class that most gave, the lower of equals, and how likely it is right."""
    given = Counter(int(box["concept"]) for box in thing.boxes)
    best = min(given, key=lambda concept: (-given[concept], concept))
    if single:
        return best, 1.0
    step = math.log(CLASS_RIGHT * LOOKALIKES / (1 - CLASS_RIGHT))
    weights = {concept: math.exp(step * (number - given[best])) for concept, number in given.items()}
    rest = math.exp(-step * given[best]) * max(LOOKALIKES - len(given) + 1, 0)
    return best, 1.0 / (sum(weights.values()) + rest)


def settle_corners(corners: Floats, noises: Floats) -> Floats:
    """One box (... x 4) out of several people's (... x n x 4, their noises ... x n): the median, then means weighted by
    precision, in which a corner counts the less the further it lies from where the box seems to be."""
    middle = np.median(corners, axis=-2, keepdims=True)
    if corners.shape[-2] > 1:
        side = np.maximum(np.tile(middle[..., 2:] - middle[..., :2], 2), 1.0)
        spread = noises[..., None]
        for _ in range(SHIFTS):
            weights = 1 / spread**2 / (1 + ((corners - middle) / side / spread / GUARD) ** 2)
            middle = (weights * corners).sum(axis=-2, keepdims=True) / weights.sum(axis=-2, keepdims=True)
    return np.asarray(middle[..., 0, :])


def _settled(things: Sequence[Thing], workers: Sequence[Worker]) -> dict[int, Floats]:
    """The corners of each thing by its place, those seen by as many people reckoned together."""
    noises = np.array([one.noise for one in workers])
    found: dict[int, Floats] = {}
    for number in {len(thing.seen_by) for thing in things}:
        alike = [place for place, thing in enumerate(things) if len(thing.seen_by) == number]
        corners = np.stack([things[place].corners for place in alike])
        seen_by = np.array([things[place].seen_by for place in alike])
        found |= zip(alike, settle_corners(corners, noises[seen_by]), strict=True)
    return found


def _at_least_a_pixel(box: Floats, corners: Floats) -> list[float]:
    """A settled box to a hundredth of a pixel, as an answer may say it: edges that came to lie closer than a pixel are
    set a pixel apart about their middle, within what was drawn (n x 4) and so within the picture."""
    kept = [round(one, 2) for one in box.tolist()]
    for low, high in ((0, 2), (1, 3)):
        if round(kept[high] - kept[low], 2) < 1:
            first, last = float(corners[:, low].min()), float(corners[:, high].max()) - 1
            kept[low] = round(min(max((kept[low] + kept[high]) / 2 - 0.5, first), last), 2)
            kept[high] = round(kept[low] + 1, 2)
    return kept


@dataclass(frozen=True)
class Cases:
    """Every worker's look at every thing, as columns: the thing, the worker, whether drawn, by how many others the
    thing was drawn, the summed squared error of the corners (per drawn box of at least two)."""

    names: list[str]
    votes: Counter[str]
    pictures: int
    things: int
    thing: NDArray[np.int64]
    worker: NDArray[np.int64]
    drew: Floats
    others: NDArray[np.int64]
    squares: Floats


def _cases(heard: Heard, things: Sequence[Sequence[Thing]]) -> Cases:
    votes: Counter[str] = Counter(voice.worker for voices in heard.voices for voice in voices)
    names = sorted(votes)
    place = {name: index for index, name in enumerate(names)}
    rows: list[tuple[int, int, float, int, float]] = []
    number = 0
    for voices, found in zip(heard.voices, things, strict=True):
        for thing in found:
            drawn = dict(zip(thing.seen_by, _errors(thing.corners).tolist(), strict=True))
            for one, voice in enumerate(voices):
                others = len(drawn) - (one in drawn)
                rows.append((number, place[voice.worker], float(one in drawn), others, drawn.get(one, 0.0)))
            number += 1
    columns = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    whole = columns[[0, 1, 3]].astype(np.int64)
    return Cases(names, votes, len(heard.voices), number, whole[0], whole[1], columns[2], whole[2], columns[4])


def _errors(corners: Floats) -> Floats:
    """Of each box, the mean squared distance of its corners from where the others of its cluster have them."""
    n = len(corners)
    if n < 2:
        return np.zeros(n)
    rest = (corners.sum(axis=0) - corners) / (n - 1)
    side = np.maximum(np.tile(np.median(corners[:, 2:] - corners[:, :2], axis=0), 2), 1.0)
    # The others' mean errs too: of equal workers the distance is n/(n-1) times one worker's own variance.
    away = np.minimum(((corners - rest) / side) ** 2, 0.25)
    return np.asarray(away.mean(axis=1) * (n - 1) / n)


def _learn(cases: Cases, known: Known) -> tuple[float, dict[str, Worker]]:
    """Expectation and maximisation in turns.

    Where nothing is, a picture has some number of empty places at which people may see a thing; false rates are
    relative to that unknown number, which is taken to be such that they are FALSE_RATE in the mean.
    """
    workers = [known.workers.get(name, ORDINARY) for name in cases.names]
    odds, before = known.odds, np.zeros(cases.things)
    looks = np.array([cases.votes[name] for name in cases.names], dtype=np.float64)
    for _ in range(ROUNDS):
        recall, false = (np.array([getattr(one, name) for one in workers]) for name in ("recall", "false_rate"))
        hit, miss = np.log(recall / false)[cases.worker], np.log((1 - recall) / (1 - false))[cases.worker]
        said = np.where(cases.drew > 0, hit, miss)
        score = math.log(odds) + np.bincount(cases.thing, weights=said, minlength=cases.things)
        belief = 1 / (1 + np.exp(-np.maximum(score, -FAR)))
        without = np.where(cases.others > 0, 1 / (1 + np.exp(-np.maximum(score[cases.thing] - said, -FAR))), 0.0)
        wrong = _total(cases, cases.drew * (1 - belief[cases.thing]))
        empty = wrong.sum() / FALSE_RATE / max(looks.sum(), 1.0)
        workers = _workers(cases, without, wrong=wrong, absent=looks * empty)
        logs = np.bincount(cases.thing, weights=np.log1p(-recall[cases.worker]), minlength=cases.things)
        there = float((belief / np.clip(1 - np.exp(logs), 1e-6, None)).sum())
        odds = (there + ODDS_PSEUDO * ODDS / (1 + ODDS)) / (empty * cases.pictures + ODDS_PSEUDO / (1 + ODDS))
        moved = float(np.abs(belief - before).max(initial=0.0))
        before = belief
        if moved < SETTLED:
            break
    return odds, dict(zip(cases.names, workers, strict=True))


def _total(cases: Cases, weights: Floats) -> Floats:
    return np.asarray(np.bincount(cases.worker, weights=weights, minlength=len(cases.names)), dtype=np.float64)


def _workers(cases: Cases, present: Floats, *, wrong: Floats, absent: Floats) -> list[Worker]:
    """`present`: how likely the thing of each case is there by the word of the others, zero where they drew nothing;
    `wrong` and `absent` by worker."""
    drawn = _total(cases, present * cases.drew)
    squares = _total(cases, present * cases.drew * cases.squares)
    columns = (_total(cases, present), drawn, absent, wrong, drawn, squares)
    return [Worker(*(float(one) for one in row)) for row in zip(*columns, strict=True)]
