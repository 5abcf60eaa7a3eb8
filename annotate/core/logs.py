"""No secret of a link or a script ever stands in a log, whoever writes the line and wherever it goes.

Addresses carry tokens, and addresses are what web servers and frameworks write down: in request lines, in warnings of
what was not found or refused, in the tracebacks of what broke. So the tokens go where all records are made, before any
handler of ours or of somebody else's sees them.
"""

import logging
import logging.config
import re
from typing import Any

HIDDEN = "***"
SLASH = r"(?:/|#|%(?:25)*2[Ff3])"
# What stands behind these words in an address, however short or mangled, but for the number of a row.
BEHIND = re.compile(rf"\b((?:invitations?|volunteer-links|join|reset|back){SLASH})(?!\d+(?![\w%~.-]))[^\s/?#&\"'<>\\]+")
# Anything that looks like one of our tokens, wherever it stands: digests and UUIDs have no capitals.
TOKEN = re.compile(r"(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{32,}")


def hide(text: str) -> str:
    """The text with its tokens made unreadable."""
    return TOKEN.sub(HIDDEN, BEHIND.sub(rf"\1{HIDDEN}", text))


class Record(logging.LogRecord):
    """A record whose message and traceback name no token."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        try:
            said = self.getMessage()
        except (TypeError, ValueError, KeyError):  # a placeholder too many: what there is, is told all the same
            said = f"{self.msg} {self.args}"
        self.msg, self.args = hide(said), None
        if self.exc_info:
            self.exc_text = hide(logging.Formatter().formatException(self.exc_info))


def configure(settings: dict[str, Any]) -> None:
    """What LOGGING_CONFIG names: the filter for all records of this process, then the handlers as they are set."""
    logging.setLogRecordFactory(Record)
    logging.config.dictConfig(settings)
