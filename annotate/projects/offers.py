"""What later stages offer a project to choose from, told by themselves at the start: imports never point up.

`offer("consensus_method", names)` belongs in the `ready` of the app that can do it.
"""

from collections.abc import Iterable

from annotate.core import errors

_OFFERS: dict[str, set[str]] = {"consensus_method": set(), "order": {"random"}}


def offer(setting: str, names: Iterable[str]) -> None:
    """Adds values that a project's setting may take."""
    _OFFERS[setting].update(names)


def offered(setting: str) -> list[str]:
    return sorted(_OFFERS[setting])


def check(setting: str, value: str) -> None:
    """Invalid where nothing installed offers `value`."""
    if value not in _OFFERS[setting]:
        told = {"setting": setting, "offered": offered(setting)}
        raise errors.Invalid("not_offered", f"{setting} cannot be {value[:40]!r} here.", told)
