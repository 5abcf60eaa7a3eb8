"""How long a sweep stays at one kind of work before it lets the others have their turn."""

import time
from collections.abc import Callable

TURN_SECONDS = 5.0


def in_turns(step: Callable[[], int], *, seconds: float = TURN_SECONDS) -> int:
    """Repeats a step, which does a bounded part of its work and says how much, until it finds none or its turn is over.

    At least one step is taken; what is left waits for the next sweep.
    """
    until = time.monotonic() + seconds
    done = 0
    while part := step():
        done += part
        if time.monotonic() >= until:
            break
    return done
