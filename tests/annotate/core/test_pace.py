"""Work in turns."""

from annotate.core.pace import in_turns


def test_steps_are_taken_until_none_finds_work() -> None:
    left = [3, 2, 1]
    assert in_turns(lambda: left.pop() if left else 0, seconds=60) == 6
    assert left == []


def test_a_turn_that_is_over_leaves_the_rest() -> None:
    left = [3, 2, 1]
    assert in_turns(lambda: left.pop() if left else 0, seconds=0) == 1
    assert left == [3, 2]
