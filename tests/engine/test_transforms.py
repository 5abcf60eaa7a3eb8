"""Augmentation is drawn from counters, moves and mirrors only what it should, and leaves no other trace."""

import numpy as np
import pytest
import torch

from training.engine.transforms import (
    AUGMENT,
    NORMALISATIONS,
    TRANSFORMS,
    epoch_batches,
    gather,
    generator_for,
    normalise,
    steps_per_epoch,
)

PIXELS = torch.arange(3 * 16 * 16 * 3, dtype=torch.int64).remainder(251).to(torch.uint8).reshape(3, 16, 16, 3)
ROWS = torch.tensor([2, 0, 1, 1])


def test_without_a_generator_or_a_transform_pictures_stay() -> None:
    for name in TRANSFORMS:
        assert torch.equal(gather(PIXELS, ROWS, TRANSFORMS[name], None), PIXELS[ROWS])
    assert torch.equal(gather(PIXELS, ROWS, TRANSFORMS["plain"], generator_for(0, AUGMENT, 1, 0)), PIXELS[ROWS])


def test_flip_gives_each_picture_or_its_mirror() -> None:
    rows = torch.zeros(40, dtype=torch.int64)
    out = gather(PIXELS, rows, TRANSFORMS["flip"], generator_for(0, AUGMENT, 1, 0))
    straight = [torch.equal(one, PIXELS[0]) for one in out]
    mirrored = [torch.equal(one, PIXELS[0].flip(1)) for one in out]
    assert all(a != b for a, b in zip(straight, mirrored, strict=True))
    assert 5 < sum(straight) < 35


def test_crop_gives_windows_of_the_mirrored_surroundings() -> None:
    reach = 2
    side = PIXELS.shape[1]
    padded = np.pad(PIXELS[0].numpy(), ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    windows = [padded[y : y + side, x : x + side] for y in range(2 * reach + 1) for x in range(2 * reach + 1)]
    possible = {part.tobytes() for window in windows for part in (window, window[:, ::-1])}
    out = gather(PIXELS, torch.zeros(60, dtype=torch.int64), TRANSFORMS["crop_flip"], generator_for(1, AUGMENT, 1, 0))
    found = {one.numpy().tobytes() for one in out}
    assert found <= possible
    assert len(found) > 20


def test_the_same_counters_give_the_same_batch_and_others_another() -> None:
    crop = TRANSFORMS["crop_flip"]
    first = gather(PIXELS, ROWS, crop, generator_for(7, AUGMENT, 3, 2))
    assert torch.equal(first, gather(PIXELS, ROWS, crop, generator_for(7, AUGMENT, 3, 2)))
    for counters in ((8, 3, 2), (7, 4, 2), (7, 3, 1)):
        seed, epoch, batch = counters
        assert not torch.equal(first, gather(PIXELS, ROWS, crop, generator_for(seed, AUGMENT, epoch, batch)))


@pytest.mark.parametrize(("count", "size"), [(1, 8), (8, 8), (9, 8), (100, 32), (33, 32)])
def test_an_epoch_sees_each_picture_once_in_batches_alike(count: int, size: int) -> None:
    batches = epoch_batches(count, size, seed=1, epoch=2)
    assert sorted(np.concatenate(batches).tolist()) == list(range(count))
    lengths = {len(batch) for batch in batches}
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1
    assert len(batches) == steps_per_epoch(count, size)
    if count > 8:
        assert np.concatenate(batches).tolist() != np.concatenate(epoch_batches(count, size, seed=1, epoch=3)).tolist()


@pytest.mark.parametrize("name", sorted(NORMALISATIONS))
def test_normalising_scales_each_channel_and_sets_the_layout(name: str) -> None:
    mean, spread = NORMALISATIONS[name]
    batch = torch.tensor([[[[0, 128, 255]]]], dtype=torch.uint8).expand(2, 4, 4, 3)
    wanted = [(value - m) / s for value, m, s in zip((0, 128, 255), mean, spread, strict=True)]
    for channels_last in (True, False):
        out = normalise(batch.contiguous(), name, channels_last=channels_last)
        assert out.shape == (2, 3, 4, 4)
        assert out.is_contiguous(memory_format=torch.channels_last) == channels_last
        assert out[1, :, 3, 2].tolist() == pytest.approx(wanted)
