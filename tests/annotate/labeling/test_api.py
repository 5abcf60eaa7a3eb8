"""Unknown labels, asking for more votes, examples from the project's own pictures, and what came of open links."""

import pytest
from pytest_django import DjangoAssertNumQueries

from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling import services as labeling
from annotate.labeling.models import Task
from annotate.projects import services as projects
from annotate.projects.models import GuidePicture, Member
from tests import crowd
from tests.make import client_for, make_member, make_user

pytestmark = pytest.mark.django_db


def test_unknown_labels_are_listed_for_those_who_browse() -> None:
    project = crowd.opened(pictures=1)
    make_member(project, researcher := make_user(), Member.Role.RESEARCHER)
    ImportedLabel.objects.create(image=Image.objects.get(), source_name="museum", label="yeti", labels_as="votes")
    labeling.take_imported()
    reply = client_for(researcher).get(f"/api/projects/{project.pk}/labels/unknown")
    assert reply.json() == {"items": [{"source": "museum", "label": "yeti", "count": 1}], "next": None}


def test_asking_settled_tasks_for_more() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    make_member(project, admin := make_user(), Member.Role.ADMIN)
    crowd.answer(project, admin, crowd.tasks_of(project)[0], "cat")
    project.redundancy = 2
    project.save()
    client = client_for(admin)
    assert client.get(f"/api/projects/{project.pk}/votes-wanted").json() == {"tasks": 1}
    assert Task.objects.get().state == "closed"
    assert client.post(f"/api/projects/{project.pk}/votes-wanted").json() == {"tasks": 1}
    assert Task.objects.get().state == "open"


def test_an_example_leaves_the_queue_and_never_comes_from_the_holdout() -> None:
    project = crowd.opened(pictures=2, holdout=1)
    make_member(project, admin := make_user(), Member.Role.ADMIN)
    held, free = Image.objects.order_by("pk")
    label_class = project.classes.first()
    url = f"/api/projects/{project.pk}/classes/{label_class.pk}/examples/from-project"
    client = client_for(admin)
    refused = client.post(url, {"image_id": held.pk}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "holdout_example")
    reply = client.post(url, {"image_id": free.pk}, format="json")
    assert reply.status_code == 201
    assert GuidePicture.objects.get().label_class == label_class
    assert client.get(reply.json()["url"]).status_code == 200
    free.refresh_from_db()
    assert free.state == Image.State.EXAMPLE
    assert Task.objects.get(image=free).state == "withdrawn"
    assert crowd.take(project, admin, 5) == [Task.objects.get(image=held).pk]


@pytest.mark.parametrize("body", [{}, {"image_id": "1"}, {"image_id": True}, {"image_id": 1, "class": 2}])
def test_a_bad_request_for_an_example_is_refused(body: dict[str, object]) -> None:
    project = crowd.opened(pictures=1)
    make_member(project, admin := make_user(), Member.Role.ADMIN)
    url = f"/api/projects/{project.pk}/classes/{project.classes.first().pk}/examples/from-project"
    assert client_for(admin).post(url, body, format="json").status_code == 422
    assert not GuidePicture.objects.exists()


def test_an_admin_sees_what_came_of_each_open_link_and_who_came(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    project = crowd.opened(pictures=4, redundancy=3)
    make_member(project, admin := make_user("boss"), Member.Role.ADMIN)
    client, url = client_for(admin), f"/api/projects/{project.pk}/volunteer-links"
    made = [client.post(url, {"note": note}, format="json").json() for note in ("fair", "school")]
    people = [projects.enter(made[0]["url"].rpartition("/")[2], user=None, name=name) for name in ("Vera", "<i>Walt")]
    for task in crowd.tasks_of(project)[:3]:
        crowd.answer(project, people[0].user, task, "cat")
    crowd.answer(project, people[1].user, crowd.tasks_of(project)[0], "cat")
    with django_assert_num_queries(5):
        rows = client.get(url).json()["items"]
    assert [(row["note"], row["people"], row["votes"], row["most"]) for row in rows] == [
        ("school", 0, 0, 100),
        ("fair", 2, 4, 100),
    ]
    assert rows[0]["made_by"] == {"id": admin.pk, "name": "boss"} and "url" not in rows[0]
    assert made[0]["url"].rpartition("/")[2] not in str(rows)
    with django_assert_num_queries(6):
        came = client.get(f"{url}/{rows[1]['id']}/people").json()["items"]
    assert [(row["name"], row["votes"], row["gone"]) for row in came] == [("<i>Walt", 1, False), ("Vera", 3, False)]
    assert client.delete(f"/api/projects/{project.pk}/members/{came[0]['id']}").status_code == 204
    assert client.get(f"{url}/{rows[1]['id']}/people").json()["items"][0]["gone"] is True
    assert client.get(url).json()["items"][1]["votes"] == 4
