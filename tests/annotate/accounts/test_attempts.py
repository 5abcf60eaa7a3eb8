"""The count of attempts: a window that ends, a memory that is bounded."""

import pytest

from annotate.accounts import attempts
from annotate.core import errors


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_window_ends() -> None:
    clock = Clock()
    counted = attempts.Attempts(2, clock=clock)
    counted.spend("a")
    counted.spend("a")
    clock.now = 100.0
    with pytest.raises(errors.TooMany) as caught:
        counted.spend("a")
    assert caught.value.retry_after == 200
    counted.spend("b")
    clock.now = 300.0
    counted.spend("a")


def test_a_try_given_back_can_be_made_again() -> None:
    counted = attempts.Attempts(1)
    counted.spend("a")
    counted.give_back("a")
    counted.spend("a")
    counted.give_back("unheard of")


def test_memory_is_bounded_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "KEPT_KEYS", 3)
    counted = attempts.Attempts(1)
    for key in "abcd":
        counted.spend(key)
    counted.spend("a")
    with pytest.raises(errors.TooMany):
        counted.spend("d")
