"""Learning curves: each point an ordinary run, so that they survive, stop and are scored as runs are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.projects.models import Project
from tests.make import client_for, make_member, make_project, make_user
from tests.training.cast import always, grow_silent, ready_version
from training import services
from training.models import LearningCurve, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_engine")]


def finished(project: Project, **config: Any) -> Run:
    answers = [[f"{place:064d}", place % 2, 0 if place % 5 else 1, 0.9] for place in range(20)]
    version = ready_version(project, behave={"answers": answers, "report": {
        "split": "holdout", "counts": {"scored": 20}, "top1": {"value": 0.5, "low": 0.3, "high": 0.7, "count": 20},
        "classes": [{"index": index, "id": 11 + index, "name": str(index)} for index in range(2)],
    }})  # fmt: skip
    run = services.start_run(project, actor=None, version=version, preset="teaching_cnn", config=config)
    drive()
    run.refresh_from_db()
    return run


def drive() -> None:
    while services.drive_evaluation(always) or services.drive_run(always):
        pass


def api(project: Project, *, role: str = "researcher") -> tuple[Any, str]:
    person = make_user(f"{role}{project.pk}{Run.objects.count()}")
    make_member(project, person, role)
    return client_for(person), f"/api/projects/{project.pk}/curves"


def test_its_points_are_runs_on_nested_parts_and_the_run_itself_is_the_whole() -> None:
    project = make_project()
    run = finished(project, seed=4)
    client, url = api(project)
    made = client.post(url, {"run": run.pk, "seeds": 2}, format="json")
    assert made.status_code == 201 and made.json()["total"] == 9
    points = Run.objects.exclude(curve=None).order_by("pk")
    shares = [(one.config["train_share"], one.config["seed"], one.config["share_seed"]) for one in points]
    assert shares == [(0.1, 4, 4), (0.1, 5, 5), (0.2, 4, 4), (0.2, 5, 5), (0.4, 4, 4), (0.4, 5, 5), (0.7, 4, 4),
                      (0.7, 5, 5), (1.0, 5, 5)]  # fmt: skip
    others = {**run.config, "train_share": 0.1, "share_seed": 4}
    assert points[0].config == others and points[0].version_id == run.version_id
    assert client.post(url, {"run": run.pk}, format="json").json()["code"] == "curve_under_way"
    listed = client.get(f"/api/projects/{project.pk}/runs").json()["items"]
    assert [one["id"] for one in listed] == [run.pk], "points stand with their curve"

    services.drive_run(always)
    lost = points[1]
    Run.objects.filter(pk=lost.pk).update(state="running", attempt=1)
    grow_silent(Run.objects.get(pk=lost.pk))
    drive()
    found = client.get(f"{url}/{made.json()['id']}").json()
    assert (found["live"], found["done"], found["total"]) == (False, 9, 9)
    assert len(found["points"]) == 10 and found["points"][-1]["run"] == run.pk
    assert {one["state"] for one in found["points"]} == {"finished"}
    assert all(one["figure"]["value"] == 0.5 for one in found["points"])
    assert found["estimate"]["withheld"] == "few_points", "the fake engine always learns from four"


def test_with_points_enough_it_says_what_more_labels_would_buy() -> None:
    project = make_project()
    run = finished(project)
    services.start_curve(run, actor=None)
    drive()
    client, url = api(project)
    for place, point in enumerate([*Run.objects.exclude(curve=None).order_by("pk"), run]):
        Run.objects.filter(pk=point.pk).update(progress={"train": 100 * 2**place})
        evaluation = point.checkpoints.get().evaluations.get()
        evaluation.summary["top1"] = {"value": 1 - 0.6 / 1.3**place, "low": 0.4, "high": 0.6, "count": 20}
        evaluation.save()
    curve = LearningCurve.objects.get()
    found = client.get(f"{url}/{curve.pk}").json()["estimate"]
    assert found["withheld"] is None and found["curve"][0]["pictures"] == 100
    gain = next(one for one in found["gains"] if one["more"] == 500)
    assert gain["low"] <= gain["value"] <= gain["high"] and 0.005 < gain["value"] < 0.08
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{url}/{curve.pk}")
    assert len(queries) <= 14
    assert client.get(url).json()["items"][0]["done"] == 4


def test_a_curve_can_be_stopped_and_asked_for_again() -> None:
    project = make_project()
    run = finished(project)
    client, url = api(project)
    first = client.post(url, {"run": run.pk}, format="json").json()["id"]
    services.drive_run(always)
    assert client.post(f"{url}/{first}/stop").json()["live"] is False
    assert sorted(Run.objects.filter(curve=first).values_list("state", flat=True)) == ["finished", *["stopped"] * 3]
    assert client.post(f"{url}/{first}/stop").json()["code"] == "curve_has_ended"
    assert client.post(url, {"run": run.pk}, format="json").status_code == 201


def test_what_makes_no_curve_is_refused() -> None:
    project = make_project()
    part = finished(project, train_share=0.5)
    client, url = api(project)
    assert client.post(url, {"run": part.pk}, format="json").json()["code"] == "run_of_a_part"
    assert client.post(url, {"run": part.pk, "seeds": 6}, format="json").status_code == 422
    assert client.post(url, {"run": 999_999}, format="json").status_code == 404
    reviewer, _ = api(project, role="reviewer")
    assert reviewer.post(url, {"run": part.pk}, format="json").status_code == 403


def test_a_run_that_was_never_scored_is_no_point_of_its_curve() -> None:
    project = make_project()
    run = services.start_run(project, actor=None, version=ready_version(project), preset="teaching_cnn")
    services.stop_run(run, actor=None)
    curve = services.start_curve(run, actor=None)
    assert curve.points.count() == 5 and curve.points.filter(config__train_share=1.0).count() == 1
