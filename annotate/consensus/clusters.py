"""Boxes of several people gathered into clusters that each mean one thing in the picture."""

import heapq
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotate.kinds.box import overlapping

DIGITS: Final = 12  # affinities are equal that differ by no more than the rounding of a mean
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[int, int]


def gather(corners: Floats, *, owners: Ints, classes: Ints, least: float, other_class: float) -> list[tuple[int, ...]]:
    """Indices of the boxes by cluster: greedy by the highest average affinity down to `least`, where affinity is IoU
    less `other_class` between boxes of different classes, and never two boxes of one owner in a cluster. Of equal
    affinities the one that makes the larger cluster comes first, so that a thing is one cluster and not two halves.

    Cost grows with the number of overlapping pairs. Members rise, and clusters are ordered by their first.
    """
    between = _overlaps(corners, owners=owners, classes=classes, other_class=other_class)
    members: dict[int, tuple[int, ...]] = {one: (one,) for one in range(len(corners))}
    people = {one: {int(owner)} for one, owner in enumerate(owners)}
    near: dict[int, set[int]] = {one: set() for one in members}
    for one, other in between:
        near[one].add(other)
        near[other].add(one)
    heap = [(-round(affinity, DIGITS), -2, pair) for pair, affinity in between.items() if affinity >= least]
    heapq.heapify(heap)
    fresh = len(corners)
    while heap:
        _, _, (one, other) = heapq.heappop(heap)
        if one not in members or other not in members:
            continue
        members[fresh] = tuple(sorted(members.pop(one) + members.pop(other)))
        people[fresh] = people[one] | people[other]
        near[fresh] = {third for third in near[one] | near[other] if third in members}
        for third in near[fresh]:
            near[third].add(fresh)
            joint = sum(between.get((min(part, third), max(part, third)), 0.0) for part in (one, other))
            between[(third, fresh)] = joint
            mean = joint / (len(members[third]) * len(members[fresh]))
            if mean >= least and not people[third] & people[fresh]:
                size = len(members[third]) + len(members[fresh])
                heapq.heappush(heap, (-round(mean, DIGITS), -size, (third, fresh)))
        fresh += 1
    return sorted(members.values())


def _overlaps(corners: Floats, *, owners: Ints, classes: Ints, other_class: float) -> dict[Pair, float]:
    """Affinity of each pair (lower index first) of different owners that overlaps at all."""
    met = overlapping(corners, corners)
    affinity = met.overlap - other_class * (classes[met.rows] != classes[met.columns])
    kept = (met.rows < met.columns) & (owners[met.rows] != owners[met.columns]) & (affinity > 0)
    pairs = zip(met.rows[kept].tolist(), met.columns[kept].tolist(), strict=True)
    return dict(zip(pairs, affinity[kept].tolist(), strict=True))
