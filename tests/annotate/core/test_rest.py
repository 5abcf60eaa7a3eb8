"""What a body may contain, how refusals look, how lists are paged - asked of real routes."""

import json

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from rest_framework.test import APIClient

from annotate.core import errors, rest
from annotate.core.audit import Audit
from tests.make import PASSWORD, client_for, make_project, make_user

SIGN_IN = "/api/session/sign-in"
DEEP = b'{"username":' + b"[" * 40 + b"]" * 40 + b"}"
BODIES = {
    "not JSON": (b"{", 400, "not_json"),
    "trailing data": (b'{"username":"a"} x', 400, "not_json"),
    "empty text": (b" ", 400, "not_json"),
    "byte order mark": (b'\xef\xbb\xbf{"username":"a"}', 400, "not_json"),
    "not UTF-8": (b'{"username":"\xff"}', 400, "not_utf8"),
    "UTF-16": ('{"username":"a"}'.encode("utf-16"), 400, "not_utf8"),
    "same key twice": (b'{"username":"a","username":"b"}', 400, "duplicate_key"),
    "too deep": (DEEP, 400, "too_deep"),
    "very deep": (b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
    "deep and unfinished": (b"[" * 100_000, 400, "too_deep"),
    "NUL": (b'{"username":"a\\u0000"}', 422, "nul_in_text"),
    "NUL in a key": (b'{"a\\u0000":1}', 422, "nul_in_text"),
    "raw control character": (b'{"username":"a\x00"}', 400, "not_json"),
    "lone surrogate": (b'{"username":"\\ud800"}', 422, "surrogate_in_text"),
    "NaN": (b'{"username":NaN}', 422, "not_finite"),
    "Infinity": (b'{"username":-Infinity}', 422, "not_finite"),
    "1e400": (b'{"username":1e400}', 422, "not_finite"),
    "5000 digits": (b'{"username":' + b"9" * 5000 + b"}", 422, "number_too_large"),
    "a list": (b"[]", 422, "invalid"),
    "a number": (b"7", 422, "invalid"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_strict_json_is_refused(name: str) -> None:
    body, status, code = BODIES[name]
    reply = client_for().generic("POST", SIGN_IN, body, content_type="application/json")
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert set(reply.json()) == {"code", "message", "data"}


def test_brackets_inside_strings_are_not_nesting() -> None:
    value = {"a": "[{" * 1000 + '\\"[' * 50, "b": ["\\", "]"]}
    assert rest.parse_json(json.dumps(value).encode()) == value


def test_nesting_up_to_the_limit_is_read() -> None:
    text = b"[" * rest.MAX_DEPTH + b"]" * rest.MAX_DEPTH
    assert rest.parse_json(text)
    with pytest.raises(errors.BadRequest, match="nested"):
        rest.parse_json(b"[" + text + b"]")


def test_numbers_and_paired_surrogates_are_read_as_they_are() -> None:
    assert rest.parse_json(b'["\\ud83d\\ude00", -1.5e3, 123456789012345678]') == ["😀", -1500.0, 123456789012345678]


@pytest.mark.django_db
def test_a_body_over_the_limit_is_413() -> None:
    body = b'{"username":"' + b"a" * rest.MAX_BODY_BYTES + b'"}'
    reply = client_for().generic("POST", SIGN_IN, body, content_type="application/json")
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_415(kind: str) -> None:
    reply = client_for().generic("POST", SIGN_IN, b'{"username":"a","password":"b"}', content_type=kind)
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.django_db
def test_unknown_addresses_and_methods_answer_json() -> None:
    absent = client_for().post("/api/no/such/route", {}, format="json")
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")
    wrong = client_for().delete("/api/session")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert client_for().options("/api/session").status_code == 405


@pytest.mark.django_db
def test_ids_beyond_every_column_are_404() -> None:
    client = client_for(make_user())
    for number in (2**63, 10**30, "9" * 5000):
        assert client.get(f"/api/projects/{number}").status_code == 404


@pytest.mark.django_db
def test_writing_needs_the_token_of_the_session_also_for_strangers() -> None:
    make_user("ada")
    client = APIClient(enforce_csrf_checks=True)
    said = {"username": "ada", "password": PASSWORD}
    refused = client.post(SIGN_IN, said, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    token = client.get("/api/session").json()["csrf_token"]
    assert client.post(SIGN_IN, said, format="json", headers={"X-CSRFToken": token}).status_code == 200
    stale = client.post("/api/session/sign-out", headers={"X-CSRFToken": "x" * 32})
    assert (stale.status_code, stale.json()["code"]) == (403, "csrf_failed")
    assert client.get("/api/session").json()["user"]["username"] == "ada"


@pytest.mark.django_db
def test_a_form_to_a_page_without_a_token_is_refused_in_json() -> None:
    reply = APIClient(enforce_csrf_checks=True).post("/login", {"a": 1})
    assert (reply.status_code, reply.json()["code"]) == (403, "csrf_failed")


@pytest.mark.django_db
def test_a_foreign_host_name_is_400_in_json() -> None:
    reply = client_for().get("/api/session", headers={"Host": "evil.example"})
    assert (reply.status_code, reply.json()["code"]) == (400, "bad_request")


@pytest.mark.django_db
def test_a_fault_of_ours_is_500_and_a_silent_database_503(monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_for(make_user())
    client.raise_request_exception = False

    def fail(error: Exception) -> None:
        def broken(*args: object) -> None:
            raise error

        monkeypatch.setattr("annotate.projects.selectors.memberships_of", broken)

    fail(KeyError("secret inside"))
    reply = client.get("/api/projects")
    assert (reply.status_code, reply.json()["code"]) == (500, "server_error")
    assert "secret" not in reply.content.decode()
    fail(OperationalError("database is locked"))
    reply = client.get("/api/projects")
    assert (reply.status_code, reply.json()["code"], reply["Retry-After"]) == (503, "database_busy", "2")


@pytest.mark.django_db
def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    ada = make_user()
    made = [make_project(admin=ada, classes=()).pk for _ in range(5)]
    client, seen, cursor = client_for(ada), [], ""
    while True:
        page = client.get("/api/projects", {"limit": 2, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_pages_with_two_keys_of_two_directions() -> None:
    rows = Audit.objects.all()
    with pytest.raises(errors.BadRequest):
        rest.keyset_page(rows, {"cursor": rest.encode_cursor([1])}, keys=("verb", "-id"), show=lambda row: row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        *("limit=x", "limit=-1", "cursor=%25", "cursor=W10", "cursor=W251bGxd", "cursor=WyJhIl0"),
        *("cursor=W05hTl0", "cursor=W3RydWVd", "cursor=" + "A" * 9000),
    ],
)
def test_a_limit_or_cursor_that_was_not_made_here_is_400(query: str) -> None:
    reply = client_for(make_user()).get(f"/api/projects?{query}")
    assert reply.status_code == 400
    assert reply.json()["data"]["parameter"] in {"limit", "cursor"}


@pytest.mark.django_db
def test_a_page_is_clamped(settings: LazySettings) -> None:
    assert rest.page_limit({"limit": "100000"}) == rest.MAX_PAGE
    assert rest.page_limit({"limit": "0"}) == 1
