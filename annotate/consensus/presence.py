"""Consensus where an answer may name several classes: of each class by itself, whether it is there.

Each vote is one yes or no for every class of the project, so a picture's answer is as many answers as there are
classes. Only the classes that somebody named are looked at one by one; of all others together a method may say how many
of them are likely there all the same.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from annotate.consensus.method import Opinion, Voice, key_of
from annotate.consensus.table import KEEP, TIE, lots

DIGITS = 6
HALF_OF_LOTS = 2**63


def named_in(voices: Sequence[Voice]) -> dict[int, tuple[bool, ...]]:
    """The classes that anybody named, in rising order, each with who of the voices did."""
    said = [frozenset(voice.said.get("choice", ())) for voice in voices]
    named = sorted(frozenset().union(*said)) if said else []
    return {concept: tuple(concept in one for one in said) for concept in named}


def settle(
    named: Mapping[int, Sequence[bool]], presence: Mapping[int, float], *, item_id: int, seed: int
) -> dict[str, Any]:
    """The answer: every class that is more likely there than not; equal chances draw lots by the names of picture and
    class. One that all named is there, whatever is thought of them: that doubt shows in the confidence alone."""
    kept = [
        concept
        for concept, share in presence.items()
        if all(named[concept]) or share > 0.5 + TIE or (share >= 0.5 - TIE and _drawn(seed, item_id, concept))
    ]
    return {"choice": kept} if kept else {"nothing": True}


def _drawn(seed: int, item_id: int, concept: int) -> bool:
    return int(lots(seed, np.array([item_id]), np.array([concept]))[0]) >= HALF_OF_LOTS


def opinion(
    answer: Mapping[str, Any], presence: Mapping[int, float], *, confidence: float, voices: Sequence[Voice]
) -> Opinion:
    """The answer with how likely each class is there, and under "nothing" how likely none of those named is.

    Agreement is the mean, over each two counted votes, of the classes both name as a share of those either does.
    """
    none = math.prod(1 - share for share in presence.values())
    found = {key_of(concept): share for concept, share in presence.items()} | {"nothing": none}
    kept = {key: round(share, DIGITS) for key, share in found.items() if share >= KEEP}
    counted = [frozenset(voice.said.get("choice", ())) for voice in voices if voice.counted]
    pairs = [_alike(one, other) for one, other in combinations(counted, 2)]
    agreement = sum(pairs) / len(pairs) if pairs else float(bool(counted))
    return Opinion(answer, confidence, kept, agreement)


def _alike(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0


def sides(answer: Mapping[str, Any], presence: Mapping[int, float]) -> list[float]:
    """Of each class that was named, how likely the answer is right about it."""
    there = frozenset(answer.get("choice", ()))
    return [share if concept in there else 1 - share for concept, share in presence.items()]
