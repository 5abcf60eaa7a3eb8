"""Projects and API tokens from a shell."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from annotate.projects.models import Project
from tests.make import make_project, make_user

pytestmark = pytest.mark.django_db


def called(*arguments: str) -> str:
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue().strip()


def test_make_project_with_classes_from_a_file(tmp_path: Path) -> None:
    make_user("ada")
    classes = tmp_path / "classes.txt"
    classes.write_text("robin | an orange breast\nowl\n")
    asked = ("make_project", "Birds", "--admin", "ada", "--classes", str(classes), "--redundancy", "2")
    told = json.loads(called(*asked, "--json"))
    project = Project.objects.get(pk=told["project"])
    assert told == {"project": project.pk, "name": "Birds", "classes": 2}
    assert project.redundancy == 2 and project.members.get().user.username == "ada"
    assert called(*asked) == f"Project {project.pk + 1}: Birds, 2 classes"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (("--admin", "nobody"), "no open account"),
        (("--classes", "missing.txt"), "No such file"),
        (("--redundancy", "0"), "from 1 to 50"),
    ],
)
def test_make_project_says_what_is_wrong(changed: tuple[str, str], why: str) -> None:
    make_user("ada")
    with pytest.raises(CommandError, match=why):
        called("make_project", "Birds", *(() if "--admin" in changed else ("--admin", "ada")), *changed)
    assert not Project.objects.exists()


def test_a_token_is_made_listed_and_revoked() -> None:
    ada = make_user("ada")
    project = make_project(admin=ada)
    asked = ("token", "make", "ada", "--name", "night", "--scope", "read", "--scope", "write")
    secret = called(*asked, "--project", str(project.pk), "--days", "0")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get(f"/api/projects/{project.pk}").status_code == 200
    (row,) = json.loads(called("token", "list", "ada", "--json"))["tokens"]
    assert row["scopes"] == ["read", "write"] and row["project"] == project.pk and row["expires_at"] is None
    assert "night: read, write, until it is revoked" in called("token", "list", "ada")
    assert called("token", "revoke", "ada", "--id", str(row["id"])) == "The token “night” is revoked."
    assert client.get(f"/api/projects/{project.pk}").status_code == 401
    assert called("token", "list", "ada") == "None."
    assert json.loads(called(*asked, "--json"))["expires_at"] is not None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("make", "ada"), "needs --name and --scope"),
        (("make", "eve", "--name", "a", "--scope", "read"), "no open account"),
        (("make", "ada", "--name", "a", "--scope", "read", "--project", "Pets"), "no such project"),
        (("revoke", "ada"), "--id"),
        (("revoke", "ada", "--id", "9"), "no such API token"),
    ],
)
def test_token_says_what_is_wrong(arguments: tuple[str, ...], why: str) -> None:
    make_user("ada")
    make_project()
    with pytest.raises(CommandError, match=why):
        called("token", *arguments)
