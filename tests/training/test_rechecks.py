"""Disagreements of a model asked again: never alone, once, a bounded number of times, figures before and after."""

import dataclasses
import json
import uuid
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Decision
from annotate.core.audit import Audit
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Proposal, Task
from annotate.projects.models import Member
from tests.engine.test_box_scores import examples_of, found_of, truth_of
from tests.make import concepts, make_image, make_project, make_task
from tests.training.cast import ready_version, settle
from tests.training.test_api import Page
from training import services
from training.engine import evaluate as engine
from training.engine.box_scores import box_table, describe_boxes, score_boxes
from training.engine.several_scores import PREDICTIONS
from training.models import Checkpoint, Evaluation, Recheck, RecheckedTask, Run
from training.selectors import folders, rechecks

pytestmark = pytest.mark.django_db
CELL = {"truth": 0, "predicted": 1}


def told_classes(page: Page) -> list[dict[str, Any]]:
    return [{"index": place, "id": one} for place, one in enumerate(concepts(page.project).values())]


def evaluated(page: Page, report: dict[str, Any], rows: pa.Table) -> Evaluation:
    """A ready evaluation as the engine would have left it: its report and what it predicted."""
    version = ready_version(page.project)
    run = Run.objects.create(project=page.project, version=version)
    checkpoint = Checkpoint.objects.create(run=run, epoch=1, folder="none", digest="0" * 64)
    report = {"counts": {"scored": rows.num_rows}, "classes": told_classes(page), **report}
    evaluation = Evaluation.objects.create(
        project=page.project, checkpoint=checkpoint, version=version, state="ready", summary=report
    )
    engine.write_scores(folders.evaluation_folder(evaluation), report, {"predictions": rows})
    return evaluation


@pytest.fixture
def page() -> Page:
    return Page(make_project(), Member.Role.REVIEWER)


@pytest.fixture
def researcher(page: Page) -> Page:
    return Page(page.project)


def ten_pictures(page: Page) -> tuple[Evaluation, list[Task]]:
    """Ten settled holdout pictures of the first class, of which the model calls four the second."""
    first = concepts(page.project)["cat"]
    tasks = [settle(make_image(page.project, number, split=Image.Split.HOLDOUT), first) for number in range(10)]
    Task.objects.update(holdout=True)
    names = ("digest", "truth", "predicted", "probability")
    rows = [(task.image.digest, 0, int(place < 4), 0.5 + place / 100) for place, task in enumerate(tasks)]
    told = pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
    return evaluated(page, {"top1": {"value": 0.6, "low": 0.3, "high": 0.8, "count": 10}}, told), tasks


def ask(page: Page, evaluation: Evaluation, **body: Any) -> Any:
    return page.post(f"evaluations/{evaluation.pk}/rechecks", {"key": str(uuid.uuid4()), **body})


def test_mistakes_are_asked_again_with_as_many_at_random_and_nobody_can_tell(page: Page, researcher: Page) -> None:
    evaluation, tasks = ten_pictures(page)
    Proposal.objects.create(task=tasks[0], answer={"choice": [1]}, score=0.9, model="m")  # as if it had slipped in
    key = str(uuid.uuid4())
    path = f"evaluations/{evaluation.pk}/rechecks"
    assert researcher.post(path, {"key": key, **CELL}).status_code == 403
    made = page.post(path, {"key": key, **CELL})
    assert made.status_code == 201, made.json()
    said = made.json()
    assert (said["asked"], said["waiting"], said["by"], said["result"]) == (8, 8, page.user.name, None)
    assert page.post(path, {"key": key, **CELL}).json()["id"] == said["id"]
    rows = RecheckedTask.objects.all()
    chosen = set(rows.filter(chosen=True).values_list("task", flat=True))
    assert chosen == {task.pk for task in tasks[:4]} and rows.filter(chosen=False).count() == 4
    assert set(rows.values_list("asking", flat=True)) == {2}
    again = Task.objects.filter(pk__in=rows.values("task"))
    told = set(again.values_list("asking", "state", "chosen_by", "votes_counted", "holdout"))
    assert told == {(2, "open", "", 0, True)}, "what is chosen and what is drawn look alike"
    handed = labeling.take(page.project, user_id=researcher.user.pk, want=12).tasks
    assert len(handed) == 8 and all(one.proposal is None for one in handed)
    audits = Audit.objects.filter(verb="task_asked_again").values_list("data", flat=True)
    assert len(audits) == 8 and {json.dumps(one, sort_keys=True) for one in audits} == {
        json.dumps({"asking": 2, "note": f"evaluation {evaluation.pk}"})
    }
    assert Audit.objects.get(verb="looked_again").data["random"] == 4
    assert ask(page, evaluation, **CELL).json()["code"] == "nothing_to_ask", "they are waiting"
    shown = researcher.get(path).json()["items"][0]
    assert shown["by"] != page.user.name, "who answers for nobody sees a pseudonym"


def test_the_figure_before_and_after_stand_side_by_side_once_all_is_answered(page: Page) -> None:
    evaluation, tasks = ten_pictures(page)
    made = ask(page, evaluation, **CELL).json()
    services.move_rechecks_on()
    assert Recheck.objects.get().finished_at is None
    known = concepts(page.project)
    asked = dict(RecheckedTask.objects.values_list("task", "chosen"))
    drawn = [task for task, chosen in asked.items() if not chosen]
    new = {tasks[0].pk: "dog", tasks[1].pk: "dog", drawn[0]: "owl"}
    for task in asked:
        if task != tasks[2].pk:
            answer = {"choice": [known[new.get(task, "cat")]]}
            consensus.settle(page.project, task, actor=page.user, ruling=Decision.Ruling.SETTLE, answer=answer)
    services.move_rechecks_on()
    assert page.get(f"evaluations/{evaluation.pk}/rechecks").json()["items"][0]["waiting"] == 1
    consensus.settle(
        page.project, tasks[2].pk, actor=page.user, ruling=Decision.Ruling.SETTLE, answer={"nothing": True}
    )
    services.move_rechecks_on()
    shown = page.get(f"evaluations/{evaluation.pk}/rechecks").json()["items"][0]
    result = shown["result"]
    assert shown["id"] == made["id"] and shown["waiting"] == 0 and shown["finished_at"]
    assert result["before"]["value"] == 0.6 and result["before"]["count"] == 10
    assert result["after"]["value"] == pytest.approx(7 / 9) and result["after"]["count"] == 9
    assert (result["chosen"]["changed"], result["chosen"]["left"], result["chosen"]["pictures"]) == (2, 1, 4)
    assert (result["random"]["changed"], result["random"]["pictures"], result["others"]["changed"]) == (1, 4, 0)
    assert 0 < result["random"]["low"] < 0.25 < result["random"]["high"] < 1
    evaluation.refresh_from_db()
    assert evaluation.summary["top1"]["value"] == 0.6, "what was reported stays"
    services.move_rechecks_on()
    assert Recheck.objects.get().result == {**result}
    # Looked at twice, a picture is left alone; those at random have then run short, and fewer are asked.
    again = ask(page, evaluation, **CELL).json()
    assert again["asked"] == 8
    RecheckedTask.objects.filter(chosen=False).delete()
    Task.objects.update(state=Task.State.CLOSED)
    assert ask(page, evaluation, **CELL).json()["code"] == "nothing_to_ask"


def test_what_names_no_disagreement_is_refused_and_reading_costs_the_same_for_many(page: Page) -> None:
    evaluation, tasks = ten_pictures(page)
    for body, code in (
        ({"truth": 1, "predicted": 1}, "not_disagreed"),
        ({"truth": 1}, "bad_wish"),
        ({**CELL, "label": 0}, "bad_wish"),
        ({"label": 0, "outcome": "false_positive"}, "bad_wish"),
    ):
        reply = ask(page, evaluation, **body)
        assert (reply.status_code, reply.json()["code"]) == (422, code)
    assert ask(page, evaluation, truth=2, predicted=1).json()["code"] == "nothing_to_ask"
    Task.objects.filter(pk__in=[task.pk for task in tasks[4:]]).update(holdout=False)
    assert ask(page, evaluation, **CELL).json()["code"] == "none_agreed"
    Task.objects.update(holdout=True)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert page.get(f"evaluations/{evaluation.pk}/rechecks").status_code == 200
        return len(queries)

    ask(page, evaluation, **CELL)
    first = cost()
    Recheck.objects.create(project=page.project, evaluation=evaluation, key=uuid.uuid4(), created_by=page.user)
    assert cost() == first


def test_what_a_lost_request_left_unopened_is_opened_by_the_sweep(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluation, tasks = ten_pictures(page)
    monkeypatch.setattr("training.services.rechecks.send", lambda *_, **__: None)
    ask(page, evaluation, **CELL)
    monkeypatch.undo()
    assert not Task.objects.filter(asking=2).exists()
    Image.objects.filter(pk=tasks[0].image_id).update(state=Image.State.EXCLUDED)
    Task.objects.filter(pk=tasks[0].pk).update(state=Task.State.WITHDRAWN)
    services.move_rechecks_on()
    assert Task.objects.filter(asking=2, state="open").count() == 7 == RecheckedTask.objects.count()


def boxes_settled(page: Page, image: Image, *boxes: tuple[str, list[float]]) -> Task:
    known = concepts(page.project)
    answer = {"boxes": [{"concept": known[name], "box": box} for name, box in boxes]}
    task = make_task(image, kind="box", state=Task.State.CLOSED, holdout=True)
    Consensus.objects.create(task=task, project=page.project, answer=answer, confidence=0.9, method="boxes", votes=2)
    return task


def test_boxes_are_held_against_the_new_ones() -> None:
    """The model missed a box that the crowd had drawn wrongly; the figure is the engine's own."""
    page = Page(make_project(kind="box"), Member.Role.ADMIN)
    there, wrong = [10, 10, 60, 60], [200, 200, 260, 260]
    truths = [truth_of((0, there, False), (1, wrong, False)), truth_of((0, there, False)), truth_of((0, there, False))]
    found = [found_of((0, there, 0.9)), found_of((0, there, 0.8)), found_of((0, there, 0.7))]
    images = [make_image(page.project, number, split=Image.Split.HOLDOUT) for number in range(3)]
    Image.objects.update(width=400, height=400)
    examples = dataclasses.replace(examples_of(truths), digests=tuple(image.digest for image in images))
    done = score_boxes(examples, np.arange(3), found)
    report = {**describe_boxes(done, split="holdout"), "classes": told_classes(page)}
    evaluation = evaluated(page, report, box_table(done))
    first = boxes_settled(page, images[0], ("cat", there), ("dog", wrong))
    for image in images[1:]:
        boxes_settled(page, image, ("cat", there))
    assert ask(page, evaluation, outcome="hit").status_code == 422
    made = ask(page, evaluation, outcome="missed", threshold=0.5).json()
    assert made["asked"] == 2 and RecheckedTask.objects.get(chosen=True).task_id == first.pk
    assert made["what"] == {"outcome": "missed", "threshold": 0.5}
    for row in RecheckedTask.objects.all():
        answer = {"boxes": [{"concept": concepts(page.project)["cat"], "box": there}]}
        consensus.settle(page.project, row.task_id, actor=page.user, ruling=Decision.Ruling.SETTLE, answer=answer)
    services.move_rechecks_on()
    result = page.get(f"evaluations/{evaluation.pk}/rechecks").json()["items"][0]["result"]
    assert result["before"]["value"] == pytest.approx(0.5), "of two classes one was never found"
    assert result["after"]["value"] == pytest.approx(1.0)
    assert (result["chosen"]["changed"], result["random"]["changed"], result["others"]["changed"]) == (1, 0, 0)


def several(page: Page) -> tuple[Evaluation, list[Task]]:
    """Four pictures of several classes; of the second the model names one too many and overlooks another."""
    known = list(concepts(page.project).values())
    truth, said = [[0], [0, 1], [1], [0]], [[0, 1], [0], [1], [0]]
    shares = [[0.9, 0.8, 0.1], [0.9, 0.4, 0.1], [0.2, 0.9, 0.1], [0.9, 0.3, 0.1]]
    tasks = []
    for number, classes in enumerate(truth):
        image = make_image(page.project, number, split=Image.Split.HOLDOUT)
        task = make_task(image, kind="choices", state=Task.State.CLOSED, holdout=True)
        answer = {"choice": [known[one] for one in classes]}
        Consensus.objects.create(task=task, project=page.project, answer=answer, confidence=0.9, method="m", votes=2)
        tasks.append(task)
    columns = {
        "digest": [task.image.digest for task in tasks], "truth": truth, "predicted": said,
        "correct": [one == other for one, other in zip(truth, said, strict=True)], "distribution": shares,
        "loss": np.zeros(4, np.float32),
    }  # fmt: skip
    figure = {"value": 0.75, "low": 0.5, "high": 1.0, "count": 4}
    return evaluated(page, {"map": figure, "exact": {"value": 0.5}}, pa.table(columns, schema=PREDICTIONS)), tasks


def test_the_pictures_of_a_class_of_several_and_their_second_look() -> None:
    page = Page(make_project(kind="choices"), Member.Role.ADMIN)
    evaluation, tasks = several(page)
    path = f"evaluations/{evaluation.pk}/class-pictures"
    walls = {
        outcome: [row["image"] for row in page.get(path, **{"class": 1, "outcome": outcome}).json()["items"]]
        for outcome in ("true_positive", "false_positive", "false_negative", "true_negative")
    }
    assert walls == {name: [tasks[place].image_id] for name, place in zip(walls, (2, 0, 1, 3), strict=True)}
    (row,) = page.get(path, **{"class": 1, "outcome": "false_negative"}).json()["items"]
    assert (row["truth"], row["predicted"], round(row["share"], 2)) == ([0, 1], [0], 0.4)
    first = page.get(path, **{"class": 0, "limit": 2}).json()
    rest = page.get(path, **{"class": 0, "limit": 2, "cursor": first["next"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    for query, code in (({}, "bad_class"), ({"class": 9}, "bad_class"), ({"class": 0, "outcome": "x"}, "bad_choice")):
        assert page.get(path, **query).json()["code"] == code
    made = ask(page, evaluation, label=1, outcome="false_positive").json()
    assert made["asked"] == 2
    assert RecheckedTask.objects.get(chosen=True).task_id == tasks[0].pk
    assert RecheckedTask.objects.get(chosen=False).task_id in {tasks[2].pk, tasks[3].pk}, "both agree on this class"
    known = list(concepts(page.project).values())
    answers = {tasks[0].pk: [0, 1], tasks[2].pk: [1], tasks[3].pk: [0]}
    for row in RecheckedTask.objects.all():
        answer = {"choice": [known[one] for one in answers[row.task_id]]}
        consensus.settle(page.project, row.task_id, actor=page.user, ruling=Decision.Ruling.SETTLE, answer=answer)
    services.move_rechecks_on()
    result = page.get(f"evaluations/{evaluation.pk}/rechecks").json()["items"][0]["result"]
    assert result["after"]["value"] == pytest.approx(1.0) and result["after"]["count"] == 4
    assert (result["chosen"]["changed"], result["random"]["changed"]) == (1, 0)
    assert rechecks.looked_at_before(evaluation) == {"pictures": 0, "evaluations": 0}
