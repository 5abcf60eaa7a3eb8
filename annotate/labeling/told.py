"""Whose known answers a person was told, told by the later stages at the start: imports never point up.

`let(rule)` belongs in the `ready` of the app that tells them; such a task says nothing of the person any more and is
never asked of them blind.
"""

from collections.abc import Callable

Rule = Callable[[int, int], set[int]]
_RULES: list[Rule] = []


def let(rule: Rule) -> None:
    """Adds a rule `(project id, user id)` that gives the ids of the tasks whose answers the person was told."""
    if rule not in _RULES:
        _RULES.append(rule)


def told(project_id: int, user_id: int) -> set[int]:
    """The tasks of a project whose answers this person was told."""
    return {task for rule in _RULES for task in rule(project_id, user_id)}
