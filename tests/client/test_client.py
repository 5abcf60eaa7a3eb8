"""The Python client against the real application in this process, over a wire that loses what it is told to."""

import ast
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fovea_client
import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from fovea_client import Fovea
from fovea_client.upload import parcels

from annotate.accounts import services as accounts
from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.core.grants import EVERY_SCOPE
from annotate.datasets import services as datasets
from annotate.ingest import services as ingest
from annotate.ingest.models import Batch
from annotate.labeling import services as labeling
from annotate.labeling.models import Vote
from annotate.projects.models import Project
from annotate.wsgi import application
from tests.make import make_project, make_user
from tests.pictures import SHAPES, write_tree

CLIENT = Path(fovea_client.__file__).resolve().parent.parent


def background() -> None:
    """What the worker does between two looks."""
    ingest.ingest_pending()
    labeling.open_tasks()
    while labeling.take_imported():
        pass
    consensus.fold_due()
    consensus.count_all()
    while datasets.freeze_next() or datasets.export_next():
        pass


@dataclass
class Faulty(httpx.BaseTransport):
    """Hands on to `inner` but for what `plan` says of the next requests: "gone" never leaves, "lost" leaves and its
    reply does not come back, a response is given at once."""

    inner: httpx.BaseTransport
    plan: list[str | httpx.Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        planned = self.plan.pop(0) if self.plan else ""
        if isinstance(planned, httpx.Response):
            return planned
        if planned == "gone":
            raise httpx.ConnectError("no route", request=request)
        reply = self.inner.handle_request(request)
        if planned == "lost":
            reply.close()
            raise httpx.ReadError("cut off", request=request)
        return reply


@dataclass
class Script:
    """A client with a token of every scope, its faulty wire, and the pauses that it made."""

    fovea: Fovea
    wire: Faulty
    pauses: list[float]
    user: User


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Leaves the test's own connection open between requests, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def script(one_connection: None) -> Script:
    user = make_user("ada", may_create_projects=True)
    token, _ = accounts.make_api_token(user, actor=None, name="script", scopes=EVERY_SCOPE)
    wire = Faulty(httpx.WSGITransport(app=application))
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        background()

    return Script(Fovea("http://localhost", token, pause=pause, transport=wire), wire, pauses, user)


def test_from_pictures_to_a_zip(script: Script, tmp_path: Path) -> None:
    project = script.fovea.make_project("Shapes", classes=[*SHAPES[:-1], f"{SHAPES[-1]} | a line"], holdout_share=0)
    assert [row["name"] for row in project.classes()] == list(SHAPES)
    assert script.fovea.whoami()["username"] == "ada"
    told: list[str] = []
    batch = project.upload(
        write_tree(tmp_path / "tree", each=8), labels_as="gold", progress=lambda now: told.append(str(now))
    )
    assert batch["state"] == "done" and batch["counts"]["added"] == 24
    assert told[:2] == ["20 of 24 files sent, 0 refused", "24 of 24 files sent, 0 refused"]
    background()
    assert project.count_images(state="closed") == 24 == len(list(project.images(name="0")))
    disc = project.classes()[0]["concept_id"]
    assert {row["name"].split("/")[1] for row in project.images(concept=disc)} == {"disc"}
    version = project.freeze("all of them")
    assert version["state"] == "ready" and version["counts"]["labeled"] == 24
    assert [row["note"] for row in project.versions()] == ["all of them"]
    file = project.download(version["id"], "imagefolder", tmp_path / "v.zip")
    assert sum(name.endswith(".png") for name in zipfile.ZipFile(file).namelist()) == 24
    damaged = httpx.Response(200, content=b"half of it")
    script.wire.plan = ["", "", damaged]  # the export there is, its state, its bytes
    with pytest.raises(fovea_client.Damaged):
        project.download(version["id"], "imagefolder", tmp_path / "again.zip")
    assert [path.name for path in tmp_path.glob("*again*")] == []


def test_an_upload_goes_on_where_it_broke_off(script: Script, tmp_path: Path) -> None:
    project = script.fovea.project(make_project(admin=script.user, classes=SHAPES).pk)
    tree = write_tree(tmp_path / "tree", each=15)
    (tree / "disc" / "notes.txt").write_text("no picture")
    # The list, the delivery, what it has, and the first parcel arrive; then the line is cut.
    script.wire.plan = ["", "", "", "", *["gone"] * 8]
    with pytest.raises(fovea_client.Offline):
        project.upload(tree)
    assert Batch.objects.get().received == 20
    script.wire.asked.clear()
    batch = project.upload(tree)
    assert sum(line.endswith("/files") and line.startswith("POST") for line in script.wire.asked) == 2
    assert Batch.objects.count() == 1 and batch["counts"] | {"done": 46} == batch["counts"]
    assert batch["counts"]["added"] == 45 and batch["counts"]["duplicate"] == 0
    assert [(row["path"], row["code"]) for row in project.refused(batch["id"])] == [
        ("tree/disc/notes.txt", "not_a_picture")
    ]


def test_a_lost_reply_is_asked_for_again_where_that_is_harmless(script: Script, tmp_path: Path) -> None:
    project = script.fovea.project(make_project(admin=script.user, classes=SHAPES, redundancy=1).pk)
    script.wire.plan = ["", "", "", "lost", "lost", ""]
    batch = project.upload(write_tree(tmp_path / "tree", each=2))
    assert batch["counts"]["received"] == 6
    background()
    tasks = project.take(3)
    concept = project.classes()[0]["concept_id"]
    script.wire.plan = ["lost", httpx.Response(502), ""]
    results = project.answer({task["id"]: {"choice": [concept]} for task in tasks}, tasks)
    assert [result["status"] for result in results] == ["repeated"] * 3
    assert Vote.objects.count() == 3


def test_what_must_not_happen_twice_is_not_sent_twice(script: Script) -> None:
    script.wire.plan = ["lost"]
    with pytest.raises(fovea_client.Offline):
        script.fovea.make_project("Birds")
    assert Project.objects.count() == 1
    busy = httpx.Response(503, json={"code": "database_busy", "message": "", "data": {}}, headers={"Retry-After": "2"})
    script.wire.plan = ["gone", busy, ""]
    script.fovea.make_project("More birds")
    assert Project.objects.count() == 2 and script.pauses[-2:] == [0.5, 2.0]


@pytest.mark.parametrize(
    ("call", "kind", "code", "said"),
    [
        (lambda fovea: fovea.project(999_999), fovea_client.NotFound, "not_found", "no such project"),
        (lambda fovea: fovea.make_project(""), fovea_client.Invalid, "invalid", "name: "),
        (lambda fovea: fovea.make_project("x", classes=["a", "a"]), fovea_client.Invalid, "class_name_twice", "twice"),
    ],
)
def test_refusals_come_as_exceptions_that_say_why(
    script: Script, call: Callable[[Fovea], Any], kind: type[fovea_client.FoveaError], code: str, said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        call(script.fovea)
    assert caught.value.code == code


def test_a_token_that_lacks_a_scope_is_told_which(script: Script) -> None:
    token, _ = accounts.make_api_token(script.user, actor=None, name="reader", scopes={"read"})
    project = make_project(admin=script.user)
    reader = Fovea("http://localhost", token, transport=script.wire)
    with pytest.raises(fovea_client.Forbidden, match="lacks the scope train") as caught:
        reader.project(project.pk).freeze()
    assert caught.value.data == {"needs": ["train"]}
    with pytest.raises(fovea_client.NotSignedIn):
        Fovea("http://localhost", "fovea_wrong", transport=script.wire).whoami()


def test_what_is_not_from_us_is_an_exception_too(script: Script) -> None:
    script.wire.plan = [httpx.Response(418, text="<html>")]
    with pytest.raises(fovea_client.FoveaError, match="http_418"):
        script.fovea.whoami()
    script.wire.plan = [httpx.Response(500)] * 8
    with pytest.raises(fovea_client.ServerFault):
        script.fovea.whoami()


def test_it_needs_an_address_and_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOVEA_TOKEN", raising=False)
    with pytest.raises(ValueError, match="FOVEA_TOKEN"):
        Fovea("http://localhost")
    monkeypatch.setenv("FOVEA_TOKEN", "fovea_x")
    assert Fovea("http://localhost").wire.http.headers["authorization"] == "Bearer fovea_x"


def test_parcels_hold_what_one_request_carries(tmp_path: Path) -> None:
    files = []
    for number, size in enumerate([5, 9, 9, 1] + [0] * 45):
        path = tmp_path / f"{number:03}"
        with path.open("wb") as out:
            out.truncate(size * 2**20)
        files.append((path.name, path))
    sizes = [len(parcel) for parcel in parcels(files)]
    assert sizes[:2] == [2, 20] and sum(sizes) == 49


def test_it_stands_on_python_and_httpx_alone() -> None:
    described = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]
    assert [line.partition(">")[0] for line in described["dependencies"]] == ["httpx"]
    imported = set()
    for path in (CLIENT / "fovea_client").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert outside == {"httpx", "fovea_client"}


def test_shapes_say_what_the_description_says() -> None:
    spec = {"components": {"schemas": {
        "A": {"type": "object", "description": "An A.", "required": ["b"], "properties": {
            "b": {"$ref": "#/components/schemas/B"},
            "c": {"type": ["integer", "null"]},
            "d": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}},
            "e": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/NullEnum"}]}}},
        "B": {"enum": ["x", "y"], "type": "string"},
        "NullEnum": {"enum": [None]},
    }}}  # fmt: skip
    generate = generator(ROOTS=("A",))
    assert generate(spec).partition("TypedDict\n")[2].strip().splitlines() == [
        'B = Literal["x", "y"]', "", "", "class A(TypedDict):", '    """An A."""', "", "    b: B",
        "    c: NotRequired[int | None]", "    d: NotRequired[dict[str, list[float]]]", "    e: NotRequired[B | None]",
    ]  # fmt: skip


def generator(**changed: Any) -> Callable[[dict[str, Any]], str]:
    """`generate` of the script, with some of its constants changed."""
    space: dict[str, Any] = {"__name__": "script"}
    exec((CLIENT / "generate.py").read_text(), space)
    space.update(changed)
    found: Callable[[dict[str, Any]], str] = space["generate"]
    return found
