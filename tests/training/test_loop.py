"""Rounds: each step once, the reasons why not, and what the model may and may not touch."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from annotate.core import errors
from annotate.datasets import services as datasets
from annotate.datasets.models import DatasetVersion
from annotate.ingest.models import Image
from annotate.labeling.models import Prediction, Proposal, Task
from annotate.projects.models import Project
from tests import crowd
from tests.make import concepts, make_image, make_project
from tests.training.cast import FAKE, always, grow_silent, labeled_project, settle
from training import loop, services
from training.models import Evaluation, Round, Run
from training.selectors import cycle, folders

pytestmark = pytest.mark.django_db


class Engine:
    """The fake engine, told what to say of a project's pictures."""

    def __init__(self, settings: LazySettings, path: Path) -> None:
        self.path = path
        self.said: dict[str, Any] = {}
        settings.TRAINING_ENGINE_COMMAND = [*FAKE, "--behave", str(path)]

    def says(self, **behave: Any) -> None:
        self.said |= behave
        self.path.write_text(json.dumps(self.said))

    def knows(self, project: Project) -> None:
        """Surer of each waiting picture than of the one before; it would also speak of the holdout, were it let."""
        ids = list(concepts(project).values())
        waiting = Image.objects.filter(project=project, tasks__state=Task.State.OPEN).order_by("id")
        shares = [[0.4 + place / 100, 0.6 - place / 100, 0.0] for place in range(waiting.count())]
        rows = [[image.digest, share] for image, share in zip(waiting, shares, strict=True)]
        self.says(classes=ids, unlabeled=rows, answers=[["a" * 64, 0, 0, 0.9], ["b" * 64, 1, 0, 0.8]])


@pytest.fixture
def engine(settings: LazySettings, tmp_path: Path) -> Engine:
    return Engine(settings, tmp_path / "behave.json")


def turn_once(project: Project, **asked: Any) -> Round:
    """A whole round, as the worker and the trainer would turn it."""
    turn = loop.next_round(project, actor=None, preset="teaching_cnn", **asked)
    while datasets.freeze_next():
        pass
    loop.sweep()
    loop.work(always)
    turn.refresh_from_db()
    return turn


def test_a_round_goes_all_the_way_round(engine: Engine) -> None:
    project = labeled_project(order="margin", show_proposals=True)
    engine.knows(project)
    turn = turn_once(project)
    assert (turn.state, turn.error, turn.number, turn.strategy) == ("done", None, 1, "margin")
    assert turn.run is not None and turn.run.state == "finished"
    assert turn.evaluation is not None and turn.evaluation.state == "ready"
    assert turn.labels_spent == 8 and turn.finished_at
    waiting = Task.objects.filter(project=project, state="open")
    ranked = waiting.filter(holdout=False).order_by("rank")
    assert turn.chosen["ranked"] == 6 and turn.chosen["by"] == {"margin": 3, "random": 3}
    assert set(ranked.values_list("chosen_by", flat=True)) == {"margin", "random"}
    assert all(0 < task.rank < 1 for task in ranked)


def test_the_holdout_is_never_touched(engine: Engine) -> None:
    project = labeled_project(order="entropy", show_proposals=True)
    engine.knows(project)
    turn_once(project)
    held = Task.objects.filter(project=project, holdout=True, state="open")
    assert held.count() == 2
    assert not Proposal.objects.filter(task__holdout=True).exists()
    assert not Prediction.objects.filter(image__split=Image.Split.HOLDOUT).exists()
    assert set(held.values_list("rank", "chosen_by")) == {(0.5, "")}
    assert Prediction.objects.count() == Proposal.objects.filter(live=True).count() == 6


def test_proposals_are_offered_only_where_the_project_says_so(engine: Engine) -> None:
    project = labeled_project(show_proposals=False)
    engine.knows(project)
    turn = turn_once(project)
    assert turn.state == "done" and turn.chosen["proposed"] == 0
    assert Prediction.objects.count() == 6 and not Proposal.objects.exists()


def test_a_class_archived_since_is_not_proposed(engine: Engine) -> None:
    project = labeled_project(show_proposals=True)
    engine.knows(project)
    gone = project.classes.get(index=1)
    gone.archived_at = gone.project.created_at
    gone.save()
    project.classes.filter(index=2).update(archived_at=None)
    turn = turn_once(project)
    assert turn.state == "done" and turn.chosen["proposed"] == 0 and turn.chosen["predicted"] == 6
    looked_at = json.loads((folders.round_folder(turn) / "ranking.json").read_text())["concepts"]
    assert looked_at == sorted(project.classes.filter(archived_at=None).values_list("concept_id", flat=True))


def test_a_round_over_several_classes_proposes_each_from_its_own_threshold(engine: Engine) -> None:
    project = crowd.opened_for_several(pictures=12, holdout=2, redundancy=1, order="entropy", show_proposals=True)
    cat, dog, owl = concepts(project).values()
    (ada,) = crowd.crowd_of(project, 1)
    assert cycle.refusal(project) is not None
    for task, names in zip(crowd.tasks_of(project)[2:8], [("cat", "dog"), ("cat",), ()] * 2, strict=True):
        crowd.answer(project, ada, task, crowd.several(project, *names))
    waiting = Image.objects.filter(project=project, tasks__state=Task.State.OPEN, tasks__holdout=False).order_by("id")
    shares = [[0.9, 0.5, 0.1], [0.3, 0.5, 0.1], [0.9, 0.1, 0.9], [0.1, 0.1, 0.1]]
    report = {
        "split": "holdout", "version_digest": "d", "counts": {"scored": 2}, "threshold_from": "val",
        "map": {"value": 0.75, "low": 0.5, "high": 0.9, "count": 2},
        "class_thresholds": {str(cat): 0.8, str(dog): 0.4, str(owl): 0.5},
    }  # fmt: skip
    engine.says(
        classes=[cat, dog, owl], report=report,
        unlabeled=[[image.digest, row] for image, row in zip(waiting, shares, strict=True)],
    )  # fmt: skip
    turn = turn_once(project)
    assert (turn.state, turn.error, turn.labels_spent) == ("done", None, 6)
    assert turn.evaluation is not None and turn.evaluation.summary["class_thresholds"] == report["class_thresholds"]
    assert json.loads((folders.round_folder(turn) / "ranking.json").read_text())["each"]
    answers = {offer.task.image_id: offer.answer for offer in Proposal.objects.filter(live=True)}
    said = [answers.get(image.pk) for image in waiting]
    assert said == [{"choice": sorted((cat, dog))}, {"choice": [dog]}, {"choice": sorted((cat, owl))}, None]
    assert turn.chosen["ranked"] == 4 and turn.chosen["proposed"] == 3
    assert cycle.rounds(project)[0]["accuracy"]["value"] == 0.75


def test_rounds_are_compared_on_the_same_holdout(engine: Engine) -> None:
    project = labeled_project()
    engine.knows(project)
    first = turn_once(project)
    ids = list(concepts(project).values())
    for number in range(50, 54):
        settle(make_image(project, number), ids[number % 2])
    second = turn_once(project)
    assert second.number == 2 and second.labels_spent == 12
    rows = cycle.rounds(project)
    assert [row["number"] for row in rows] == [2, 1]
    assert [row["accuracy"]["version"] for row in rows] == [2, 2]
    assert all(row["accuracy"]["comparable"] for row in rows)
    assert rows[1]["accuracy"]["count"] == 2 and rows[1]["labels_spent"] == 8
    assert Evaluation.objects.count() == 3
    again = loop.rescore(project)
    assert {row.checkpoint.run_id for row in again} == {first.run_id, second.run_id}
    assert Evaluation.objects.count() == 3


@pytest.mark.parametrize(
    ("settled", "classes", "code"),
    [
        (0, ("cat", "dog"), "nothing_labeled"),
        (4, ("cat",), "too_few_classes"),
        (1, ("cat", "dog"), "one_class_labeled"),
    ],
)
def test_the_next_round_is_refused_with_its_reason(settled: int, classes: tuple[str, ...], code: str) -> None:
    project = make_project(classes=classes)
    ids = list(concepts(project).values())
    for number in range(settled):
        settle(make_image(project, number), ids[0])
    settle(make_image(project, 99, split=Image.Split.HOLDOUT), ids[-1])
    with pytest.raises(errors.Conflict) as refused:
        loop.next_round(project, actor=None)
    assert refused.value.code == code
    assert not Round.objects.exists() and not DatasetVersion.objects.exists()


def test_one_round_at_a_time_and_only_with_what_is_known() -> None:
    project = labeled_project()
    for asked, code in (({"preset": "nothing"}, "unknown_preset"), ({"strategy": "luck"}, "unknown_strategy")):
        with pytest.raises(errors.Invalid) as refused:
            loop.next_round(project, actor=None, **asked)
        assert refused.value.code == code
    loop.next_round(project, actor=None)
    with pytest.raises(errors.Conflict) as refused:
        loop.next_round(project, actor=None)
    assert refused.value.code == "round_under_way"


def test_a_small_or_empty_holdout_is_warned_of() -> None:
    assert [said.code for said in cycle.warnings(labeled_project(holdout=0))] == ["no_holdout"]
    assert [said.code for said in cycle.warnings(labeled_project(holdout=4, name="b"))] == ["few_holdout"]
    assert cycle.warnings(labeled_project(holdout=30, settled=2, name="c")) == []


def test_a_failed_training_fails_the_round_with_its_reason(engine: Engine) -> None:
    project = labeled_project()
    engine.says(fail="config: the loss is not a finite number")
    turn = turn_once(project)
    assert turn.state == "failed" and turn.error["message"] == "the loss is not a finite number"
    assert cycle.refusal(project) is None


def test_a_round_goes_on_when_its_stopped_training_is_resumed(engine: Engine) -> None:
    project = labeled_project()
    engine.knows(project)
    turn = loop.next_round(project, actor=None, preset="teaching_cnn")
    datasets.freeze_next()
    loop.advance_rounds()
    run = services.stop_run(Run.objects.get(), actor=None)
    loop.advance_rounds()
    turn.refresh_from_db()
    assert turn.state == "failed" and "stopped" in turn.error["message"]
    services.resume_run(run, actor=None)
    loop.work(always)
    turn.refresh_from_db()
    assert (turn.state, turn.error, turn.run_id) == ("done", None, run.pk)


def test_a_round_over_boxes_proposes_what_its_detector_is_sure_enough_of(engine: Engine) -> None:
    project = crowd.box_project(pictures=5, holdout=2, redundancy=1, show_proposals=True, order="entropy")
    (ada,) = crowd.crowd_of(project, 1)
    asked = Task.objects.filter(project=project, holdout=False).order_by("pk")
    first, *waiting = asked.values_list("pk", flat=True)
    crowd.answer(project, ada, first, crowd.boxes(project, ("cat", 2, 2, 12, 12)))
    cat = concepts(project)["cat"]
    images = list(Image.objects.filter(tasks__in=waiting).order_by("pk"))
    held = Image.objects.filter(project=project, split="holdout").first()
    assert held is not None
    sure, thin, unsure = ([1.004, 2, 20, 20], [3, 3, 3.2, 9], [0, 0, 9, 9])
    engine.says(
        classes=list(concepts(project).values()),
        report={"split": "holdout", "counts": {"scored": 0}, "map50": None},
        boxed=[
            [images[0].digest, [sure, thin, unsure], [cat, cat, cat], [0.9, 0.8, 0.1]],
            [images[1].digest, [unsure], [cat], [0.1]],
            [held.digest, [sure], [cat], [0.9]],
        ],
    )
    turn = loop.next_round(project, actor=None, preset="fcos_mobilenet_v2")
    datasets.freeze_next()
    loop.sweep()
    loop.work(always)
    turn.refresh_from_db()
    assert (turn.state, turn.error) == ("done", None)
    offered = Proposal.objects.get()
    assert offered.task.image_id == images[0].pk
    assert offered.answer == {"boxes": [{"concept": cat, "box": [1.0, 2.0, 20.0, 20.0], "score": 0.9}]}
    assert turn.chosen["ranked"] == 2 and not Prediction.objects.exists()


def test_a_round_that_another_followed_stays_ended(engine: Engine) -> None:
    project = labeled_project()
    engine.knows(project)
    first = loop.next_round(project, actor=None, preset="teaching_cnn")
    datasets.freeze_next()
    loop.advance_rounds()
    run = services.stop_run(Run.objects.get(), actor=None)
    loop.advance_rounds()
    second = turn_once(project)
    services.resume_run(run, actor=None)
    loop.work(always)
    first.refresh_from_db()
    assert (first.state, second.state) == ("failed", "done")


def test_steps_are_taken_once_however_often_they_are_called(engine: Engine) -> None:
    project = labeled_project()
    engine.knows(project)
    loop.next_round(project, actor=None, preset="teaching_cnn")
    loop.advance_rounds()
    assert not Run.objects.exists()
    datasets.freeze_next()
    stale = Round.objects.select_related("project", "version__job").get()
    for _ in range(3):
        loop.advance_rounds()
    loop._after_freeze(stale)
    assert Run.objects.count() == 1 and Round.objects.get().state == "training"


def test_a_choice_is_claimed_once_and_taken_up_when_its_worker_is_lost(engine: Engine, settings: LazySettings) -> None:
    settings.RUN_ATTEMPTS = 2
    project = labeled_project()
    engine.knows(project)
    turn = turn_once(project)
    Round.objects.filter(pk=turn.pk).update(state="choosing", attempt=0, heartbeat=None, chosen={})
    first = loop._claim_choice()
    assert first is not None and loop._claim_choice() is None
    grow_silent(turn)
    assert loop.choose_next(always) is True
    turn.refresh_from_db()
    assert turn.state == "done" and turn.attempt == 2 and turn.chosen["ranked"] == 6
    assert not loop._mine(first).exists()
    Round.objects.filter(pk=turn.pk).update(state="choosing")
    grow_silent(turn)
    assert loop.choose_next(always) is False
    turn.refresh_from_db()
    assert turn.state == "failed" and turn.error["fault"] == "server"


def test_a_round_with_nothing_left_to_ask_ends(engine: Engine) -> None:
    project = labeled_project(waiting=0)
    engine.knows(project)
    turn = turn_once(project)
    assert turn.state == "done" and turn.chosen["ranked"] == 0
