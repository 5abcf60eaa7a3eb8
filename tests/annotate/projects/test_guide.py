"""Pictures of the guide and examples of classes."""

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from annotate.core import errors, storage
from annotate.projects import selectors, services
from annotate.projects.models import GuidePicture, LabelClass, Project
from tests.make import client_for, make_member, make_project, make_user, picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(admin=make_user("boss"))


@pytest.fixture
def client(project: Project) -> APIClient:
    return client_for(project.members.get().user)


def add(project: Project, number: int = 0, label_class: LabelClass | None = None) -> GuidePicture:
    digest = storage.put(picture_bytes(number), ".png", kind=services.GUIDE)
    actor = project.members.get(role="admin").user
    return services.add_guide_picture(project, actor=actor, digest=digest, suffix=".png", label_class=label_class)


def test_members_see_a_picture_and_others_do_not(project: Project) -> None:
    picture = add(project)
    url = selectors.picture_view(picture).url
    ada, eve = make_user("ada"), make_user("eve")
    make_member(project, ada)
    reply = client_for(ada).get(url)
    assert (reply.status_code, reply["Content-Type"]) == (200, "image/png")
    assert b"".join(reply) == picture_bytes(0)
    assert client_for(eve).get(url).status_code == 404
    assert client_for().get(url).status_code == 401


def test_an_example_stands_with_its_class(client: APIClient, project: Project) -> None:
    cat = project.classes.get(concept__name="cat")
    picture, general = add(project, label_class=cat), add(project, 1)
    assert add(project, label_class=cat).pk == picture.pk
    rows = client.get(f"/api/projects/{project.pk}/classes").json()
    assert [[example["id"] for example in row["examples"]] for row in rows] == [[picture.pk], [], []]
    assert [view.id for view in selectors.guide_pictures_of(project)] == [general.pk]


def test_a_removed_picture_takes_its_bytes_along_unless_another_guide_shows_them(
    client: APIClient, project: Project, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    other = make_project(admin=make_user("other"))
    mine, theirs = add(project), add(other)
    file = storage.path(mine.digest, ".png", kind=services.GUIDE)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"/api/projects/{project.pk}/guide/pictures/{mine.pk}").status_code == 204
    assert file.exists()
    assert client.get(selectors.picture_view(mine).url).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_guide_picture(theirs, actor=other.members.get().user)
    assert not file.exists()


def test_an_example_is_deleted_as_an_example(client: APIClient, project: Project) -> None:
    picture = add(project, label_class=project.classes.first())
    wrong = client.delete(f"/api/projects/{project.pk}/guide/pictures/{picture.pk}")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "is_example")
    assert client.delete(f"/api/projects/{project.pk}/examples/{picture.pk}").status_code == 204
    assert client.delete(f"/api/projects/{project.pk}/examples/{picture.pk}").status_code == 404


def test_a_class_has_only_so_many_examples(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotate.projects.services.guide.MAX_EXAMPLES", 2)
    cat = project.classes.first()
    add(project, 1, cat)
    add(project, 2, cat)
    with pytest.raises(errors.Conflict, match="at most"):
        add(project, 3, cat)


def test_bytes_that_were_never_stored_or_a_foreign_class_are_a_mistake_of_ours(project: Project) -> None:
    actor = project.members.get().user
    with pytest.raises(ValueError, match="store"):
        services.add_guide_picture(project, actor=actor, digest="0" * 64, suffix=".png")
    with pytest.raises(ValueError, match="another project"):
        add(project, label_class=make_project().classes.first())
