"""Every route x method x role, and x scope of an API token: who gets in, who is told no, for whom there is nothing.

Routes are found in the URL table, so a new one is walked without a line here. It fails until it is a ProjectView with
a rule for each of its methods, or stands in OUTSIDE; and until `tests/cast.py` has one of each thing it names by id.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from annotate.accounts import services
from annotate.accounts.models import User
from annotate.core.grants import Scope
from annotate.projects.roles import ALLOWED, Action
from annotate.projects.scope import ProjectView
from tests.cast import make_cast
from tests.make import client_for, make_project, make_user, make_volunteer

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAFE = {"GET"}
ROLES = ("admin", "reviewer", "researcher", "annotator", "volunteer")
ABSENT = 999_999_999

# Routes outside projects: who may, per method. "anyone", "person" (signed in, a volunteer too), "account"
# (with a password), "server admin", "maker" (of projects); "volunteer": nobody but volunteers.
OUTSIDE: dict[str, dict[str, str]] = {
    "schema": {"GET": "anyone"},
    "session": {"GET": "anyone", "PATCH": "person"},
    "session/sign-in": {"POST": "anyone"},
    "session/sign-out": {"POST": "anyone"},
    "session/password": {"POST": "account"},
    "session/come-back": {"POST": "volunteer"},
    "session/forget": {"POST": "volunteer"},
    "come-back": {"POST": "anyone"},
    "reset": {"POST": "anyone"},
    "accounts": {"GET": "server admin", "POST": "server admin"},
    "accounts/<int:id>": {"PATCH": "server admin"},
    "accounts/<int:id>/reset-link": {"POST": "server admin"},
    "accounts/<int:id>/tokens": {"GET": "server admin"},
    "accounts/<int:id>/tokens/<int:tid>": {"DELETE": "server admin"},
    "tokens": {"GET": "person", "POST": "person"},
    "tokens/<int:id>": {"DELETE": "person"},
    "projects": {"GET": "person", "POST": "maker"},
    "home": {"GET": "person"},
    "attention": {"GET": "person"},
    "invitations/<str:token>": {"GET": "anyone", "POST": "anyone"},
    "volunteer-links/<str:token>": {"GET": "anyone", "POST": "anyone"},
}
# Methods that write although the role need not be more than a member.
WRITTEN_BY_EVERY_MEMBER = {
    ("projects/<int:pid>/leave", "POST"),
    ("projects/<int:pid>/desk", "POST"),
    ("projects/<int:pid>/desk/practice", "POST"),
    ("projects/<int:pid>/desk/practice/answer", "POST"),
}
# The table of roles once more, so that no slip in the code's own table goes unseen.
TABLE: dict[str, set[str]] = {
    "admin": {"manage", "settle", "browse", "work", "label", "see"},
    "reviewer": {"settle", "browse", "label", "see"},
    "researcher": {"browse", "work", "label", "see"},
    "annotator": {"label", "see"},
    "volunteer": {"label", "see"},
}
# What is its maker's alone, and in the cast whose: for others whose role would allow it, it is not there.
MAKERS = {"projects/<int:pid>/tryouts/<int:tid>": "admin"}
# All of the API that a volunteer may use in a project: whatever is added for every role must be agreed on here.
FOR_VOLUNTEERS = {
    "": {"GET"},
    "/leave": {"POST"},
    "/classes": {"GET"},
    "/guide/pictures/<int:eid>": {"GET"},
    "/images/<int:iid>/picture/<str:rendition>": {"GET"},
    "/desk": {"POST"},
    "/desk/guide": {"GET"},
    "/desk/mine": {"GET"},
    "/desk/pause": {"GET"},
    "/desk/numbers": {"GET"},
    "/desk/practice": {"GET", "POST"},
    "/desk/practice/answer": {"POST"},
}
# Which scope of an API token opens what in a project, by what the route's rule lets its caller do.
SCOPES = {"read", "label", "write", "train"}
TO_READ: dict[str, set[str]] = {
    "manage": {"read", "write"},
    "settle": {"read", "label"},
    "browse": {"read"},
    "work": {"read", "train"},
    "label": {"read", "label"},
    "see": SCOPES,
}
TO_WRITE: dict[str, set[str]] = {"manage": {"write"}, "settle": {"label"}, "work": {"train"}, "label": {"label"}}
# Who may come in is settled by people, not by scripts; pictures are taken out by who writes, asked again by who labels.
OTHERWISE: dict[tuple[str, str], set[str]] = {
    ("projects/<int:pid>/members/<int:mid>", "PATCH"): set(),
    ("projects/<int:pid>/members/<int:mid>", "DELETE"): set(),
    ("projects/<int:pid>/leave", "POST"): set(),
    ("projects/<int:pid>/invitations", "POST"): set(),
    ("projects/<int:pid>/invitations/<int:iid>", "DELETE"): set(),
    ("projects/<int:pid>/volunteer-links", "POST"): set(),
    ("projects/<int:pid>/volunteer-links/<int:lid>", "PATCH"): set(),
    ("projects/<int:pid>/volunteer-links/<int:lid>", "DELETE"): set(),
    ("projects/<int:pid>/images/actions", "POST"): {"label", "write"},
}
# The same for routes outside projects; all that is not here takes a person who signs in.
OUTSIDE_BY_TOKEN: dict[tuple[str, str], set[str]] = {
    ("schema", "GET"): SCOPES,
    ("session", "GET"): SCOPES,
    ("projects", "GET"): SCOPES,
    ("projects", "POST"): {"write"},
}
# What stands in an address in the place of something that is no id of a row.
WORDS = {
    "preview": "0" * 32,
    "file": "000-00.png",
    "rendition": "thumb",
    "token": "made-up",
    "name": "native",
    "format": "native",
}


@dataclass(frozen=True)
class Route:
    path: str
    view: Any

    @property
    def methods(self) -> list[str]:
        return [method for method in METHODS if hasattr(self.view, method.lower())]

    @property
    def is_of_project(self) -> bool:
        return self.path.startswith("projects/<int:pid>")

    @property
    def ids(self) -> int:
        """How many ids it names besides the project's."""
        return self.path.count("<int:") - self.is_of_project

    def url(self, pid: int, *ids: dict[str, int] | None) -> str:
        """The address with the ids of rows in it, the first from the first dictionary and so on; None for ids of none.

        The last dictionary serves all that remain.
        """
        parts, left = [], list(ids)
        words = self.path.split("/")
        for place, word in enumerate(words):
            found = re.fullmatch(r"<(\w+):(\w+)>", word)
            if found is None:
                parts.append(word)
            elif found[2] == "pid":
                parts.append(str(pid))
            elif found[1] == "int":
                known = left.pop(0) if len(left) > 1 else left[0]
                parts.append(str(ABSENT if known is None else _id(known, words[max(0, place - 2) : place])))
            else:
                parts.append(WORDS[found[2]])
        return "/api/" + "/".join(parts)


def _id(known: dict[str, int], before: list[str]) -> int:
    """The id for the words before it: for two words together, else for the last."""
    found = known.get("/".join(before), known.get(before[-1]))
    assert found is not None, f"tests/cast.py has no id for {before}"
    return found


def walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[Route]:
    for entry in patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, path)
        elif path.startswith("api/"):
            yield Route(path.removeprefix("api/"), getattr(entry.callback, "cls", None))


ROUTES = list(walk(get_resolver().url_patterns))
PROJECT_ROUTES = [route for route in ROUTES if route.is_of_project]


def cookies_of(user: User) -> SimpleCookie:
    """A session of that person, kept for all requests of a test."""
    return client_for(user).cookies


def token_of(user: User, *scopes: str, project: int | None = None) -> str:
    return services.make_api_token(user, actor=user.pk, name="walk", scopes=scopes or SCOPES, project_id=project)[0]


def opened_by(route: Route, method: str) -> set[str]:
    """The scopes of which an API token needs one for this."""
    rule = str(route.view.rules[method])
    table = TO_READ if method in SAFE else TO_WRITE
    return OTHERWISE.get((route.path, method), table.get(rule, set()))


def ask(caller: SimpleCookie | str | None, method: str, url: str) -> tuple[int, str, Any]:
    """Status, code and whole body (None where it is no JSON) of a request whose effects are undone.

    The caller is a session's cookies, an API token, or nobody.
    """
    client = APIClient(raise_request_exception=False)
    if isinstance(caller, str):
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {caller}")
    elif caller:
        client.cookies = SimpleCookie(caller.output(header="", sep=";"))
    with transaction.atomic():
        reply = client.generic(method, url, b"" if method in SAFE else b"{}", content_type="application/json")
        if reply.streaming:
            b"".join(reply.streaming_content)
        body = json.loads(reply.content) if reply.get("Content-Type") == "application/json" else None
        transaction.set_rollback(True)
    refused = reply.status_code >= 400
    if refused:
        assert body is not None and set(body) == {"code", "message", "data"}, (method, url)
    return reply.status_code, body["code"] if refused else "", body


def test_the_walk_sees_the_routes() -> None:
    assert len(PROJECT_ROUTES) > 20
    assert {route.path for route in ROUTES} >= set(OUTSIDE)


def test_the_table_of_roles_is_the_one_agreed_on() -> None:
    assert {str(role): {str(action) for action in actions} for role, actions in ALLOWED.items()} == TABLE


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_method_has_a_rule(route: Route) -> None:
    assert route.view is not None, "not a view class"
    if not route.is_of_project:
        assert set(OUTSIDE.get(route.path, {})) == set(route.methods)
        return
    assert issubclass(route.view, ProjectView)
    assert set(route.view.rules) == set(route.methods)
    assert all(isinstance(rule, Action) for rule in route.view.rules.values())
    for method in set(route.methods) - SAFE:
        if (route.path, method) not in WRITTEN_BY_EVERY_MEMBER:
            assert route.view.rules[method] not in {Action.SEE, Action.BROWSE, Action.LABEL}, "writes by looking"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_gives_it(role: str) -> None:
    """... by session; and by a token with every scope just the same, or nothing."""
    ours, wrong = make_cast("ours"), []
    cookies = cookies_of(ours.people[role])
    token = None if role == "volunteer" else token_of(ours.people[role])
    for route in PROJECT_ROUTES:
        url = route.url(ours.project.pk, ours.ids)
        for method in METHODS if role == "admin" else route.methods:
            status, code, body = ask(cookies, method, url)
            if method not in route.methods:
                right = status == 405
            elif str(route.view.rules[method]) in TABLE[role]:
                right = status not in {401, 403, 404, 405} and status < 500
                if MAKERS.get(route.path, role) != role:
                    right = status == 404 and (status, code, body) == ask(
                        cookies, method, route.url(ours.project.pk, None)
                    )
            else:
                right = (status, code) == (403, "forbidden")
            wrong += [] if right else [(method, route.path, status, body)]
            if role == "admin" or token is None:
                continue  # the walk of scopes asks for the admin, one scope after the other; a volunteer has no token
            by_token = ask(token, method, url)[:2]
            if status not in {401, 403} and not opened_by(route, method):
                right = by_token == (403, "token_refused")
            else:
                right = by_token == (status, code)
            wrong += [] if right else [(method, route.path, status, by_token)]
    assert wrong == []


def test_the_scopes_are_the_ones_agreed_on() -> None:
    assert {str(scope) for scope in Scope} == SCOPES


@pytest.mark.django_db
@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_each_scope_opens_what_it_says_and_no_more(scope: str) -> None:
    ours, wrong = make_cast("ours"), []
    token = token_of(ours.people["admin"], scope)
    for route in PROJECT_ROUTES:
        for method in route.methods:
            status, code, body = ask(token, method, route.url(ours.project.pk, ours.ids))
            scopes = opened_by(route, method)
            if scope in scopes:
                right = status not in {401, 403, 404, 405} and status < 500
            else:
                right = (status, code) == (403, "token_scope" if scopes else "token_refused")
            wrong += [] if right else [(method, route.path, status, body)]
    assert wrong == []


def test_a_volunteer_reaches_what_labeling_takes_and_nothing_else() -> None:
    found = {}
    for route in PROJECT_ROUTES:
        if mine := {method for method in route.methods if str(route.view.rules[method]) in TABLE["volunteer"]}:
            found[route.path.removeprefix("projects/<int:pid>")] = mine
    assert found == FOR_VOLUNTEERS


@pytest.mark.django_db
def test_for_who_is_not_a_member_there_is_no_project() -> None:
    ours, theirs, wrong = make_cast("ours"), make_cast("theirs"), []
    users = [make_user("outsider"), make_user("root", is_superuser=True), theirs.people["admin"]]
    users.append(theirs.people["volunteer"])
    strangers: dict[str, SimpleCookie | str] = {user.username: cookies_of(user) for user in users}
    strangers["a token for another project"] = token_of(ours.people["admin"], project=theirs.project.pk)
    for route in PROJECT_ROUTES:
        url, absent = route.url(ours.project.pk, ours.ids), route.url(ABSENT, ours.ids)
        for method in route.methods:
            nobody = ask(None, method, url)
            wrong += [] if nobody[:2] == (401, "not_signed_in") else [(method, route.path, nobody)]
            for name, cookies in strangers.items():
                nothing = ask(cookies, method, absent)
                found = ask(cookies, method, url)
                wrong += [] if found[0] == 404 and found == nothing else [(name, method, route.path, found)]
    assert wrong == []


@pytest.mark.django_db
def test_what_belongs_to_another_project_is_not_there() -> None:
    ours, theirs, wrong = make_cast("ours"), make_cast("theirs"), []
    admin, pid = cookies_of(ours.people["admin"]), ours.project.pk
    for route in PROJECT_ROUTES:
        pairs = [((theirs.ids,), (None,))] if route.ids else []
        pairs += [((ours.ids, theirs.ids), (ours.ids, None))] if route.ids > 1 else []
        for foreign, absent in pairs:
            for method in route.methods:
                found = ask(admin, method, route.url(pid, *foreign))
                nothing = ask(admin, method, route.url(pid, *absent))
                right = found[0] == 404 and found[:2] == nothing[:2] and found[2]["message"] == nothing[2]["message"]
                wrong += [] if right else [(method, route.url(pid, *foreign), found)]
    assert wrong == []


@pytest.mark.django_db
def test_routes_outside_projects_let_in_whom_they_should() -> None:
    outsider, root, wrong = make_user("outsider"), make_user("root", is_superuser=True), []
    ids = {
        "accounts": outsider.pk,
        "tokens": services.make_api_token(outsider, actor=None, name="a", scopes=SCOPES)[1].pk,
    }
    callers = {
        "anyone": None,
        "person": cookies_of(make_volunteer(make_project()).user),
        "account": cookies_of(outsider),
        "maker": cookies_of(make_user("maker", may_create_projects=True)),
        "server admin": cookies_of(root),
    }
    tokens = {scope: token_of(root, scope) for scope in SCOPES} | {"every": token_of(root)}
    ranks = list(callers)
    for route in ROUTES:
        for method in METHODS if not route.is_of_project else ():
            needed = OUTSIDE[route.path].get(method)
            for caller, cookies in callers.items():
                status, _, body = ask(cookies, method, route.url(0, ids))
                if needed is None:
                    right = status in {401, 403, 405}
                elif needed == "volunteer":
                    right = status in ({200, 201} if caller == "person" else {401, 403})
                elif ranks.index(caller) >= ranks.index(needed):
                    right = status not in {401, 403, 405} and status < 500
                else:
                    right = status == (401 if cookies is None else 403)
                wrong += [] if right else [(caller, method, route.path, status, body)]
            scopes = OUTSIDE_BY_TOKEN.get((route.path, method), set())
            for scope in SCOPES if scopes else {"every"} if needed else ():
                status, code, body = ask(tokens[scope], method, route.url(0, ids))
                if scope in scopes:
                    right = status not in {401, 403, 405} and status < 500
                else:
                    right = (status, code) == (403, "token_scope" if scopes else "token_refused")
                wrong += [] if right else [(scope, method, route.path, status, body)]
    assert wrong == []
