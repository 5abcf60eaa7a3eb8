"""Evaluations: asked for once, driven by the engine, read back with their pictures."""

import pytest
from django.conf import LazySettings

from annotate.core import errors
from annotate.datasets.models import DatasetVersion
from annotate.ingest.models import Image
from tests.make import make_image, make_project
from tests.training.cast import always, grow_silent, queued_run, ready_version
from training import services
from training.models import Evaluation, Run
from training.selectors import evaluations as shown
from training.services import evaluations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_engine")]


def trained(behave: dict | None = None, **fields: object) -> Run:
    run = queued_run(behave, **fields)
    services.drive_run(always)
    run.refresh_from_db()
    return run


def test_an_evaluation_follows_its_run() -> None:
    run = trained({"answers": [["a" * 64, 0, 0, 0.9], ["b" * 64, 1, 0, 0.8]], "unresolved": 3})
    assert services.drive_evaluation(always) is True
    row = Evaluation.objects.get()
    assert row.state == "ready"
    assert row.summary["top1"]["value"] == 0.5 and row.summary["counts"]["unresolved"] == 3
    content = shown.content_of(row)
    assert content is not None and content["confusion"] == [[0]]
    assert services.drive_evaluation(always) is False
    assert services.request_evaluation(row.checkpoint, run.version).pk == row.pk


def test_a_failed_evaluation_says_why_and_can_be_asked_again() -> None:
    run = trained()
    row = Evaluation.objects.get()
    version = ready_version(run.project, behave={"fail": "data: a picture is missing"})
    other = services.request_evaluation(row.checkpoint, version)
    services.drive_evaluation(always)
    services.drive_evaluation(always)
    other.refresh_from_db()
    assert other.state == "failed" and other.error["message"] == "a picture is missing"
    assert services.request_evaluation(row.checkpoint, version).state == "queued"


def test_an_evaluation_needs_a_ready_version() -> None:
    trained()
    row = Evaluation.objects.get()
    waiting = DatasetVersion.objects.create(project=row.project, number=9)
    with pytest.raises(errors.Conflict):
        services.request_evaluation(row.checkpoint, waiting)


def test_an_evaluation_is_claimed_once_and_again_when_its_worker_falls_silent(settings: LazySettings) -> None:
    settings.RUN_ATTEMPTS = 2
    trained()
    row = Evaluation.objects.get()
    first = evaluations.claim_evaluation()
    assert first is not None and evaluations.claim_evaluation() is None
    grow_silent(row)
    second = evaluations.claim_evaluation()
    assert second is not None and second.attempt == 2
    assert not evaluations.mine(first).exists()
    grow_silent(row)
    assert evaluations.claim_evaluation() is None
    row.refresh_from_db()
    assert row.state == "failed" and row.error["fault"] == "server"


def test_a_worker_that_shuts_down_gives_the_evaluation_back() -> None:
    run = trained({"pause": 0})
    row = Evaluation.objects.get()
    slow = ready_version(run.project, behave={"pause": 60})
    Evaluation.objects.filter(pk=row.pk).update(version=slow)
    services.drive_evaluation(lambda: False)
    row.refresh_from_db()
    assert (row.state, row.attempt) == ("queued", 0)


def test_a_cell_shows_its_pictures_the_surest_first_and_none_that_was_deleted() -> None:
    project = make_project()
    images = [make_image(project, number, split=Image.Split.HOLDOUT) for number in range(4)]
    answers = [[image.digest, 0, 1, 0.5 + place / 10] for place, image in enumerate(images)]
    trained({"answers": [*answers, ["f" * 64, 1, 1, 0.99]]}, project=project)
    services.drive_evaluation(always)
    row = Evaluation.objects.get()
    Image.objects.filter(pk=images[3].pk).update(state=Image.State.DELETED)
    first, more = shown.pictures_of_cell(row, truth=0, predicted=1, offset=0, limit=3)
    assert more and [one.image and one.image.pk for one in first] == [None, images[2].pk, images[1].pk]
    rest, more = shown.pictures_of_cell(row, truth=0, predicted=1, offset=3, limit=3)
    assert not more and [one.digest for one in rest] == [images[0].digest]
    anything, _ = shown.pictures_of_cell(row, truth=None, predicted=1, offset=0, limit=10)
    assert len(anything) == 5
    assert shown.pictures_of_cell(row, truth=7, predicted=None, offset=0, limit=10) == ([], False)


def test_an_evaluation_of_boxes_keeps_its_own_figures() -> None:
    told = {"split": "holdout", "counts": {"scored": 9}, "map50": {"value": 0.8, "low": 0.7, "high": 0.9}, "errors": {}}
    trained({"report": {**told, "curves": {"recall": []}}})
    services.drive_evaluation(always)
    row = Evaluation.objects.get()
    assert row.state == "ready"
    assert row.summary == told
    assert shown.content_of(row) == {**told, "curves": {"recall": []}}
    with pytest.raises(errors.Conflict) as refused:
        shown.pictures_of_cell(row, truth=None, predicted=None, offset=0, limit=5)
    assert refused.value.code == "no_confusion"
