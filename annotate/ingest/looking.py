"""Which pictures a volunteer may look at, told by the later stages at the start: imports never point up.

`let(rule)` belongs in the `ready` of the app that hands pictures to people. Without a rule nothing may be seen.
"""

from collections.abc import Callable

Rule = Callable[[int, int], bool]
_RULES: list[Rule] = []


def let(rule: Rule) -> None:
    """Adds a rule `(user id, image id)` by which a volunteer may look at a picture of the project."""
    if rule not in _RULES:
        _RULES.append(rule)


def may_look(user_id: int, image_id: int) -> bool:
    """Whether any rule lets this person look at the picture."""
    return any(rule(user_id, image_id) for rule in _RULES)
