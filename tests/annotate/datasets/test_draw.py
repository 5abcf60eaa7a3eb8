"""Validation is a tenth, by whole groups, the same for the same seed, and nearly the same when more is labeled."""

import pytest

from annotate.datasets.draw import draw_validation


def val(sizes: dict[str, int], seed: int = 1) -> set[str]:
    drawn = draw_validation(sizes.items(), seed=seed)
    return {group for group in sizes if drawn.split(group) == "val"}


@pytest.mark.parametrize(("pictures", "wanted"), [(0, 0), (1, 0), (9, 0), (10, 1), (19, 1), (20, 2), (1000, 100)])
def test_a_tenth_validates(pictures: int, wanted: int) -> None:
    assert len(val({f"g{n}": 1 for n in range(pictures)})) == wanted


def test_the_seed_decides_and_the_order_does_not() -> None:
    sizes = {f"g{n}": 1 for n in range(200)}
    assert val(sizes) == val(dict(reversed(sizes.items())))
    assert val(sizes, seed=1) != val(sizes, seed=2)


def test_groups_stay_whole_and_large_ones_train() -> None:
    sizes = {"huge": 80, **{f"g{n}": 2 for n in range(60)}}
    for seed in range(20):
        chosen = val(sizes, seed)
        assert "huge" not in chosen
        assert 20 <= sum(sizes[group] for group in chosen) <= 22


def test_the_smallest_validates_where_all_are_large_and_one_group_trains() -> None:
    assert all(val({"a": 50, "b": 40, "c": 60}, seed) == {"b"} for seed in range(10))
    assert val({"only": 50}) == set()


def test_a_grown_set_keeps_its_validation_pictures() -> None:
    before = val({f"g{n}": 1 for n in range(500)})
    after = val({f"g{n}": 1 for n in range(1000)})
    assert len(before - after) <= 20


def test_a_group_without_labels_has_a_side_too() -> None:
    drawn = draw_validation([(f"g{n}", 1) for n in range(500)], seed=3)
    sides = [drawn.split(f"new{n}") for n in range(1000)]
    assert 50 <= sides.count("val") <= 150
