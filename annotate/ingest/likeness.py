"""How alike two pictures are: perceptual hashes of 64 bits, many at a time."""

import numpy as np
from numpy.typing import NDArray

SIDE = 32
KEPT = 8
# Hashes that differ in at most this many bits are taken for one picture.
NEAR = 4
# One band more than bits may differ: then at least one band is untouched.
BAND_BITS = (13, 13, 13, 13, 12)

Hashes = NDArray[np.uint64]


def _cosines() -> NDArray[np.float64]:
    """The first rows of the type-II cosine transform of 32 values, unscaled."""
    rows, columns = np.arange(KEPT)[:, None], np.arange(SIDE)[None, :]
    table: NDArray[np.float64] = 2 * np.cos(np.pi * rows * (2 * columns + 1) / (2 * SIDE))
    return table


COSINES = _cosines()


def hashes_of(squares: list[bytes]) -> Hashes:
    """One hash for each 32 x 32 grey square (bytes, row by row): which low frequencies lie above their median.

    The same bits as imagehash.phash, the first one highest (Zauner, 2010).
    """
    if not squares:
        return np.zeros(0, dtype=np.uint64)
    pixels = np.frombuffer(b"".join(squares), dtype=np.uint8).reshape(-1, SIDE, SIDE).astype(np.float64)
    low = (COSINES @ pixels @ COSINES.T).reshape(len(squares), KEPT * KEPT)
    bits = low > np.median(low, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(">u8").astype(np.uint64).reshape(-1)


def stored(value: int) -> int:
    """A hash as the signed number that a database column holds."""
    return value - 2**64 if value >= 2**63 else value


def from_stored(values: list[int]) -> Hashes:
    return np.array(values, dtype=np.int64).view(np.uint64)


def bands_of(hashes: Hashes) -> list[tuple[int, ...]]:
    """The bands of each hash, lowest bits first."""
    columns = []
    shift = 0
    for bits in BAND_BITS:
        columns.append(((hashes >> np.uint64(shift)) & np.uint64(2**bits - 1)).astype(np.int64).tolist())
        shift += bits
    return list(zip(*columns, strict=True))


def near(one: Hashes, other: Hashes) -> list[tuple[int, int]]:
    """Positions (in `one`, in `other`) of hashes that are taken for one picture, in order."""
    if not len(one) or not len(other):
        return []
    apart = np.bitwise_count(one[:, None] ^ other[None, :])
    return [(int(row), int(column)) for row, column in np.argwhere(apart <= NEAR)]


def near_pairs(one: Hashes, other: Hashes) -> list[int]:
    """Positions at which two lists of equal length hold hashes that are taken for one picture."""
    return [int(position) for position in np.flatnonzero(np.bitwise_count(one ^ other) <= NEAR)]
