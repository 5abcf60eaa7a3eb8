"""Rows read by a statement written once are the rows that the ORM reads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.accounts.models import User
from annotate.core.rows import Reader
from annotate.projects.models import Member, Project
from tests.make import make_project, make_user

MEMBERSHIP = Reader(
    (Member, "m"),
    (Project, "p"),
    tail="FROM projects_member m JOIN projects_project p ON p.id = m.project_id WHERE m.user_id = %s",
)


def fields_of(row: User | Member | Project) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.django_db
def test_rows_equal_those_of_the_orm_with_their_types() -> None:
    ada = make_user()
    project = make_project(admin=ada, counts={"tasks": 3, "per_class": {"7": 1}})
    member, read = MEMBERSHIP.first([ada.pk])  # type: ignore[misc]
    assert fields_of(read) == fields_of(Project.objects.get(pk=project.pk))
    assert fields_of(member) == fields_of(Member.objects.get())
    read.name = "Other"
    read.save(update_fields=["name"])
    assert Project.objects.get().name == "Other"


@pytest.mark.django_db
def test_nothing_found_is_none_and_one_statement_serves_all_models() -> None:
    assert MEMBERSHIP.first([0]) is None
    with CaptureQueriesContext(
        connection,
    ) as made:
        MEMBERSHIP.all([0])
    assert len(made) == 1
