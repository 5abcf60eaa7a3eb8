"""The embedded broker: kombu's folder of message files, with messages that appear whole or not at all.

Kombu's own transport creates a message's file before it fills it. A worker that looks in between reads an empty
message and gives up; under load that happens every few minutes. Here a message is filled under another name first.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's channel with atomic writes."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        """Puts a message into the folder by a rename."""
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}"
        draft = folder / f"{name}.draft"
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.replace(folder / f"{name}.{queue}.msg")

    def get_table(self, exchange: str) -> list[Any]:
        """The queues of an exchange; none while another process is about to write the first of them."""
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []


class Transport(filesystem.Transport):
    """`folder://`, with kombu's options for the filesystem transport."""

    Channel = Channel
