"""With which codes an operation may refuse: read from the source of everything that its handler can reach.

Names are followed through modules, classes and functions of this project; what only background jobs reach is left out,
as it answers nobody. A code that is made up at run time (why one file of many was not taken) is data, not a refusal.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from annotate.core import errors

OURS = ("annotate.", "training.")
SELF = frozenset({"self", "cls"})


class Refusal(NamedTuple):
    """One way to be refused: `message` as it is written in the source, with {names} where values stand."""

    status: int
    code: str
    message: str


def told_by(roots: list[tuple[Any, type | None]]) -> set[Refusal]:
    """The refusals that the given functions can reach; each root comes with the class that `self` is of, if any."""
    found: set[Refusal] = set()
    seen: set[tuple[Any, type | None]] = set()
    waiting = [pair for thing, owner in roots for pair in _functions(thing, owner)]
    while waiting:
        function, owner = waiting.pop()
        if (function, owner) in seen:
            continue
        seen.add((function, owner))
        for node in ast.walk(_tree(function)):
            if isinstance(node, ast.Call):
                found.update(_refusal(node, function, owner))
            if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id not in SELF):
                waiting += _functions(_resolve(node, function, owner), owner if _is_self(node) else None)
    return found


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in SELF


@lru_cache(maxsize=5000)
def _tree(function: FunctionType) -> ast.AST:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # made at run time, or a lambda inside of something
        return ast.Module(body=[], type_ignores=[])


def _refusal(node: ast.Call, function: FunctionType, owner: type | None) -> Iterator[Refusal]:
    kind = _resolve(node.func, function, owner)
    if not (inspect.isclass(kind) and issubclass(kind, errors.Refused) and node.args):
        return
    code = node.args[0]
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        yield Refusal(kind.status, code.value, _text(node.args[1]) if len(node.args) > 1 else "")


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(f"{{{ast.unparse(part.value)}}}" if isinstance(part, ast.FormattedValue) else _text(part)
                       for part in node.values)  # fmt: skip
    return ""


def _resolve(node: ast.AST, function: FunctionType, owner: type | None) -> Any:
    """What a name or a dotted name stands for, as far as that can be told without running anything; else None."""
    if isinstance(node, ast.Name):
        return owner if node.id in SELF else function.__globals__.get(node.id)
    if isinstance(node, ast.Attribute):
        base = _resolve(node.value, function, owner)
        if _is_ours(base):
            return inspect.getattr_static(base, node.attr, None)
    return None


def _is_ours(thing: Any) -> bool:
    if isinstance(thing, ModuleType):
        return thing.__name__.startswith(OURS)
    kind = thing if inspect.isclass(thing) else type(thing)
    return str(kind.__module__).startswith(OURS)


def _functions(thing: Any, owner: type | None) -> Iterator[tuple[FunctionType, type | None]]:
    """The functions that are reached by naming a thing: itself, or all methods of a class, each with its `self`."""
    if isinstance(thing, staticmethod | classmethod | MethodType):
        thing = thing.__func__
    if isinstance(thing, property):
        thing = thing.fget
    if isinstance(thing, FunctionType):
        plain: Callable[..., Any] = inspect.unwrap(thing)
        if isinstance(plain, FunctionType) and plain.__module__.startswith(OURS):
            yield plain, owner
    elif inspect.isclass(thing) and _is_ours(thing) and not issubclass(thing, errors.Refused):
        for member in vars(thing).values():
            if isinstance(member, FunctionType | staticmethod | classmethod | property):
                yield from _functions(member, thing)
        for field in getattr(thing, "_declared_fields", {}).values():  # of a serializer, whose class keeps them there
            yield from _functions(type(field), None)
