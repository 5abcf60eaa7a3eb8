"""Perceptual hashes: the very bits of the published ones, and near ones found."""

import io

import imagehash
import numpy as np
from PIL import Image

from annotate.ingest import likeness
from tests.make import picture_bytes


def square(picture: Image.Image) -> bytes:
    return picture.convert("L").resize((32, 32), Image.Resampling.LANCZOS).tobytes()


def test_hashes_are_those_of_imagehash() -> None:
    pictures = [Image.open(io.BytesIO(picture_bytes(number, size=(90, 70)))) for number in range(40)]
    ours = likeness.hashes_of([square(picture) for picture in pictures])
    assert [int(value) for value in ours] == [int(str(imagehash.phash(picture)), 16) for picture in pictures]


def test_hashes_survive_their_column() -> None:
    values = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]
    assert likeness.from_stored([likeness.stored(value) for value in values]).tolist() == values


def test_near_hashes_share_a_band() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        one = int(rng.integers(0, 2**63))
        other = one
        for bit in rng.choice(64, size=likeness.NEAR, replace=False):
            other ^= 1 << int(bit)
        first, second = likeness.bands_of(np.array([one, other], dtype=np.uint64))
        assert any(a == b for a, b in zip(first, second, strict=True))


def test_near_is_at_most_four_bits_apart() -> None:
    one = np.array([0], dtype=np.uint64)
    others = np.array([0b1, 0b1111, 0b11111, 2**63], dtype=np.uint64)
    assert likeness.near(one, others) == [(0, 0), (0, 1), (0, 3)]
    assert likeness.near_pairs(np.zeros(4, dtype=np.uint64), others) == [0, 1, 3]
    assert likeness.near(one[:0], others) == []
    assert likeness.hashes_of([]).tolist() == []
