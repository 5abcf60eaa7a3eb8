"""How fast a volunteer may answer, over the desk's route."""

import uuid
from typing import Any

import pytest

from annotate.core.limits import Tempo
from annotate.desk import tempo
from annotate.desk.tickets import ticket_of
from annotate.labeling.models import Vote
from tests import crowd
from tests.make import client_for, make_member, make_user, make_volunteer


@pytest.mark.django_db
def test_the_desk_refuses_a_volunteer_who_answers_faster_than_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempo, "VOLUNTEERS", Tempo("answers", 2, clock=lambda: 1e9))
    project = crowd.opened(pictures=4, redundancy=2)
    url = f"/api/projects/{project.pk}/desk"

    vera = make_volunteer(project).user

    def vote(task: int) -> dict[str, Any]:
        answer = crowd.choice(project, "cat")
        return {"key": str(uuid.uuid4()), "task": task, "lease": ticket_of(vera.pk, task), "answer": answer}

    one, two, three, _ = crowd.tasks_of(project)
    client = client_for(vera)
    kept = client.post(url, {"votes": [vote(one), vote(two)], "take": 1}, format="json")
    assert [result["status"] for result in kept.json()["results"]] == ["stored", "stored"]
    late = vote(three)
    refused = client.post(url, {"votes": [late]}, format="json")
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, "too_fast", "30")
    assert client.post(url, {"take": 1}, format="json").status_code == 200
    assert Vote.objects.count() == 2
    make_member(project, ada := make_user("ada"))
    body = {"votes": [vote(task) for task in (one, two, three)]}
    assert client_for(ada).post(url, body, format="json").status_code == 200
