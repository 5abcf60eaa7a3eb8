"""The OpenAPI schema is whole: the frontend's types are made from it."""

import json
from typing import Any

import pytest
from django.core.management import call_command

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", "--file", str(file))
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_the_schema_is_valid_and_without_a_warning(schema: dict[str, Any]) -> None:
    assert len(operations(schema)) > 30


def test_every_operation_has_a_name_of_its_own(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(schema)]
    assert len(set(names)) == len(names)
    guessed = [name for name in names if name.startswith("api_") or name.endswith(("_retrieve", "_partial_update"))]
    assert guessed == []


def test_every_operation_says_what_it_answers_and_how_it_refuses(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        replies = operation["responses"]
        assert any(status.startswith("2") for status in replies), name
        assert replies["default"]["content"]["application/json"]["schema"]["$ref"].endswith("/Refusal"), name
