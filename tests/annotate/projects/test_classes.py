"""The label schema: how classes come in, look, change and go."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.response import Response
from rest_framework.test import APIClient

from annotate.core.audit import Audit
from annotate.projects import palette, selectors
from annotate.projects.models import LabelClass, Project
from annotate.taxonomy.models import Concept
from tests.make import client_for, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(admin=make_user("boss"), classes=())


@pytest.fixture
def client(project: Project) -> APIClient:
    return client_for(project.members.get().user)


def add(client: APIClient, project: Project, **said: Any) -> Response:
    reply: Response = client.post(f"/api/projects/{project.pk}/classes", said, format="json")
    return reply


def change(client: APIClient, project: Project, which: str, /, **said: Any) -> Response:
    row = LabelClass.objects.get(project=project, concept__name=which)
    reply: Response = client.patch(f"/api/projects/{project.pk}/classes/{row.pk}", said, format="json")
    return reply


def archive(client: APIClient, project: Project, name: str) -> Response:
    row = LabelClass.objects.get(project=project, concept__name=name)
    reply: Response = client.post(f"/api/projects/{project.pk}/classes/{row.pk}/archive")
    return reply


def test_many_classes_get_only_the_keys_that_were_wished_for(client: APIClient, project: Project) -> None:
    lines = "\n".join(f"kind {number}" for number in range(21))
    assert {row["hotkey"] for row in add(client, project, text=lines).json()} == {""}


def test_a_pasted_list_becomes_classes_with_colours_and_keys(client: APIClient, project: Project) -> None:
    lines = [f"class {number} | what {number} is" for number in range(12)]
    added = add(client, project, text="\n".join(lines))
    assert added.status_code == 201
    rows = added.json()
    assert [row["index"] for row in rows] == list(range(12))
    assert [row["hotkey"] for row in rows] == [*"1234567890", "", ""]
    assert len({row["color"] for row in rows}) == 12
    assert (rows[3]["name"], rows[3]["definition"], rows[3]["added_in"]) == ("class 3", "what 3 is", 1 + 1)
    assert client.get(f"/api/projects/{project.pk}/classes").json() == rows
    assert selectors.live_concepts(project) == {row["concept_id"] for row in rows}


def test_a_table_brings_its_own_keys_and_colours(client: APIClient, project: Project) -> None:
    table = 'name,definition,synonyms,key,color\ncat,"small, soft",kitty|puss,2,#ff0000\ndog,,,,\nowl,,,1,\n'
    rows = add(client, project, csv=table).json()
    assert [(row["name"], row["hotkey"]) for row in rows] == [("cat", "2"), ("dog", "3"), ("owl", "1")]
    assert (rows[0]["color"], rows[0]["synonyms"]) == ("#FF0000", ["kitty", "puss"])
    assert rows[1]["color"] == palette.color_for(1)


def test_objects_are_taken_too(client: APIClient, project: Project) -> None:
    said = [{"name": "cat", "hotkey": "c", "synonyms": ["kitty"]}, {"name": "dog", "definition": "barks"}]
    rows = add(client, project, classes=said).json()
    assert [(row["name"], row["hotkey"]) for row in rows] == [("cat", "c"), ("dog", "1")]


def test_later_classes_are_appended_and_the_schema_counts_on(client: APIClient, project: Project) -> None:
    add(client, project, text="cat\ndog")
    rows = add(client, project, text="owl").json()
    assert [(row["name"], row["index"], row["hotkey"], row["added_in"]) for row in rows] == [
        ("cat", 0, "1", 2),
        ("dog", 1, "2", 2),
        ("owl", 2, "3", 3),
    ]
    project.refresh_from_db()
    assert project.schema_number == 3


@pytest.mark.parametrize("twin", ["Cat", "ＣＡＴ", " cat ", "ca\u200bt", "cat\u00a0"])
def test_a_name_that_reads_like_another_is_refused_and_nothing_is_added(
    client: APIClient, project: Project, twin: str
) -> None:
    inside = add(client, project, text=f"cat\nowl\n{twin}")
    assert (inside.status_code, inside.json()["code"], inside.json()["data"]["line"]) == (422, "class_name_twice", 3)
    assert not Concept.objects.exists()
    add(client, project, text="cat")
    assert add(client, project, text=f"dog\n{twin}").status_code == 422
    assert archive(client, project, "cat").status_code == 200
    assert add(client, project, text=twin).status_code == 422
    assert LabelClass.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "invalid"),
        ({"text": "cat", "csv": "name\ndog"}, "invalid"),
        ({"text": 5}, "invalid"),
        ({"classes": [{"name": "cat", "index": 4}]}, "invalid"),
        ({"classes": [{"name": True}]}, "invalid"),
        ({"classes": []}, "no_classes"),
        ({"text": "\n \n"}, "no_classes"),
        ({"text": "cat\n | lost"}, "bad_class_list"),
        ({"csv": "name,size\ncat,3"}, "bad_class_list"),
        ({"csv": 'name\n"cat'}, "bad_class_list"),
        ({"classes": [{"name": "a\x07b"}]}, "bad_class_list"),
        ({"csv": "name,key\ncat,ab"}, "bad_key"),
        ({"csv": "name,key\ncat,?"}, "bad_key"),
        ({"csv": "name,key\ncat,a\ndog,A"}, "key_taken"),
        ({"csv": "name,color\ncat,red"}, "bad_color"),
        ({"text": "\ufdfa" * 20}, "bad_class_name"),
    ],
)
def test_a_list_that_cannot_be_taken_changes_nothing(
    client: APIClient, project: Project, said: dict[str, Any], code: str
) -> None:
    reply = add(client, project, **said)
    assert (reply.status_code, reply.json()["code"]) == (422, code)
    assert not LabelClass.objects.exists() and not Concept.objects.exists()
    project.refresh_from_db()
    assert project.schema_number == 1


def test_names_are_text_and_nothing_more(client: APIClient, project: Project) -> None:
    said = ["<script>alert(1)</script>", "{{7*7}}", "../../etc", "=SUM(A1)", "%s %(x)s"]
    rows = add(client, project, text="\n".join(said)).json()
    assert [row["name"] for row in rows] == said


def test_a_class_is_described_anew_and_keeps_its_place(client: APIClient, project: Project) -> None:
    before = add(client, project, text="cat\ndog").json()[0]
    said = {"name": "Cat", "definition": "purrs", "synonyms": ["kitty"], "color": "#00ff00", "hotkey": "c"}
    after = change(client, project, "cat", **said).json()
    assert after == before | said | {"color": "#00FF00"}
    assert Audit.objects.filter(verb="class_changed").count() == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": "DOG"}, "class_name_twice"),
        ({"hotkey": "2"}, "key_taken"),
        ({"hotkey": "%"}, "bad_key"),
        ({"color": "#12345"}, "bad_color"),
        ({"index": 7}, "invalid"),
        ({"concept_id": 7}, "invalid"),
    ],
)
def test_a_change_that_clashes_is_refused(client: APIClient, project: Project, said: dict[str, Any], code: str) -> None:
    before = add(client, project, text="cat\ndog").json()
    reply = change(client, project, "cat", **said)
    assert (reply.status_code, reply.json()["code"]) == (422, code)
    assert client.get(f"/api/projects/{project.pk}/classes").json() == before


def test_an_archived_class_stays_but_is_no_answer_and_its_key_is_free(client: APIClient, project: Project) -> None:
    rows = add(client, project, text="cat\ndog").json()
    gone = archive(client, project, "cat").json()
    assert (gone["archived"], gone["hotkey"], gone["index"]) == (True, "", 0)
    assert selectors.live_concepts(project) == {rows[1]["concept_id"]}
    assert [row["archived"] for row in client.get(f"/api/projects/{project.pk}/classes").json()] == [True, False]
    assert archive(client, project, "cat").json() == gone
    assert add(client, project, text="owl").json()[2]["hotkey"] == "1"


def test_the_list_costs_the_same_for_many(
    client: APIClient, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add(client, project, text="cat")
    with django_assert_num_queries(5):
        client.get(f"/api/projects/{project.pk}/classes")
    add(client, project, text="\n".join(f"class {number}" for number in range(300)))
    with django_assert_num_queries(5):
        assert len(client.get(f"/api/projects/{project.pk}/classes").json()) == 301


def test_colours_stay_apart_and_are_well_formed() -> None:
    colours = [palette.color_for(index) for index in range(200)]
    assert all(palette.COLOR.fullmatch(colour) for colour in colours)
    assert len(set(colours)) == 200
