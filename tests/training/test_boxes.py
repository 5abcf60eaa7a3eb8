"""What a detector got right and wrong, as the page asks for it: every figure is the one that the engine wrote."""

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotate.ingest.models import Image
from tests.engine.test_box_scores import CLASSES, examples_of, found_of, truth_of
from tests.engine.test_coco import random_case
from tests.make import make_image, make_project
from tests.training.cast import always
from tests.training.test_api import Page, trained
from training import services
from training.engine import evaluate as engine
from training.engine.box_scores import box_table, describe_boxes, error_table, score_boxes
from training.models import Evaluation, Run
from training.selectors import boxes as shown
from training.selectors import folders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_engine")]
KINDS = ("missed", "false", "wrong_class", "loose")


def scored(page: Page, truths: list[Any], found: list[Any], monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    """A ready evaluation of these boxes, written by the engine itself, a few rows together."""
    monkeypatch.setattr(engine, "ROWS_TOGETHER", 7)
    images = [make_image(page.project, number, split=Image.Split.HOLDOUT) for number in range(len(truths))]
    Image.objects.filter(project=page.project).update(width=400, height=400)
    digests = tuple(image.digest for image in images)
    examples = dataclasses.replace(examples_of(truths), digests=digests)
    done = score_boxes(examples, np.arange(len(truths)), found)
    report = describe_boxes(done, split="holdout")
    trained(page, report=report)
    row = Evaluation.objects.get()
    tables = {"predictions": box_table(done), "errors": error_table(done)}
    engine.write_scores(folders.evaluation_folder(row), report, tables)
    return row


@pytest.fixture
def page() -> Page:
    return Page(make_project())


@pytest.fixture
def evaluation(page: Page, monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    return scored(page, *random_case(1), monkeypatch)


def everything(page: Page, path: str, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        reply = page.get(path, **query, cursor=cursor)
        assert reply.status_code == 200, reply.json()
        items += reply.json()["items"]
        cursor = reply.json()["next"]
        if cursor is None:
            return items


def test_the_pictures_of_a_threshold_add_up_to_its_figures(page: Page, evaluation: Evaluation) -> None:
    path = f"evaluations/{evaluation.pk}"
    content = page.get(path).json()["content"]
    told = content["thresholds"]
    for threshold in (0.0, 0.3, 0.55, 1.0):
        place = told["scores"].index(threshold)
        for index in (None, 0, CLASSES - 1):
            classes = [one for one in told["classes"] if index in (None, one["index"])]
            only = {} if index is None else {"class": index}
            rows = everything(page, f"{path}/boxes", threshold=threshold, show="all", limit=7, **only)
            sums = {name: sum(row["counts"][name] for row in rows) for name in rows[0]["counts"]}
            for kind in ("hit", "false", "wrong_class", "loose"):
                assert sums[kind] == sum(one[kind][place] for one in classes)
            assert sums["drawn"] == sum(one["count"] for one in classes) == sums["hit"] + sums["missed"]
            for row in rows:
                outlined = Counter(box["outcome"] for box in row["boxes"] if index in (None, box["label"]))
                assert all(outlined[kind] == row["counts"][kind] for kind in ("hit", *KINDS))
    own = everything(page, f"{path}/boxes", show="all")
    assert {name: sum(row["counts"][name] for row in own) for name in content["errors"]} == content["errors"]
    assert len(own) == content["counts"]["scored"]


def test_the_wall_shows_whom_it_is_asked_for_and_keeps_its_order(page: Page, evaluation: Evaluation) -> None:
    path = f"evaluations/{evaluation.pk}/boxes"
    order = [row["image"] for row in everything(page, path, threshold=0.5, show="all")]
    assert order == list(Image.objects.filter(project=page.project).order_by("pk").values_list("pk", flat=True))
    for show in ("errors", *KINDS):
        rows = everything(page, path, threshold=0.5, show=show, limit=3)
        kinds = KINDS if show == "errors" else (show,)
        assert rows and all(sum(row["counts"][kind] for kind in kinds) for row in rows)
        places = [order.index(row["image"]) for row in rows]
        assert places == sorted(set(places))
        whole = everything(page, path, threshold=0.5, show="all")
        assert len(rows) == sum(any(row["counts"][kind] for kind in kinds) for row in whole)
    (first, *_) = rows
    assert first["thumb"].endswith("/picture/thumb")
    assert (first["width"], first["height"]) == (400, 400)


def test_errors_come_the_worst_first_and_are_those_of_the_wall(page: Page, evaluation: Evaluation) -> None:
    path = f"evaluations/{evaluation.pk}"
    for threshold in (0.2, 0.6):
        wall = everything(page, f"{path}/boxes", threshold=threshold, show="all")
        for kind in KINDS:
            errors = everything(page, f"{path}/errors", threshold=threshold, kind=kind, limit=9)
            assert len(errors) == sum(row["counts"][kind] for row in wall)
            mine = everything(page, f"{path}/errors", threshold=threshold, kind=kind, limit=9, **{"class": 1})
            assert mine == [row for row in errors if row["boxes"][-1]["label"] == 1]
            for row in errors:
                assert [row["kind"], row["boxes"][-1]["outcome"]] == [kind, kind]
                assert (len(row["boxes"]) == 2) == (kind in ("wrong_class", "loose"))
            if kind != "missed":
                scores = [row["boxes"][-1]["score"] for row in errors]
                assert scores == sorted(scores, reverse=True) and all(score >= threshold for score in scores)


def test_a_box_exactly_at_the_threshold_is_shown(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    # as single precision .7 lies below, .3 above the number that a request names
    found = [found_of((0, [0, 0, 50, 50], score), (1, [90, 90, 150, 150], score)) for score in (0.7, 0.3)]
    row = scored(page, [truth_of((0, [0, 0, 50, 50], False))] * 2, found, monkeypatch)
    path = f"evaluations/{row.pk}"
    for threshold, hits in ((0.7, 1), (0.71, 0), (0.3, 2)):
        wall = everything(page, f"{path}/boxes", threshold=threshold, show="all")
        assert sum(one["counts"]["hit"] for one in wall) == hits
        assert len(everything(page, f"{path}/errors", threshold=threshold, kind="missed")) == 2 - hits
        assert len(everything(page, f"{path}/errors", threshold=threshold, kind="false")) == hits


def test_a_page_reads_no_further_than_it_may(
    page: Page, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"evaluations/{evaluation.pk}"
    whole = [everything(page, f"{path}/boxes", threshold=0.5, show="loose")]
    whole += [everything(page, f"{path}/errors", threshold=0.2, kind="false", **{"class": 0})]
    monkeypatch.setattr(shown, "TOGETHER", 5)
    monkeypatch.setattr(shown, "MOST_READ", 10)
    first = page.get(f"{path}/boxes", threshold=0.5, show="loose").json()
    assert len(first["items"]) < len(whole[0]) and first["next"]
    assert everything(page, f"{path}/boxes", threshold=0.5, show="loose") == whole[0]
    assert everything(page, f"{path}/errors", threshold=0.2, kind="false", **{"class": 0}) == whole[1]


def test_a_deleted_picture_keeps_its_place_without_its_boxes(page: Page, evaluation: Evaluation) -> None:
    first = Image.objects.filter(project=page.project).order_by("pk")[0]
    Image.objects.filter(pk=first.pk).update(state=Image.State.DELETED)
    row = page.get(f"evaluations/{evaluation.pk}/boxes", show="all").json()["items"][0]
    assert (row["image"], row["thumb"], row["name"], row["boxes"]) == (None, None, "", [])


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("boxes", {"threshold": "1.5"}, "bad_threshold"),
        ("boxes", {"threshold": "-0.1"}, "bad_threshold"),
        ("boxes", {"threshold": "nan"}, "bad_threshold"),
        ("boxes", {"threshold": "٠.٥"}, "bad_threshold"),
        ("boxes", {"threshold": "0.1e1"}, "bad_threshold"),
        ("boxes", {"show": "hits"}, "bad_choice"),
        ("boxes", {"class": "-1"}, "bad_class"),
        ("boxes", {"cursor": "nonsense"}, "bad_cursor"),
        ("boxes", {"limit": "x"}, "bad_limit"),
        ("errors", {"kind": "hit"}, "bad_choice"),
        ("errors", {"cursor": "WzEuNV0"}, "bad_cursor"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    page: Page, evaluation: Evaluation, path: str, query: dict[str, str], code: str
) -> None:
    reply = page.get(f"evaluations/{evaluation.pk}/{path}", **query)
    assert (reply.status_code, reply.json()["code"]) == (400, code)


def test_only_a_finished_evaluation_of_boxes_has_them(page: Page, tmp_path: Path) -> None:
    trained(page)
    row = Evaluation.objects.get()
    for path in ("boxes", "errors"):
        assert page.get(f"evaluations/{row.pk}/{path}").json()["code"] == "no_boxes"
    Evaluation.objects.update(state="queued")
    assert page.get(f"evaluations/{row.pk}/boxes").json()["code"] == "evaluation_not_ready"
    Evaluation.objects.update(state="ready", summary={"map50": {"value": 0.5}})
    (folders.evaluation_folder(row) / "predictions.parquet").unlink()
    for path in ("boxes", "errors"):
        assert page.get(f"evaluations/{row.pk}/{path}").json()["code"] == "evaluation_gone"
    assert services.drive_evaluation(always) is False


def test_a_run_says_the_figures_of_boxes(page: Page) -> None:
    run = trained(page)
    Run.objects.filter(pk=run.pk).update(progress={"val_map": 0.25, "val_map50": 0.5})
    for told in (page.get(f"runs/{run.pk}").json(), page.get("runs").json()["items"][0]):
        assert (told["val_map"], told["val_map50"], told["val_accuracy"]) == (0.25, 0.5, None)
