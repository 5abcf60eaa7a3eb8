"""No token of a link or a script stands in a log: every kind of address that carries one, every kind of line."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotate.accounts import attempts, bearer, services
from annotate.core import limits, tokens
from annotate.core.logs import hide
from annotate.projects import selectors
from tests.make import client_for, make_user
from tests.test_access import ROUTES

ROUTER = Path(__file__).parents[3] / "frontend/src/router.tsx"
# Every address with a token in it: of the API by its URL table, of the pages by theirs.
OF_API = [f"/api/{route.path}" for route in ROUTES if "<str:token>" in route.path]
OF_PAGES = re.findall(r"path: '(/[^']*\$token[^']*)'", ROUTER.read_text())


@pytest.fixture
def secret() -> str:
    return tokens.make()[0]


def lines(caplog: pytest.LogCaptureFixture) -> str:
    """All that any handler could write of what was logged, and the records' own text."""
    plain = logging.Formatter("{levelname} {name}: {message}", style="{")
    return "\n".join(
        [*(plain.format(one) for one in caplog.records), *(f"{one.msg} {one.args}" for one in caplog.records)]
    )


def test_the_walk_finds_the_addresses() -> None:
    assert set(OF_API) == {"/api/invitations/<str:token>", "/api/volunteer-links/<str:token>"}
    assert set(OF_PAGES) == {"/invitation/$token", "/join/$token", "/reset/$token"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*OF_API, *OF_PAGES])
@pytest.mark.parametrize("cut", [0, 20], ids=["whole", "mangled"])
def test_refusals_do_not_name_the_token(
    path: str, cut: int, secret: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(attempts, "JOINS_BY_ADDRESS", limits.Attempts("joins", 1))
    token = secret[cut:]
    url, client = re.sub(r"<str:token>|\$token", token, path), client_for()
    seen = {client.post(url, {"name": "Vera"}, format="json").status_code for _ in range(2)}
    seen |= {client.get(one).status_code for one in (url, f"{url}/more", url.replace("/", "//", 1))}
    assert seen & {404, 405, 422} and (429 in seen or "volunteer" not in path)
    said = lines(caplog)
    assert said.count("***") >= 4, "the refusals were logged, with the place of the token"
    assert token not in said


@pytest.mark.django_db
def test_what_breaks_does_not_name_it_either(
    secret: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(token: str) -> Any:
        raise RuntimeError(f"cannot look up {token}")

    monkeypatch.setattr(selectors, "volunteer_link_by", broken)
    client = APIClient(raise_request_exception=False)
    assert client.get(f"/api/volunteer-links/{secret}").status_code == 500
    said = lines(caplog)
    assert "Internal Server Error: /api/volunteer-links/***" in said
    assert "RuntimeError: cannot look up ***" in said and secret not in said


@pytest.mark.django_db
def test_tokens_that_come_otherwise_are_not_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ada = make_user("ada")
    made = [services.make_reset_link(ada, actor=None)[0]]
    made.append(services.make_api_token(ada, actor=None, name="a", scopes=["read"])[0])
    wrong = tokens.make(bearer.PREFIX)[0]
    client = client_for()
    assert client.get("/api/projects", HTTP_AUTHORIZATION=f"Bearer {wrong}").status_code == 401
    assert client.get(f"/api/projects?token={made[1]}").status_code == 401
    assert client.post("/api/reset", {"token": made[0], "password": "x"}, format="json").status_code == 422
    assert client.post("/api/come-back", {"token": wrong}, format="json").status_code == 404
    log = logging.getLogger("gunicorn.error")
    log.warning("Error handling request %s", f"/join/{made[0]}")
    log.warning("%(r)s from %(f)s", {"r": f"GET /back%23{made[0]} HTTP/1.1", "f": f"http://x/reset/{made[0]}"})
    log.warning("one too many %s %s", made[1])  # noqa: PLE1206
    said = lines(caplog)
    assert "Unauthorized: /api/projects" in said and "GET /back%23*** HTTP/1.1" in said and "one too many" in said
    assert not [token for token in (*made, wrong) if token in said]


@pytest.mark.parametrize(
    "plain",
    [
        "Not Found: /api/projects/3/invitations/17",
        "GET /api/projects/3/volunteer-links/4 HTTP/1.1",
        f"blob {'0123456789abcdef' * 4} of 8f14e45f-ceea-467f-a0e6-1f2a9c3d4b5e is gone",
        "File annotate/labeling/services.py, in what_was_handed_out_is_taken_even_when_its_lease_is_gone",
        "run 12 of Pets was given up after 5 attempts; the trainer joins/leaves",
    ],
)
def test_what_is_no_token_stays_readable(plain: str) -> None:
    assert hide(plain) == plain
