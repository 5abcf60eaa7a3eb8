"""The bars of a project's long jobs, and who may stop one."""

import pytest
from pytest_django import DjangoAssertNumQueries

from annotate.core import progress
from annotate.projects.models import Member, Project
from tests.make import client_for, make_member, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(admin=make_user("boss"))


def test_jobs_are_listed_newest_first_and_cost_the_same_for_many(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_for(project.members.get().user)
    progress.open_job("freeze", project_id=make_project().pk, actor=None)
    jobs = [progress.open_job("freeze", project_id=project.pk, actor=None, total=5) for _ in range(4)]
    with django_assert_num_queries(4):
        items = client.get(f"/api/projects/{project.pk}/jobs").json()["items"]
    assert [item["id"] for item in items] == [job.pk for job in jobs[::-1]]
    one = client.get(f"/api/projects/{project.pk}/jobs/{jobs[0].pk}").json()
    assert (one["state"], one["total"], one["rate"], one["seconds_left"]) == ("queued", 5, None, None)


def test_a_researcher_stops_only_what_is_theirs_and_an_admin_anything(project: Project) -> None:
    ada = make_user("ada")
    make_member(project, ada, Member.Role.RESEARCHER)
    boss = project.members.get(role="admin").user
    own = progress.open_job("freeze", project_id=project.pk, actor=ada.pk)
    other, third = (progress.open_job("ingest", project_id=project.pk, actor=boss.pk) for _ in range(2))
    base = f"/api/projects/{project.pk}/jobs"
    assert client_for(ada).post(f"{base}/{own.pk}/cancel").json()["state"] == "cancelled"
    assert client_for(ada).post(f"{base}/{other.pk}/cancel").status_code == 403
    progress.claim_job("ingest")
    told = client_for(boss).post(f"{base}/{other.pk}/cancel").json()
    assert told["state"] == "running"
    other.refresh_from_db()
    third.refresh_from_db()
    assert other.cancel_asked and not third.cancel_asked
    again = client_for(ada).post(f"{base}/{own.pk}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "job_ended")
