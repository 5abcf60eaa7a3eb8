"""Fields that take a value only as what it is: no booleans as numbers, no numbers as text, no unknown names."""

import math
from typing import Any

from rest_framework import serializers

from annotate.core import errors


def accept(kind: type[serializers.Serializer[Any]], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """What `kind` makes of a request's data; a 422 that names the fields where it cannot."""
    reader = kind(data=data, partial=partial)
    reader.is_valid(raise_exception=True)
    found: dict[str, Any] = reader.validated_data
    return found


class Strict(serializers.Serializer[Any]):
    """An input whose every name is known; others are refused by name, so that nothing is silently left undone."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(set(data) - writable):
                said = serializers.ErrorDetail("There is no such field.", code="unknown_field")
                raise serializers.ValidationError({name[:100]: [said] for name in unknown[:20]})
        return super().to_internal_value(data)


class Integer(serializers.IntegerField):
    """A whole number; bounds default to what every database column holds."""

    def __init__(self, *, min_value: int = -(2**31), max_value: int = 2**31 - 1, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(data)


class Id(Integer):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**62, **options)


class Float(serializers.FloatField):
    """A finite number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)) or not math.isfinite(data):
            self.fail("invalid")
        return float(data)


class Boolean(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return bool(data)


class Char(serializers.CharField):
    """Text as it was sent, with surrounding blanks cut unless said otherwise; always bounded."""

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class Choice(serializers.ChoiceField):
    """One of a few words."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return super().to_internal_value(data)


class JsonObject(serializers.DictField):
    """An object whose inside is checked by somebody who knows its kind; already of bounded depth and size."""

    def __init__(self, *, max_keys: int = 100, **options: Any) -> None:
        self.max_keys = max_keys
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and len(data) > self.max_keys:
            raise errors.Invalid("too_many_keys", f"An object has more than {self.max_keys} names.")
        found: dict[str, Any] = super().to_internal_value(data)
        return found
