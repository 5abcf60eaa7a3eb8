"""Runs side by side: on one holdout where there is one, else on the pictures that they share."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.projects.models import Project
from tests.make import client_for, make_image, make_member, make_project, make_user
from tests.training.cast import always, ready_version
from training import services
from training.models import Evaluation, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_engine")]

REPORT = {
    "split": "holdout",
    "counts": {"images": 3, "scored": 3},
    "classes": [{"index": 0, "id": 11, "name": "cat"}, {"index": 1, "id": 12, "name": "dog"}],
    "top1": {"value": 0.5, "low": 0.2, "high": 0.8, "count": 3},
    "confusion": [[0, 0], [0, 0]],
}


def version_with(project: Project, answers: dict[str, tuple[int, int]]) -> Any:
    rows = [[digest, truth, said, 0.9] for digest, (truth, said) in answers.items()]
    return ready_version(project, behave={"answers": rows, "report": REPORT})


def trained(project: Project, version: Any, **config: Any) -> Run:
    run = services.start_run(project, actor=None, version=version, preset="teaching_cnn", config=config)
    services.drive_run(always)
    while services.drive_evaluation(always):
        pass
    return run


def test_runs_of_two_holdouts_are_compared_on_what_they_share_and_then_scored_on_the_newest() -> None:
    project = make_project(admin=make_user())
    image = make_image(project, 1)
    old = version_with(project, {image.digest: (0, 0), "b" * 64: (1, 1), "gone": (1, 1)})
    new = version_with(project, {image.digest: (0, 1), "b" * 64: (1, 1), "added": (0, 0)})
    first, second = trained(project, old), trained(project, new, lr=0.01)
    client, url = client_for(project.members.get().user), f"/api/projects/{project.pk}/runs/compare"
    found = client.get(url, {"runs": f"{first.pk},{second.pk}"}).json()
    assert (found["version"], found["newest"]) == (None, 2)
    (pair,) = found["pairs"]
    assert (pair["versions"], pair["common"], pair["only_first"], pair["only_second"]) == ([1, 2], 2, 1, 1)
    assert (pair["first"], pair["second"], pair["pictures"]["lost"]) == (1.0, 0.5, 1)
    assert {row["option"]: row["values"] for row in found["differences"]} == {"version": [1, 2], "lr": [0.001, 0.01]}
    assert [one["version"] for one in found["figures"]] == [1, 2]

    made = client.post(url, {"runs": [first.pk, second.pk]}, format="json")
    assert made.status_code == 201 and [one["version"]["number"] for one in made.json()] == [2, 2]
    assert client.get(url, {"runs": f"{first.pk},{second.pk}"}).json()["scoring"] is True
    while services.drive_evaluation(always):
        pass
    found = client.get(url, {"runs": f"{first.pk},{second.pk}"}).json()
    assert (found["version"], found["scoring"]) == (2, False)
    assert (found["pairs"][0]["common"], found["pairs"][0]["difference"]) == (3, 0.0)

    lost = client.get(f"{url}/pictures", {"runs": f"{second.pk},{first.pk}", "change": "lost"}).json()
    assert lost == {"items": [], "next": None}


def test_changed_pictures_come_with_what_each_run_said() -> None:
    project = make_project(admin=make_user())
    image = make_image(project, 1)
    runs = [trained(project, version_with(project, {image.digest: (0, said), "gone": (1, said)})) for said in (0, 1)]
    client, url = client_for(project.members.get().user), f"/api/projects/{project.pk}/runs/compare/pictures"
    asked = {"runs": ",".join(str(run.pk) for run in runs), "limit": 1}
    (lost,) = client.get(url, {**asked, "change": "lost"}).json()["items"]
    assert (lost["image"], lost["truth"], lost["first"], lost["second"]) == (image.pk, [11], [11], [12])
    (gained,) = client.get(url, {**asked, "change": "gained"}).json()["items"]
    assert (gained["image"], gained["thumb"], gained["truth"]) == (None, None, [12])


REFUSED = [("", 400), ("{a}", 400), ("{a},{a}", 400), ("{a},x", 400), ("{a},999999999", 404)]


@pytest.mark.parametrize(("runs", "status"), REFUSED)
def test_what_cannot_be_compared_is_refused(runs: str, status: int) -> None:
    project = make_project(admin=make_user())
    other = make_project(name="other")
    mine, theirs = (Run.objects.create(project=one, version=ready_version(one)) for one in (project, other))
    client, url = client_for(project.members.get().user), f"/api/projects/{project.pk}/runs/compare"
    assert client.get(url, {"runs": runs.format(a=mine.pk)}).status_code == status
    assert client.get(url, {"runs": f"{mine.pk},{theirs.pk}"}).status_code == 404
    bare = Run.objects.create(project=project, version=mine.version)
    both = f"{mine.pk},{bare.pk}"
    found = client.get(url, {"runs": both}).json()
    assert (found["figures"], found["pairs"]) == ([None, None], [])
    assert client.get(f"{url}/pictures", {"runs": both}).json()["code"] == "not_scored"
    assert client.get(f"{url}/pictures", {"runs": both, "change": "other"}).json()["code"] == "bad_change"
    assert client.post(url, {"runs": [mine.pk, bare.pk]}, format="json").json()["code"] == "no_checkpoint"
    reviewer = make_user("reviewer")
    make_member(project, reviewer, "reviewer")
    assert client_for(reviewer).post(url, {"runs": [mine.pk, bare.pk]}, format="json").status_code == 403


def test_the_cost_does_not_follow_the_number_of_runs() -> None:
    project, made = make_project(admin=make_user()), []
    version = version_with(project, {"a" * 64: (0, 0)})
    runs = [trained(project, version).pk for _ in range(3)]
    client, url = client_for(project.members.get().user), f"/api/projects/{project.pk}/runs/compare"
    for count in (2, 3):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, {"runs": ",".join(map(str, runs[:count]))}).status_code == 200
        made.append(len(queries))
    assert made[0] == made[1] and Evaluation.objects.count() == 3
