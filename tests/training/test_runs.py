"""Runs: what may be started, who may drive it, and how it ends."""

import signal

import pytest
from django.conf import LazySettings

from annotate.core import errors
from annotate.core.audit import Audit
from annotate.datasets.models import DatasetVersion
from tests.make import make_project, make_user
from tests.training.cast import always, grow_silent, queued_run, ready_version
from training import services
from training.models import Checkpoint, Evaluation, Run, Weights
from training.selectors import folders
from training.services import runs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_engine")]


def starts(run: Run) -> list[list[str]]:
    """The engine's own record of who started it: attempt, process, resumed."""
    return [line.split() for line in (folders.run_folder(run) / "starts.txt").read_text().splitlines()]


def test_a_run_is_started_with_its_whole_config() -> None:
    project, actor = make_project(), make_user()
    run = services.start_run(
        project, actor=actor, version=ready_version(project), preset="teaching_cnn", config={"epochs": 3}, name="first"
    )
    assert (run.state, run.epochs, run.created_by_id) == ("queued", 3, actor.pk)
    assert run.config["architecture"] == "teaching_cnn" and run.config["batch"] == 32 and run.config["seed"] == 0
    assert Audit.objects.get(verb="start_run").subject_id == run.pk


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "no_config"),
        ({"preset": "nothing of the kind"}, "unknown_preset"),
        ({"preset": "teaching_cnn", "config": {"epoch": 3}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"epochs": True}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"epochs": "3"}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"epochs": 10**6}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"lr": float("nan")}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"optimizer": "luck"}}, "bad_option"),
        ({"config": {"architecture": "../../etc"}}, "bad_option"),
        ({"config": {"architecture": "resnet18", "size": 8}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"tune": "head"}}, "bad_option"),
        ({"preset": "teaching_cnn", "config": {"start": "weights"}}, "weights_missing"),
    ],
)
def test_a_config_that_cannot_be_is_refused(asked: dict, code: str) -> None:
    project = make_project()
    with pytest.raises(errors.Invalid) as refused:
        services.start_run(project, actor=None, version=ready_version(project), **asked)
    assert refused.value.code == code
    assert not Run.objects.exists()


def test_a_run_needs_a_ready_version_of_its_own_project() -> None:
    project, other = make_project(), make_project(name="other")
    foreign = ready_version(other)
    with pytest.raises(errors.NotFound):
        services.start_run(project, actor=None, version=foreign, preset="teaching_cnn")
    waiting = DatasetVersion.objects.create(project=project, number=9)
    with pytest.raises(errors.Conflict):
        services.start_run(project, actor=None, version=waiting, preset="teaching_cnn")


def test_weights_must_be_of_the_project_the_architecture_and_the_size() -> None:
    project, other = make_project(), make_project(name="other")
    version = ready_version(project)

    def weights(owner: object, architecture: str, **facts: object) -> Weights:
        return Weights.objects.create(
            project=owner, name="w", architecture=architecture, digest="1" * 64, bytes=1, facts=facts
        )

    def start(given: Weights, **config: object) -> Run:
        return services.start_run(project, actor=None, version=version, config=config, weights=given)

    asked = {"architecture": "teaching_cnn", "start": "weights", "size": 32}
    assert start(weights(project, "teaching_cnn", size=32), **asked).weights_id
    with pytest.raises(errors.NotFound):
        start(weights(other, "teaching_cnn"), **asked)
    for given, config, code in (
        (weights(project, "resnet18"), asked, "weights_of_another"),
        (weights(project, "teaching_cnn", size=64), asked, "weights_of_another_size"),
        (weights(project, "teaching_cnn"), {**asked, "start": "scratch"}, "weights_unused"),
    ):
        with pytest.raises(errors.Invalid) as refused:
            start(given, **config)
        assert refused.value.code == code


def test_a_driven_run_ends_with_its_checkpoint_and_asks_for_its_evaluation() -> None:
    run = queued_run({"epochs": 3})
    assert services.drive_run(always) is True
    run.refresh_from_db()
    assert (run.state, run.epoch, run.epochs, run.attempt, run.error) == ("finished", 3, 3, 1, None)
    assert run.progress["val_accuracy"] == 0.25 and run.progress["images_per_s"] == 9.5
    assert run.started_at and run.finished_at
    checkpoint = Checkpoint.objects.get()
    assert (checkpoint.run, checkpoint.epoch, checkpoint.folder) == (run, 3, "checkpoints/epoch-0003")
    evaluation = Evaluation.objects.get()
    assert (evaluation.checkpoint, evaluation.version, evaluation.state) == (checkpoint, run.version, "queued")
    assert services.drive_run(always) is False


@pytest.mark.parametrize("fault", ["data", "config", "server"])
def test_a_failed_run_says_whose_move_it_is(fault: str) -> None:
    run = queued_run({"fail": f"{fault}: the sentence for people"})
    services.drive_run(always)
    run.refresh_from_db()
    assert run.state == "failed" and run.error["fault"] == fault
    assert run.error["message"] == "the sentence for people"
    assert "a line of explanation" in run.error["log"]


def test_an_engine_that_dies_without_a_word_is_the_servers_fault() -> None:
    run = queued_run({"die": signal.SIGKILL})
    services.drive_run(always)
    run.refresh_from_db()
    assert run.state == "failed" and run.error["fault"] == "server" and "memory" in run.error["message"]


def test_an_engine_that_cannot_be_started_fails_the_run(settings: LazySettings) -> None:
    settings.TRAINING_ENGINE_COMMAND = ["/no/such/program"]
    run = queued_run()
    services.drive_run(always)
    run.refresh_from_db()
    assert run.state == "failed" and run.error["fault"] == "server"


def test_a_waiting_run_stops_at_once_and_goes_on_when_resumed() -> None:
    run = queued_run()
    assert services.stop_run(run, actor=None).state == "stopped"
    assert services.drive_run(always) is False
    assert services.resume_run(run, actor=None).state == "queued"
    services.drive_run(always)
    run.refresh_from_db()
    assert run.state == "finished"


class StopAfterFirstEpoch:
    """Asks for a stop, as a person would, once the first epoch is written."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def __call__(self) -> bool:
        if self.run.state != "stopping" and (folders.run_folder(self.run) / "checkpoints" / "epoch-0001").exists():
            self.run.refresh_from_db()
            services.stop_run(self.run, actor=None)
        return True


@pytest.mark.parametrize("hang", [False, True])
def test_a_running_run_is_stopped_and_resumed(hang: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.services.child.STOP_SECONDS", 0.5)
    run = queued_run({"epochs": 30, "pause": 0.2, "hang": hang})
    services.drive_run(StopAfterFirstEpoch(run))
    run.refresh_from_db()
    assert run.state == "stopped" and 0 < run.epoch < 30
    assert not Evaluation.objects.exists()
    behave = folders._home() / run.version.folder / "behave.json"
    behave.write_text('{"epochs": 4}')
    services.resume_run(run, actor=None)
    services.drive_run(always)
    run.refresh_from_db()
    assert (run.state, run.epoch, run.attempt) == ("finished", 4, 2)
    assert [(attempt, resumed) for attempt, _, resumed in starts(run)] == [("1", "0"), ("2", "1")]


def test_what_has_ended_is_neither_stopped_nor_resumed() -> None:
    run = queued_run()
    services.drive_run(always)
    run.refresh_from_db()
    with pytest.raises(errors.Conflict):
        services.stop_run(run, actor=None)
    with pytest.raises(errors.Conflict):
        services.resume_run(run, actor=None)


def test_a_run_is_claimed_once_and_only_its_holder_writes() -> None:
    run = queued_run()
    first = runs.claim_run()
    assert first is not None and first.attempt == 1
    assert runs.claim_run() is None
    grow_silent(run)
    second = runs.claim_run()
    assert second is not None and (second.attempt, second.losses) == (2, 1)
    assert runs.record_progress(first, {"epoch": 7}) is None
    assert runs.fail_run(first, {"fault": "server", "message": "", "log": ""}) is False
    assert runs.record_progress(second, {"epoch": 1}) == "running"
    run.refresh_from_db()
    assert (run.epoch, run.state) == (1, "running")


def test_a_run_lost_too_often_fails_and_can_be_resumed(settings: LazySettings) -> None:
    settings.RUN_ATTEMPTS = 3
    run = queued_run()
    for attempt in (1, 2, 3):
        claimed = runs.claim_run()
        assert claimed is not None and claimed.attempt == attempt
        grow_silent(run)
    assert runs.claim_run() is None
    run.refresh_from_db()
    assert run.state == "failed" and run.error["fault"] == "server" and "3 times" in run.error["message"]
    services.resume_run(run, actor=None)
    claimed = runs.claim_run()
    assert claimed is not None and (claimed.attempt, claimed.losses) == (4, 0)


def test_a_silent_run_that_was_to_stop_is_stopped_without_a_worker() -> None:
    run = queued_run()
    runs.claim_run()
    services.stop_run(run, actor=None)
    assert services.end_silent_runs() == 0
    grow_silent(run)
    assert services.end_silent_runs() == 1
    run.refresh_from_db()
    assert run.state == "stopped"


def test_a_driver_that_lost_its_run_kills_its_engine_and_writes_nothing(settings: LazySettings) -> None:
    run = queued_run({"epochs": 100, "pause": 0.2})

    def steal() -> bool:
        if (folders.run_folder(run) / "starts.txt").exists():
            Run.objects.filter(pk=run.pk).update(attempt=9)
        return True

    services.drive_run(steal)
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("running", 9)
    assert not (folders.run_folder(run) / "result.json").exists()


def test_a_worker_that_shuts_down_gives_the_run_back() -> None:
    run = queued_run({"epochs": 100, "pause": 0.1})
    services.drive_run(lambda: not (folders.run_folder(run) / "checkpoints" / "epoch-0001").exists())
    run.refresh_from_db()
    assert (run.state, run.losses) == ("queued", 0)
    assert runs.waiting_runs().get() == run


def test_a_result_outside_the_run_is_not_taken() -> None:
    run = queued_run()
    claimed = runs.claim_run()
    assert claimed is not None
    folder = folders.run_folder(run)
    folder.mkdir(parents=True)
    (folder / "result.json").write_text('{"state": "finished", "checkpoint": "../../elsewhere"}')
    from_outside = services.drive.read_result
    with pytest.raises(ValueError, match="outside"):
        from_outside(claimed)


def test_a_config_learns_what_the_projects_labels_are_made_of() -> None:
    classes, boxes = make_project(), make_project(name="boxes", kind="box")
    run = services.start_run(boxes, actor=None, version=ready_version(boxes), preset="fcos_mobilenet_v2")
    assert (run.config["problem"], run.config["resize"]) == ("detection", "fit")
    for project, preset in ((classes, "fcos_mobilenet_v2"), (boxes, "teaching_cnn")):
        with pytest.raises(errors.Invalid) as refused:
            services.start_run(project, actor=None, version=ready_version(project), preset=preset)
        assert refused.value.code == "problem_of_another_kind"
        assert refused.value.data["kind"] == project.kind


@pytest.mark.parametrize(
    ("option", "value"), [("architecture", "resnet18"), ("resize", "crop"), ("transform", "crop_flip"), ("size", 32)]
)
def test_options_that_would_falsify_boxes_are_refused(option: str, value: object) -> None:
    project = make_project(kind="box")
    asked = {"preset": "fcos_mobilenet_v2", "config": {option: value}}
    with pytest.raises(errors.Invalid) as refused:
        services.start_run(project, actor=None, version=ready_version(project), **asked)
    assert (refused.value.code, refused.value.data["option"]) == ("bad_option", option)
