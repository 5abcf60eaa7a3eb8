"""PURE. Which pictures validate: a seeded permutation of groups, the same for the same pictures and seed.

A group's place in the permutation depends on nothing but its name and the seed. The groups up to a line validate, and
the line is drawn where a tenth of the labeled pictures has gathered: so a version that has grown keeps nearly all
validation pictures of the one before.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

SHARE = 10  # one picture in so many validates
RULE = "groups in an order drawn by SHA-256 of seed and group; the first ones up to a tenth of the labeled pictures"


@dataclass(frozen=True)
class Draw:
    """`line` is the last place that validates, -1 for none; `kept` are groups before it that train all the same."""

    seed: int
    line: int = -1
    kept: frozenset[str] = frozenset()

    def split(self, group: str) -> str:
        """ "val" or "train"; the same for every picture of a group."""
        return "val" if place(group, self.seed) <= self.line and group not in self.kept else "train"


def place(group: str, seed: int) -> int:
    """Where a group stands in the seed's permutation."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{group}".encode()).digest()[:8], "big")


def draw_validation(sizes: Iterable[tuple[str, int]], *, seed: int) -> Draw:
    """The draw for groups with their numbers of labeled pictures.

    A tenth validates, rounded down; nothing under ten pictures. A group that would take the share past one and a half
    times its size trains; where all are that large the smallest validates, unless it is the only one.
    """
    order = sorted((place(group, seed), size, group) for group, size in sizes)
    wanted = sum(size for _, size, _ in order) // SHARE
    if not wanted or len(order) < 2:
        return Draw(seed)
    room, taken, line = wanted + wanted // 2, 0, -1
    passed: list[tuple[int, str]] = []
    for at, size, group in order:
        if taken >= wanted:
            break
        if taken + size > room:
            passed.append((at, group))
        else:
            taken, line = taken + size, at
    if not taken:
        _, line, chosen = min((size, at, group) for at, size, group in order)
        passed = [(at, group) for at, _, group in order if group != chosen]
    return Draw(seed, line, frozenset(group for at, group in passed if at <= line))
