"""The OpenAPI schema is whole: the frontend's types are made from it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from tests.make import client_for

ROOT = Path(__file__).resolve().parent.parent
# What a script does first: each has an example of what it is asked and of what it answers.
MAIN = {
    "projects_create", "classes_add", "batches_open", "batches_add", "desk_work", "versions_freeze", "exports_start",
    "training_runs_start", "cycle_next", "tokens_make",
}  # fmt: skip
MAIN_TO_READ = {
    "session_get", "projects_list", "jobs_get", "batches_get", "images_list", "versions_get", "exports_get",
    "training_run_get", "training_run_metrics", "training_evaluation_get",
}  # fmt: skip
# Refused to whoever runs `manage.py ingest`, and to no request.
ONLY_FROM_COMMANDS = {"batch_busy", "cancelled"}
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


def test_every_operation_says_what_it_is_for_and_stands_under_a_tag(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        assert re.fullmatch(r"\S.{8,}[.]", operation.get("summary", "")), name
        assert len(operation["tags"]) == 1, name
        assert "`rules` names the action" not in operation.get("description", ""), f"{name} describes its base class"


def test_every_operation_tells_its_codes(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        told = operation["x-refusals"]
        assert {"429", "500", "503"} <= set(told) <= {str(status) for status in range(400, 600)}, name
        assert all(
            code in operation["responses"]["default"]["description"] for codes in told.values() for code in codes
        )
        open_to_all = {} in operation["security"]
        assert "not_signed_in" in told["401"] or open_to_all, name
        if "/projects/{pid}" in name:
            assert {"not_found"} <= set(told["404"]) and {"forbidden"} <= set(told["403"]), name


def test_the_codes_are_those_that_the_code_can_reach(schema: dict[str, Any]) -> None:
    """Each of these is raised in another place: the view, a service, a service of another app, a parser, a selector."""
    told = {operation["operationId"]: operation["x-refusals"] for _, operation in operations(schema)}
    assert "token_of_one_project" in told["projects_create"]["403"]
    assert "class_name_twice" in told["projects_create"]["422"]
    assert "version_not_ready" in told["training_runs_start"]["409"]
    assert "not_json" in told["training_runs_start"]["400"]
    assert "last_admin" in told["members_leave"]["409"]
    assert "batch_closed" in told["batches_add"]["409"] and "no_room" in told["batches_add"]["507"]
    assert "bad_cursor" in told["versions_list"]["400"] and "bad_cursor" not in told["versions_freeze"]["400"]
    assert "wrong_credentials" in told["session_sign_in"]["401"]


def test_no_code_of_the_source_is_forgotten(schema: dict[str, Any]) -> None:
    """Whatever a request can be refused with is told by some operation; what only commands raise stands apart."""
    raised = set()
    for path in [*(ROOT / "annotate").rglob("*.py"), *(ROOT / "training").rglob("*.py")]:
        if "management" not in path.parts:
            kinds = "Invalid|BadRequest|NotSignedIn|Forbidden|NotFound|Conflict|TooLarge|TooMany|Unavailable"
            raised |= set(re.findall(rf'errors\.(?:{kinds})\(\s*"(\w+)"', path.read_text()))
    told = {code for _, one in operations(schema) for codes in one["x-refusals"].values() for code in codes}
    assert raised - told == ONLY_FROM_COMMANDS
    assert len(raised) > 60


def test_examples_are_what_they_are_examples_of(schema: dict[str, Any]) -> None:
    shown = {}
    for name, operation in operations(schema):
        contents = [("request", content) for content in operation.get("requestBody", {}).get("content", {}).values()]
        for status, reply in operation["responses"].items():
            contents += [("response", one) for one in reply.get("content", {}).values() if status.startswith("2")]
        for side, content in contents:
            for example in content.get("examples", {}).values():
                check = {**content["schema"], "components": schema["components"]}
                wrong = [
                    f"{error.json_path}: {error.message}" for error in validator(check).iter_errors(example["value"])
                ]
                assert wrong == [], (name, side)
                shown.setdefault(operation["operationId"], set()).add(side)
    assert {name for name, sides in shown.items() if sides == {"request", "response"}} >= MAIN
    assert set(shown) >= MAIN_TO_READ
    written = json.loads((ROOT / "annotate/core/examples.json").read_text())
    assert set(written) == set(shown), "an example of what is no operation"


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Strict about names: an example with a field that the shape does not know is no example of it."""
    parts = schema["components"]["schemas"]
    strict = {
        name: {**part, "additionalProperties": False} if part.get("properties") and name != "Refusal" else part
        for name, part in parts.items()
    }
    return Draft202012Validator({**schema, "components": {"schemas": strict}})


@pytest.mark.django_db
def test_the_description_is_served_to_anybody(schema: dict[str, Any]) -> None:
    reply = client_for().get("/api/schema")
    assert reply.status_code == 200 and reply["Content-Type"] == "application/json"
    served = reply.json()
    assert served["paths"].keys() == schema["paths"].keys()
    assert served["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "/api/schema" in (ROOT / "docs/scripts.md").read_text()
