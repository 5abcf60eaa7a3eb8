"""The heartbeat of a row while the engine works for it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import QuerySet
from django.utils import timezone

from training.services import child

log = logging.getLogger(__name__)


class Heart:
    """Beats for a row while the engine works; tells the engine to go when the row is no longer ours."""

    def __init__(self, row: Callable[[], QuerySet[Any]], keep_going: Callable[[], bool]) -> None:
        self.row = row
        self.keep_going = keep_going
        self.beaten = time.monotonic()
        self.lost = False

    def look(self) -> child.Wish:
        """What the engine is to do now."""
        now = time.monotonic()
        if not self.lost and now - self.beaten >= settings.HEARTBEAT_SECONDS / 4:
            self.beaten = now
            try:
                self.lost = not self.row().update(heartbeat=timezone.now())
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer", exc_info=True)
                close_old_connections()
        if self.lost:
            return child.Wish.KILL
        return child.Wish.GO_ON if self.keep_going() else child.Wish.LEAVE
