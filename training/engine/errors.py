"""Whose move it is when something stops: change the data, the config, or the machine."""

from typing import Literal

Side = Literal["data", "config", "server"]


class Fault(ValueError):
    """A stop with a sentence for people and the side that has to change."""

    def __init__(self, side: Side, sentence: str) -> None:
        """`sentence` is shown as it stands."""
        super().__init__(sentence)
        self.side = side

    def __str__(self) -> str:
        """As the last line of stderr says it."""
        return f"{self.side}: {self.args[0]}"


class Stopped(Exception):
    """The run was asked to stop, and its last whole epoch is on disk."""
