"""Counts that all web processes share: a window that ends, a bucket that fills up, rows that do not stay for ever."""

from functools import partial

import pytest

from annotate.accounts import attempts
from annotate.core import errors, limits
from annotate.core.limits import Attempts, Spent, Tempo
from tests.annotate.projects.test_people import together


class Clock:
    def __init__(self, now: float = 1e9) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def wait_of(one: Tempo, key: str, number: int) -> int:
    with pytest.raises(errors.TooMany) as refused:
        one.spend(key, number)
    assert refused.value.data["per_minute"] == one.limit
    return refused.value.retry_after


@pytest.mark.django_db
def test_a_window_ends_and_two_processes_count_as_one() -> None:
    clock = Clock()
    here, there = (Attempts("tries", 2, clock=clock) for _ in range(2))
    here.spend("a")
    there.spend("a")
    clock.now += 100.0
    for one in (here, there):
        with pytest.raises(errors.TooMany) as caught:
            one.spend("a")
        assert caught.value.retry_after == 200
    here.spend("b")
    Attempts("other tries", 1, clock=clock).spend("a")
    clock.now += 200.0
    there.spend("a")
    here.spend("a")
    with pytest.raises(errors.TooMany):
        there.spend("a")


@pytest.mark.django_db
def test_a_try_given_back_can_be_made_again_elsewhere() -> None:
    here, there = (Attempts("tries", 1) for _ in range(2))
    here.spend("a")
    here.give_back("a")
    there.spend("a")
    here.give_back("a")
    here.give_back("a")
    here.spend("a")
    with pytest.raises(errors.TooMany):
        there.spend("a")
    here.give_back("unheard of")


@pytest.mark.django_db
def test_what_is_kept_names_nobody_and_goes_when_it_is_stale() -> None:
    clock = Clock()
    one = Attempts("tries", 1, clock=clock)
    for number in range(limits.TAKEN_ALONG + 5):
        one.spend(f"192.0.2.7 hunter{number}")
    assert "hunter" not in "".join(Spent.objects.values_list("key", flat=True))
    clock.now += limits.STALE_SECONDS + 1
    one.spend("x")
    assert Spent.objects.count() == 6
    one.spend("y")
    assert Spent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted() -> None:
    counts = [Attempts("tries", 5) for _ in range(8)]
    done = together([partial(one.spend, "a") for one in counts])
    assert done.count(None) == 5 and sum(isinstance(one, errors.TooMany) for one in done) == 3
    assert Spent.objects.get().amount == 5


@pytest.mark.django_db
def test_a_minutes_worth_at_once_then_at_that_pace_whoever_counts() -> None:
    clock = Clock()
    here, there = (Tempo("answers", 120, clock=clock) for _ in range(2))
    for number in range(120):
        (here, there)[number % 2].spend("7", 1)
    assert wait_of(here, "7", 1) == 1 and wait_of(there, "7", 20) == 10
    here.spend("8", 120)
    clock.now += 10
    there.spend("7", 20)
    assert wait_of(here, "7", 2) == 1
    clock.now += 3600
    here.spend("7", 120)
    assert wait_of(there, "7", 120) == 60
    here.spend("9", 0)
    assert Spent.objects.count() == 2


@pytest.mark.django_db
def test_what_was_done_without_a_connection_comes_in_and_takes_its_time() -> None:
    clock = Clock()
    one = Tempo("answers", 40, clock=clock)
    one.spend("7", 100)
    assert wait_of(one, "7", 1) == 92  # 60 too many, and the one that is asked for
    clock.now += 92
    one.spend("7", 1)


def test_no_two_counts_share_their_keys() -> None:
    counted = [one for one in vars(attempts).values() if isinstance(one, Attempts)]
    assert len(counted) == len({one.name for one in counted}) == 6
