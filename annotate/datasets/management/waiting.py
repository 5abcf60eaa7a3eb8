"""Work that a command has begun and waits for: done here, unless a worker is at it already."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from annotate.datasets import selectors
from annotate.datasets.models import DatasetVersion, Export

log = logging.getLogger(__name__)
Row = TypeVar("Row", DatasetVersion, Export)
LOOK_SECONDS = 0.5


def awaited(look: Callable[[], Row], work: Callable[[], bool]) -> Row:
    """The row once it is ready or failed. `work` does what waits, if anything does; why it failed stands in its job."""
    while selectors.state_of(row := look()) == row.State.QUEUED:
        try:
            worked = work()
        except Exception:
            log.exception("the work on %s %s failed", type(row).__name__, row.pk)
            continue
        if not worked:
            time.sleep(LOOK_SECONDS)
    return row
