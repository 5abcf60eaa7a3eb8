"""Whose known answers a person was told, told by the later stages at the start: imports never point up.

`let(rule)` belongs in the `ready` of the app that tells them; such a task says nothing of the person any more and is
never asked of them blind.
"""

from collections.abc import Callable, Collection

Rule = Callable[[int, Collection[int]], set[int]]
_RULES: list[Rule] = []


def let(rule: Rule) -> None:
    """Adds a rule `(user id, task ids)` that gives those of the tasks whose answers the person was told."""
    if rule not in _RULES:
        _RULES.append(rule)


def told(user_id: int, task_ids: Collection[int]) -> set[int]:
    """Those of these tasks whose answers this person was told; asks about no other."""
    return {task for rule in _RULES for task in rule(user_id, task_ids)} if task_ids else set()
