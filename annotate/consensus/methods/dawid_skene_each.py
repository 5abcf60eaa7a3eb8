"""Each class is a question of its own, "is it there?", and each worker has a sensitivity and a false rate.

Dawid and Skene 1979 (Applied Statistics 28), by EM, for yes and no: the log odds that a class is there are

    log odds of its share + sum over who named it of log(s/f) + sum over who did not of log((1-s)/(1-f)),

with s how often a worker names what is there and f how often what is not. Neither can be learned for every worker and
class: few people name a rare class more than a handful of times. So a worker has one of each over all classes and a
class one of each over all workers, every one drawn by a Beta prior towards what holds over all, and the two meet in

    logit s = logit s of the class + logit s of the worker - logit s of all,    log f alike,

a hard class being hard for everybody and a careful person careful everywhere. The share of pictures that have a class
is that of the votes that name it. It is not learned anew from the beliefs, which from few votes would carry it off.

A class that nobody named on a picture may be there all the same. Of these only the expected number is kept (by the
workers' own sensitivities), so that the cost grows with what was said and never with the list of classes. The
confidence is the probability of no error at all: the product over the classes named of that the answer is right about
them, and exp(-the number expected unseen), errors that come one by one (Poisson).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotate.consensus import presence
from annotate.consensus.method import Heard, Hears, Learned, Lesson, Opinion, Voice

SENSITIVITY = 0.8  # an ordinary worker's, as PSEUDO things that are there
PSEUDO = 4.0
CLASS_PSEUDO = 12.0  # firmer: a class departs from the others only where it was met often
FALSE_RATE = 0.03  # of the classes that are not there, as FALSE_PSEUDO looks
FALSE_PSEUDO = 30.0
FALSE_MOST = 0.5
TYPICAL = 1.5  # classes in a picture, before anybody is heard
SHARE_MOST = 0.3
SHARE_PSEUDO = 2.0
EDGE = 0.02  # no sensitivity is nearer to never and to always
LEAST = 1e-5
ROUNDS = 60
SETTLED = 1e-4
DIGITS = 4
FAR = 500.0  # log odds that are as good as certain; exp of much more is no float
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Name = TypeVar("Name", str, int)


@dataclass(frozen=True)
class Counts:
    """Sufficient statistics of a worker or a class, all expected numbers: what was there, what of it was named, what
    was not there, what of it was named."""

    there: float = 0.0
    named: float = 0.0
    absent: float = 0.0
    wrong: float = 0.0


@dataclass(frozen=True)
class Known:
    """What the last fit learned. `unseen` is the sum of the odds of all classes, before anybody looks; `usual` the mean
    share of those that were named."""

    classes: int
    looks: float = 0.0
    overall: Counts = field(default_factory=Counts)
    workers: Mapping[str, Counts] = field(default_factory=dict)
    of_class: Mapping[int, Counts] = field(default_factory=dict)
    shares: Mapping[int, float] = field(default_factory=dict)
    unseen: float = 0.0
    usual: float = 0.0

    @property
    def sensitivity(self) -> float:
        return _drawn_to(SENSITIVITY, self.overall.named, self.overall.there, PSEUDO)

    @property
    def false_rate(self) -> float:
        return _drawn_to(FALSE_RATE, self.overall.wrong, self.overall.absent, FALSE_PSEUDO)

    def share(self, concept: int) -> float:
        return self.shares.get(concept, first_share(self.classes, self.looks))


@dataclass(frozen=True)
class DawidSkeneEach:
    """Sensitivities and false rates by EM, over workers and over classes."""

    name: str = "dawid_skene_each"
    kinds: tuple[str, ...] = ("choices",)
    hears: Hears = "answer"

    def recall(
        self, class_ids: Sequence[int], *, prior: Mapping[str, float], workers: Mapping[str, Mapping[str, Any]]
    ) -> Known:
        """The statistics as they were packed; classes gone from the list are left out."""
        looks, found = prior.get("looks", 0.0), {}
        for concept in class_ids:
            if f"{concept}/share" in prior:
                found[concept] = Counts(**{part: prior[f"{concept}/{part}"] for part in vars(Counts())})
        shares = {concept: prior[f"{concept}/share"] for concept in found}
        rest = (len(class_ids) - len(found)) * _odds(first_share(len(class_ids), looks))
        return Known(
            classes=len(class_ids),
            looks=looks,
            overall=Counts(**{part: prior.get(part, 0.0) for part in vars(Counts())}),
            workers={name: Counts(**packed) for name, packed in workers.items()},
            of_class=found,
            shares=shares,
            unseen=math.fsum([rest, *map(_odds, shares.values())]),
            usual=math.fsum(shares.values()) / max(len(shares), 1),
        )

    def weigh(self, voices: Sequence[Voice], known: Known, *, item_id: int, seed: int) -> Opinion:
        """One expectation step for one picture; costs classes named times votes."""
        if not voices:
            return Opinion()
        named = presence.named_in(voices)
        people = [known.workers.get(voice.worker, Counts()) for voice in voices]
        all_s, all_f = known.sensitivity, known.false_rate
        care = [_logit(_sensitivity(one, all_s)) - _logit(all_s) for one in people]
        haste = [math.log(_false_rate(one, all_f) / all_f) for one in people]
        found = {}
        for concept, said in named.items():
            mine = known.of_class.get(concept, Counts())
            hard = _logit(_drawn_to(all_s, mine.named, mine.there, CLASS_PSEUDO))
            tempting = math.log(_class_false(mine, known, concept))
            score = math.log(_odds(known.share(concept)))
            for one, yes in enumerate(said):
                s = _clipped(1 / (1 + math.exp(-(hard + care[one]))))
                f = min(FALSE_MOST, max(LEAST, math.exp(tempting + haste[one])))
                score += math.log(s / f) if yes else math.log((1 - s) / (1 - f))
            found[concept] = 1 / (1 + math.exp(-max(score, -FAR)))  # beyond, exp leaves the range of a float
        left = max(0.0, known.unseen - math.fsum(_odds(known.share(concept)) for concept in named))
        missed = left * math.prod(1 - _clipped(_sensitivity(one, all_s)) for one in people)
        answer = presence.settle(named, found, item_id=item_id, seed=seed)
        sure = math.prod(presence.sides(answer, found)) * math.exp(-missed)
        # In significant digits: pictures of many classes are all unsure, and must not tie at zero.
        return presence.opinion(answer, found, confidence=float(f"{sure:.{DIGITS}g}"), voices=voices)

    def learn(self, heard: Heard, known: Known, *, seed: int) -> Lesson:
        """Beliefs and counts in turns until they settle, from the counts as they are known."""
        cases = cases_of(heard)
        renewed = _learn(cases, known)
        looks = Counter(voice.worker for voices in heard.voices for voice in voices)
        learned = {name: Learned(_packed(renewed.workers[name]), float(looks[name])) for name in cases.names}
        prior = {"looks": renewed.looks, **_packed(renewed.overall)}
        for concept, counts in renewed.of_class.items():
            prior |= {f"{concept}/share": renewed.shares[concept]}
            prior |= {f"{concept}/{part}": value for part, value in _packed(counts).items()}

        def opinion(item: int) -> Opinion:
            return self.weigh(heard.voices[item], renewed, item_id=heard.item_ids[item], seed=seed)

        return Lesson(learned, prior, opinion)


def first_share(classes: int, looks: float) -> float:
    """The share of pictures that have a class which nobody named in so many looks."""
    blank = min(SHARE_MOST, TYPICAL / max(classes, 1))
    return blank * SHARE_PSEUDO / (looks + SHARE_PSEUDO)


def _drawn_to(middle: float, hits: float, cases: float, pseudo: float) -> float:
    return (hits + pseudo * middle) / (cases + pseudo)


def _clipped(value: float) -> float:
    return min(1 - EDGE, max(EDGE, value))


def _odds(share: float) -> float:
    return share / (1 - share)


def _logit(share: float) -> float:
    return math.log(_odds(_clipped(share)))


def _sensitivity(one: Counts, middle: float) -> float:
    return _drawn_to(middle, one.named, one.there, PSEUDO)


def _false_rate(one: Counts, middle: float) -> float:
    return max(LEAST, _drawn_to(middle, one.wrong, one.absent, FALSE_PSEUDO))


def _class_false(one: Counts, known: Known, concept: int) -> float:
    """A class that is often there is often named wrongly too, so its prior rises with its share."""
    rise = known.share(concept) / known.usual if known.usual else 1.0
    middle = min(FALSE_MOST, known.false_rate * rise)
    return min(FALSE_MOST, max(LEAST, _drawn_to(middle, one.wrong, one.absent, FALSE_PSEUDO)))


def _packed(counts: Counts) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in vars(counts).items()}


@dataclass(frozen=True)
class Cases:
    """Every worker's yes or no to every class that somebody named on the picture, as columns; a pair is a picture and
    a class. Votes by picture and worker stand beside, for what nobody named."""

    names: list[str]
    concepts: list[int]
    pair: Ints
    worker: Ints
    said: Floats
    item_of_pair: Ints
    class_of_pair: Ints
    vote_item: Ints
    vote_worker: Ints
    items: int


def cases_of(heard: Heard) -> Cases:
    """The columns, over workers and classes in the order of their names."""
    names = sorted({voice.worker for voices in heard.voices for voice in voices})
    place = {name: index for index, name in enumerate(names)}
    found = [presence.named_in(voices) for voices in heard.voices]
    concepts = sorted(frozenset().union(*found)) if found else []
    at = {concept: index for index, concept in enumerate(concepts)}
    pairs: list[tuple[int, int]] = []
    rows: list[tuple[int, int, bool]] = []
    votes: list[tuple[int, int]] = []
    for item, (voices, named) in enumerate(zip(heard.voices, found, strict=True)):
        people = [place[voice.worker] for voice in voices]
        votes += [(item, worker) for worker in people]
        for concept, said in named.items():
            rows += [(len(pairs), worker, yes) for worker, yes in zip(people, said, strict=True)]
            pairs.append((item, at[concept]))
    case, pair = (np.array(one, dtype=np.int64).reshape(-1, width).T for one, width in ((rows, 3), (pairs, 2)))
    vote = np.array(votes, dtype=np.int64).reshape(-1, 2).T
    said = case[2].astype(np.float64)
    return Cases(names, concepts, case[0], case[1], said, pair[0], pair[1], vote[0], vote[1], len(found))


def _learn(cases: Cases, known: Known) -> Known:
    looks = float(len(cases.vote_item))
    class_of_case = cases.class_of_pair[cases.pair]
    said = np.bincount(class_of_case, weights=cases.said, minlength=len(cases.concepts))
    blank = min(SHARE_MOST, TYPICAL / max(known.classes, 1))
    share = np.clip((said + SHARE_PSEUDO * blank) / (looks + SHARE_PSEUDO), LEAST, 1 - EDGE)
    odds = share / (1 - share)
    rest = max(0, known.classes - len(cases.concepts)) * _odds(first_share(known.classes, looks))
    found = Known(
        classes=known.classes,
        looks=looks,
        overall=known.overall,
        workers={name: known.workers.get(name, Counts()) for name in cases.names},
        of_class={concept: known.of_class.get(concept, Counts()) for concept in cases.concepts},
        shares=dict(zip(cases.concepts, share.tolist(), strict=True)),
        unseen=rest + float(odds.sum()),
        usual=float(share.sum()) / max(len(share), 1),
    )
    before: Floats = np.zeros(len(cases.item_of_pair))
    for _ in range(ROUNDS):
        belief, missed = _expect(cases, found, odds=odds)
        found = _maximise(cases, found, belief=belief, missed=missed, odds=odds)
        moved = float(np.abs(belief - before).max(initial=0.0))
        before = belief
        if moved < SETTLED:
            break
    return found


def _expect(cases: Cases, known: Known, *, odds: Floats) -> tuple[Floats, Floats]:
    """How likely each class that was named is there; and of each picture, how likely all its people miss a thing."""
    all_s, all_f = known.sensitivity, known.false_rate
    of_worker = np.array([_sensitivity(known.workers[name], all_s) for name in cases.names])
    care = np.array([_logit(one) for one in of_worker.tolist()]) - _logit(all_s)
    haste = np.log([_false_rate(known.workers[name], all_f) / all_f for name in cases.names])
    mine = [known.of_class[concept] for concept in cases.concepts]
    hard = np.array([_logit(_drawn_to(all_s, one.named, one.there, CLASS_PSEUDO)) for one in mine])
    tempting = np.log([_class_false(known.of_class[concept], known, concept) for concept in cases.concepts])
    of = cases.class_of_pair[cases.pair]
    s = np.clip(1 / (1 + np.exp(-(hard[of] + care[cases.worker]))), EDGE, 1 - EDGE)
    f = np.clip(np.exp(tempting[of] + haste[cases.worker]), LEAST, FALSE_MOST)
    gain = np.where(cases.said > 0, np.log(s / f), np.log((1 - s) / (1 - f)))
    score = np.log(odds)[cases.class_of_pair] + np.bincount(cases.pair, weights=gain, minlength=len(cases.item_of_pair))
    misses = np.log1p(-np.clip(of_worker, EDGE, 1 - EDGE))[cases.vote_worker]
    missed = np.exp(np.bincount(cases.vote_item, weights=misses, minlength=cases.items))
    return np.asarray(1 / (1 + np.exp(-np.maximum(score, -FAR)))), np.asarray(missed)


def _maximise(cases: Cases, known: Known, *, belief: Floats, missed: Floats, odds: Floats) -> Known:
    """The counts of workers and classes; what is there and was named by nobody counts as missed by all who looked.

    A picture with one vote teaches nothing of who cast it, who would be the only witness. Classes that nobody ever
    named are no occasion to be wrong: else a long list would make everybody look careful.
    """
    people, classes = len(cases.names), len(cases.concepts)
    looks = np.bincount(cases.vote_item, minlength=cases.items)
    taught, of = (looks > 1).astype(np.float64), cases.class_of_pair[cases.pair]
    weight = taught[cases.item_of_pair[cases.pair]]
    here, away = belief[cases.pair] * weight, (1 - belief[cases.pair]) * weight
    named_odds = np.bincount(cases.item_of_pair, weights=odds[cases.class_of_pair], minlength=cases.items)
    unseen = taught * missed * np.maximum(known.unseen - named_odds, 0.0)
    votes = np.bincount(cases.vote_worker, weights=taught[cases.vote_item], minlength=people)

    def sums(by: Ints, weights: Floats, length: int) -> Floats:
        return np.asarray(np.bincount(by, weights=weights, minlength=length), dtype=np.float64)

    there = sums(cases.worker, here, people) + sums(cases.vote_worker, unseen[cases.vote_item], people)
    of_people = (there, sums(cases.worker, here * cases.said, people), np.maximum(votes * classes - there, 0.0),
                 sums(cases.worker, away * cases.said, people))  # fmt: skip
    looked = looks * taught * missed
    elsewhere = odds * (looked.sum() - sums(cases.class_of_pair, looked[cases.item_of_pair], classes))
    present = sums(of, here, classes) + np.maximum(elsewhere, 0.0)
    of_classes = (present, sums(of, here * cases.said, classes), np.maximum(votes.sum() - present, 0.0),
                  sums(of, away * cases.said, classes))  # fmt: skip
    return Known(
        classes=known.classes,
        looks=known.looks,
        overall=Counts(*(float(column.sum()) for column in of_people)),
        workers=_counts(cases.names, of_people),
        of_class=_counts(cases.concepts, of_classes),
        shares=known.shares,
        unseen=known.unseen,
        usual=known.usual,
    )


def _counts(names: Sequence[Name], columns: Sequence[Floats]) -> dict[Name, Counts]:
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {name: Counts(*row) for name, row in zip(names, rows, strict=True)}
