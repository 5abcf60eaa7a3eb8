"""What later stages offer a project to choose from, told by themselves at the start: imports never point up.

`offer("consensus_method", names)` belongs in the `ready` of the app that can do it. What serves only some kinds of
label is offered to those; the first offered to a kind is what its projects begin with, where theirs says nothing.
"""

from collections.abc import Iterable

from annotate.core import errors
from annotate.kinds import KINDS

_OFFERS: dict[str, dict[str, set[str]]] = {"consensus_method": {}, "order": {"random": set(KINDS)}}


def offer(setting: str, names: Iterable[str], *, kinds: Iterable[str] = KINDS) -> None:
    """Adds values that the setting may take in projects of these kinds."""
    for name in names:
        _OFFERS[setting].setdefault(name, set()).update(kinds)


def offered(setting: str, kind: str) -> list[str]:
    return sorted(name for name, kinds in _OFFERS[setting].items() if kind in kinds)


def usual(setting: str, kind: str) -> str:
    """What a project of this kind begins with; Invalid where nothing installed serves the kind."""
    for name, kinds in _OFFERS[setting].items():
        if kind in kinds:
            return name
    raise errors.Invalid("not_offered", f"No {setting} here serves this kind of label.", {"setting": setting})


def check(setting: str, value: str, *, kind: str) -> None:
    """Invalid where nothing installed offers `value` to projects of this kind."""
    if value not in offered(setting, kind):
        told = {"setting": setting, "offered": offered(setting, kind)}
        raise errors.Invalid("not_offered", f"{setting} cannot be {value[:40]!r} here.", told)
