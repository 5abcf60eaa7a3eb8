"""A volunteer answers what was handed out to them, however late, and nothing else."""

import uuid
from typing import Any

import pytest

from annotate.ingest.models import Image
from annotate.labeling.models import Lease, Task, Vote
from tests import crowd
from tests.make import client_for, make_volunteer

pytestmark = pytest.mark.django_db


def hand_in(client: Any, project: Any, task: int, answer: Any, **more: Any) -> dict[str, Any]:
    vote = {"key": str(uuid.uuid4()), "task": task, "answer": answer, **more}
    reply = client.post(f"/api/projects/{project.pk}/desk", {"votes": [vote]}, format="json")
    found: dict[str, Any] = reply.json()["results"][0]
    return {**found, "sent": vote["key"]}


def test_what_was_never_handed_out_is_refused_and_changes_nothing() -> None:
    project = crowd.opened(pictures=3)
    client = client_for(make_volunteer(project).user)
    for task in crowd.tasks_of(project):
        for answer in ({"pass": "broken"}, {"pass": "skip"}, crowd.choice(project, "cat")):
            for more in ({}, {"lease": 1}, {"lease": "x"}):
                said = hand_in(client, project, task, answer, **more)
                assert (said["status"], said["code"]) == ("refused", "not_handed")
    assert not Vote.objects.exists()
    assert set(Task.objects.values_list("state", flat=True)) == {Task.State.OPEN}
    assert set(Image.objects.values_list("state", flat=True)) == {Image.State.READY}


def test_what_was_handed_out_is_taken_even_when_its_lease_is_gone_and_by_nobody_else() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    client, other = client_for(make_volunteer(project).user), client_for(make_volunteer(project, "Otto").user)
    (row,) = client.post(f"/api/projects/{project.pk}/desk", {"take": 1}, format="json").json()["tasks"]
    Lease.objects.all().delete()
    cat, dog = crowd.choice(project, "cat"), crowd.choice(project, "dog")
    assert hand_in(other, project, row["id"], cat, lease=row["lease"])["code"] == "not_handed"
    kept = hand_in(client, project, row["id"], cat, lease=row["lease"])
    assert kept["status"] == "stored"
    assert hand_in(client, project, row["id"], dog, supersedes=kept["sent"])["status"] == "stored"
