"""CIFAR-10 with the votes that real people gave its test pictures, and how the benchmarks read both."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class TestSet:
    """The 10,000 test pictures: their names in the archive by place in the official order, votes and labels."""

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    label: NDArray[np.int64]
    places: dict[str, int]

    def place_of(self, name: str) -> int:
        """The place of a picture by the end of its name, `<class>/NNNN.jpg`."""
        return self.places[_tail(name)]

    def truth_of(self, name: str) -> int:
        return int(self.label[self.place_of(name)])


def _tail(name: str) -> str:
    return "/".join(name.split("/")[-2:])


def read_test_set(archive: Path, votes: Path) -> TestSet:
    """`test/<class>/NNNN.jpg` is the NNNN-th picture of that class among the official labels."""
    held = np.load(votes)
    label = held["label"].astype(np.int64)
    with zipfile.ZipFile(archive) as opened:
        members = sorted(name for name in opened.namelist() if "test/" in name and name.endswith(".jpg"))
    names = [""] * len(label)
    for number, class_name in enumerate(CLASSES):
        of_class = [name for name in members if name.split("/")[-2] == class_name]
        for name, place in zip(of_class, np.flatnonzero(label == number), strict=True):
            names[int(place)] = name
    places = {_tail(name): place for place, name in enumerate(names)}
    return TestSet(tuple(names), held["counts"].astype(np.int64), label, places)


@dataclass
class Crowd:
    """Real votes waiting to be given: each picture's own, in a seeded order, each of them given once."""

    counts: NDArray[np.int64]
    seed: int
    waiting: dict[int, list[int]] = field(default_factory=dict)

    def next_vote(self, place: int) -> int:
        """The class that the next person says of a picture."""
        if place not in self.waiting:
            votes = np.repeat(np.arange(10), self.counts[place])
            self.waiting[place] = np.random.default_rng([self.seed, place]).permutation(votes).tolist()
        return self.waiting[place].pop()


def wilson(right: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    share = right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return float(middle - half), float(middle + half)
