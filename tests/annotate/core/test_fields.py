"""Each field takes a value only as what it is."""

from typing import Any

import pytest
from rest_framework import exceptions, serializers

from annotate.core import errors, fields


class Input(fields.Strict):
    whole = fields.Integer(required=False)
    row = fields.Id(required=False)
    part = fields.Float(required=False)
    flag = fields.Boolean(required=False)
    text = fields.Char(required=False, max_length=5)
    word = fields.Choice(["a", "b"], required=False)
    thing = fields.JsonObject(required=False, max_keys=2)
    shown = serializers.CharField(read_only=True)


GOOD: list[dict[str, Any]] = [
    {"whole": -3}, {"row": 2**40}, {"part": 1}, {"part": 0.5}, {"flag": False}, {"text": "abc"}, {"word": "b"},
    {"thing": {"x": [1, None]}}, {},
]  # fmt: skip
BAD: list[tuple[str, Any]] = [
    ("whole", True), ("whole", "3"), ("whole", 3.0), ("whole", None), ("whole", [3]), ("whole", 2**31), ("row", 0),
    ("row", -1), ("row", False), ("part", True), ("part", "1.5"), ("part", float("inf")), ("flag", 1),
    ("flag", "true"), ("flag", None), ("text", 5), ("text", True), ("text", "abcdef"), ("text", None), ("word", "c"),
    ("word", ["a"]), ("word", True), ("thing", []), ("thing", "x"), ("unheard", 1), ("shown", "x"),
]  # fmt: skip


@pytest.mark.parametrize("said", GOOD)
def test_a_value_of_its_own_kind_is_taken(said: dict[str, Any]) -> None:
    assert fields.accept(Input, said) == said


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_of_another_kind_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(exceptions.ValidationError) as caught:
        fields.accept(Input, {name: value})
    assert list(caught.value.detail) == [name]


def test_an_object_with_too_many_names_is_refused() -> None:
    with pytest.raises(errors.Invalid):
        fields.accept(Input, {"thing": {"a": 1, "b": 2, "c": 3}})
