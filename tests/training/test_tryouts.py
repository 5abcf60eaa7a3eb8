"""A picture shown to a model: who may, what comes back, and that nothing of it is left, however it ends."""

import io
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from safetensors.torch import save_file

from annotate.ingest import incoming
from annotate.manifest.schema import ClassEntry
from tests.make import client_for, make_member, make_project, make_user, picture_bytes
from tests.training.cast import always, ready_version
from tests.training.test_api import Page
from training import jobs, services
from training.engine.checkpoint import Checkpoint as Kept
from training.engine.checkpoint import save_checkpoint
from training.engine.config import Config
from training.engine.model import build_model
from training.models import Checkpoint, Evaluation, Run, Tryout, Weights
from training.selectors import folders, tryouts
from training.services import tryouts as serving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def engine_gone() -> Iterator[None]:
    yield
    serving.ENGINE.close()


@pytest.fixture
def fake_serve(settings: LazySettings) -> None:
    """Something that keeps the warm engine's protocol in its place."""
    settings.TRAINING_ENGINE_COMMAND = [sys.executable, str(Path(__file__).with_name("fake_serve.py"))]


@pytest.fixture
def page() -> Page:
    return Page(make_project())


def make_checkpoint(page: Page, **behave: Any) -> Checkpoint:
    """A row with a folder that tells the fake engine what to do."""
    config = {"architecture": "small_cnn_64", "problem": "classification"}
    run = Run.objects.create(project=page.project, version=ready_version(page.project), name="first", config=config)
    checkpoint = Checkpoint.objects.create(run=run, epoch=3, folder="checkpoints/epoch-0003", digest="0" * 64)
    folder = folders.checkpoint_folder(checkpoint)
    folder.mkdir(parents=True)
    (folder / "behave.json").write_text(json.dumps(behave))
    return checkpoint


def behave(checkpoint: Checkpoint, **how: Any) -> None:
    (folders.checkpoint_folder(checkpoint) / "behave.json").write_text(json.dumps(how))


def show(page: Page, model: Checkpoint | Weights | str, content: bytes | None = None, **more: Any) -> Any:
    word = model if isinstance(model, str) else f"{type(model).__name__.lower()}-{model.pk}"
    file = SimpleUploadedFile("cat.png", picture_bytes(1) if content is None else content)
    return page.post("tryouts", {"file": file, "model": word, **more}, form="multipart")


def shown(page: Page, model: Checkpoint | Weights, content: bytes | None = None) -> dict[str, Any]:
    """The end of a tryout that a worker was told of."""
    started = show(page, model, content)
    assert started.status_code == 202, started.json()
    assert (started.json()["state"], started.json()["answer"]) == ("queued", None)
    jobs.try_models()
    found: dict[str, Any] = page.get(f"tryouts/{started.json()['id']}").json()
    return found


def left() -> list[Path]:
    """Every file and folder that a tryout may have left."""
    return [*folders.tryouts_folder().glob("*"), *incoming.folder().glob("*")]


def grow_old(seconds: float) -> None:
    Tryout.objects.update(created_at=timezone.now() - timedelta(seconds=seconds))


def test_classes_are_told_by_a_checkpoint_and_by_weights(page: Page) -> None:
    run = Run.objects.create(project=page.project, version=ready_version(page.project), name="first")
    checkpoint = Checkpoint.objects.create(run=run, epoch=3, folder="checkpoints/epoch-0003", digest="0" * 64)
    config = Config(architecture="small_cnn_64", size=24, normalise="unit")
    classes = (ClassEntry(0, 7, "a", "cat"), ClassEntry(1, 9, "b", "dog"))
    place = folders.checkpoint_folder(checkpoint)
    save_checkpoint(
        Kept(place, config, classes, version_digest="0" * 64, epoch=3, step=1, figures={}, best={}),
        build_model(config, 2),
        {},
    )
    tensors = build_model(Config(architecture="mobilenet_v3_small", size=32), 1000).state_dict()
    tensors["classifier.3.bias"][281] = 60.0
    facts = {"named": True, "size": 32}
    weights = Weights.objects.create(
        project=page.project, name="ours", architecture="mobilenet_v3_small", digest="1" * 64, bytes=1, facts=facts
    )
    folders.weights_folder().mkdir(parents=True)
    save_file(tensors, folders.weights_file(weights))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", exif=exif)
    found = shown(page, checkpoint, out.getvalue())
    assert (found["state"], found["error"]) == ("done", None)
    answer = found["answer"]
    assert (answer["form"], answer["classes"], answer["width"], answer["height"]) == ("one", 2, 30, 40)
    assert {(one["concept"], one["name"]) for one in answer["guesses"]} == {(7, "cat"), (9, "dog")}
    assert sum(one["score"] for one in answer["guesses"]) == pytest.approx(1, abs=1e-3)
    assert left() == []
    by_weights = shown(page, weights)["answer"]
    assert (by_weights["guesses"][0]["name"], by_weights["classes"]) == ("tabby", 1000)
    assert len(by_weights["guesses"]) == 5
    # the page says that it has its answer, and not even that is left
    assert page.client.delete(f"/api/projects/{page.project.pk}/tryouts/{found['id']}").status_code == 204
    assert page.get(f"tryouts/{found['id']}").json()["code"] == "tryout_over"
    assert not Tryout.objects.filter(pk=found["id"]).exists()


@pytest.mark.usefixtures("fake_serve")
def test_the_engine_stays_warm_and_a_lost_one_is_replaced(page: Page) -> None:
    checkpoint = make_checkpoint(page)
    first, again = (Tryout.objects.get(pk=shown(page, checkpoint)["id"]).answer for _ in range(2))
    assert first is not None and again is not None
    assert first["pid"] == again["pid"]
    os.kill(first["pid"], signal.SIGKILL)
    other = Tryout.objects.get(pk=shown(page, checkpoint)["id"]).answer
    assert other is not None and other["pid"] != first["pid"]
    assert left() == []


@pytest.mark.usefixtures("fake_serve")
def test_each_end_says_what_happened_and_leaves_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = make_checkpoint(page)
    ends: list[tuple[dict[str, Any], str]] = [
        ({"die": signal.SIGKILL}, "try_engine_died"),
        ({"say": "no line of ours"}, "try_engine_died"),
        ({"say": "[1]"}, "try_engine_died"),
        ({"refuse": "memory"}, "try_no_memory"),
        ({"refuse": "model"}, "try_model_unusable"),
        ({"refuse": "picture"}, "try_picture_unreadable"),
    ]
    for how, code in ends:
        behave(checkpoint, **how)
        found = shown(page, checkpoint)
        assert (found["state"], found["error"]["code"], found["answer"]) == ("failed", code, None)
        assert ("it does not fit" in found["error"]["message"]) == (code == "try_model_unusable")
        assert left() == []
    behave(checkpoint)
    assert shown(page, checkpoint)["state"] == "done", "the next one is none the worse"
    behave(checkpoint, hang=True)
    monkeypatch.setattr(serving, "ANSWER_SECONDS", 0.3)
    assert shown(page, checkpoint)["error"]["code"] == "try_too_slow"
    assert left() == []
    assert not serving.ENGINE.alive


@pytest.mark.usefixtures("fake_serve")
def test_a_bad_picture_and_a_model_that_is_gone_never_reach_the_engine(page: Page, settings: LazySettings) -> None:
    checkpoint = make_checkpoint(page)
    for content, code in ((b"GIF89a", "not_a_picture"), (picture_bytes(1)[:-30], "truncated")):
        found = shown(page, checkpoint, content)
        assert (found["state"], found["error"]["code"]) == ("failed", code)
    shutil.rmtree(folders.checkpoint_folder(checkpoint))
    assert shown(page, checkpoint)["error"]["code"] == "try_model_gone"
    settings.TRAINING_ENGINE_COMMAND = ["/nowhere/at/all"]
    serving.ENGINE.close()
    folders.checkpoint_folder(checkpoint).mkdir()
    assert shown(page, checkpoint)["error"]["code"] == "try_no_engine"
    assert left() == []


def test_what_cannot_be_taken_is_refused_and_not_kept(page: Page, settings: LazySettings) -> None:
    checkpoint = make_checkpoint(page)
    foreign = make_checkpoint(Page(make_project(name="other")))
    unnamed = Weights.objects.create(project=page.project, name="w", architecture="x", digest="0" * 64, bytes=1)
    for model in (foreign, unnamed, "checkpoint-", "checkpoint-x", "else-1", f"checkpoint-{10**30}"):
        assert (show(page, model).status_code, show(page, model).json()["code"]) == (404, "no_such_model")
    second = SimpleUploadedFile("b.png", picture_bytes(2))
    assert show(page, checkpoint, other=second).json()["code"] == "one_file"
    assert show(page, "").json()["code"] == "no_model"
    assert page.post("tryouts", {"model": "x"}, form="multipart").json()["code"] == "no_files"
    settings.MAX_PICTURE_BYTES = 100
    told = show(page, checkpoint, picture_bytes(1, size=(64, 64)))
    assert (told.status_code, told.json()["code"]) == (422, "too_large")
    huge = show(page, checkpoint, b"x" * 2**17)
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")
    assert not Tryout.objects.exists()
    assert left() == []


def test_one_person_has_only_some_waiting(page: Page) -> None:
    checkpoint = make_checkpoint(page)
    codes = [show(page, checkpoint).status_code for _ in range(serving.MOST_WAITING + 1)]
    assert codes == [202] * serving.MOST_WAITING + [429]
    assert len(left()) == serving.MOST_WAITING
    for row in Tryout.objects.all():
        services.forget_tryout(row)
    assert left() == []
    assert show(page, checkpoint).status_code == 202


def test_what_one_person_shows_is_nobody_elses(page: Page) -> None:
    tid = show(page, make_checkpoint(page)).json()["id"]
    make_member(page.project, other := make_user("other"), "researcher")
    url = f"/api/projects/{page.project.pk}/tryouts/{tid}"
    for reply in (client_for(other).get(url), client_for(other).delete(url)):
        assert (reply.status_code, reply.json()["code"]) == (404, "tryout_over")
    assert page.get(f"tryouts/{tid}").json()["state"] == "queued" and len(left()) == 1


def test_what_nobody_takes_up_has_failed_before_any_sweep(page: Page) -> None:
    checkpoint = make_checkpoint(page)
    tid = show(page, checkpoint).json()["id"]
    services.forget_tryouts()
    assert page.get(f"tryouts/{tid}").json()["state"] == "queued"
    grow_old(tryouts.UNSERVED_SECONDS + 1)
    found = page.get(f"tryouts/{tid}").json()
    assert (found["state"], found["error"]["code"]) == ("failed", "try_not_served")
    services.forget_tryouts()
    assert Tryout.objects.get(pk=tid).state == "failed"
    assert left() == []
    grow_old(serving.KEPT_SECONDS + 1)
    services.forget_tryouts()
    assert not Tryout.objects.exists()


@pytest.mark.usefixtures("fake_serve")
def test_what_a_lost_worker_had_in_hand_is_done_by_the_next_and_given_up_after_that(page: Page) -> None:
    checkpoint = make_checkpoint(page)
    tid = show(page, checkpoint).json()["id"]
    silent = timezone.now() - timedelta(hours=1)
    Tryout.objects.update(state="running", attempt=1, heartbeat=timezone.now())
    jobs.try_models()
    assert Tryout.objects.get(pk=tid).state == "running", "its worker is alive"
    Tryout.objects.update(heartbeat=silent)
    jobs.try_models()
    assert (Tryout.objects.get(pk=tid).state, Tryout.objects.get(pk=tid).attempt) == ("done", 2)
    other = show(page, checkpoint).json()["id"]
    Tryout.objects.filter(pk=other).update(state="running", attempt=2, heartbeat=silent)
    jobs.try_models()
    services.forget_tryouts()
    assert page.get(f"tryouts/{other}").json()["error"]["code"] == "try_interrupted"
    assert left() == []


@pytest.mark.usefixtures("fake_serve")
def test_a_worker_that_has_to_go_takes_the_picture_with_it(page: Page) -> None:
    checkpoint = make_checkpoint(page, hang=True)
    tid = show(page, checkpoint).json()["id"]
    answers = iter([True, True, True])  # asked again once the engine is at it
    services.answer_tryouts(lambda: next(answers, False))
    assert page.get(f"tryouts/{tid}").json()["error"]["code"] == "try_interrupted"
    assert left() == []
    assert not serving.ENGINE.alive


def test_folders_that_no_row_knows_are_swept_once_they_are_old(page: Page) -> None:
    show(page, make_checkpoint(page))
    stray = folders.tryouts_folder() / ("f" * 32)
    stray.mkdir()
    (stray / "original").write_bytes(b"a picture")
    services.forget_tryouts()
    assert len(left()) == 2
    long_ago = time.time() - serving.KEPT_SECONDS - 1
    for folder in left():
        os.utime(folder, (long_ago, long_ago))
    services.forget_tryouts()
    assert [folder.name for folder in left()] == [Tryout.objects.get().key]


@pytest.mark.usefixtures("fake_serve")
def test_one_thread_of_a_process_answers_for_all(page: Page) -> None:
    show(page, make_checkpoint(page))
    with serving.AT_WORK:
        services.answer_tryouts(always)
    assert Tryout.objects.get().state == "queued"
    services.answer_tryouts(always)
    assert Tryout.objects.get().state == "done"


def test_models_of_several_classes_come_by_their_map(page: Page) -> None:
    """Their summary has mAP over the classes, and no accuracy."""
    found = [make_checkpoint(page) for _ in range(3)]
    for checkpoint, share in zip(found, (0.4, 0.9, 0.6), strict=True):
        summary = {"map": {"value": share, "low": 0.0, "high": 1.0}, "exact": {"value": 1 - share}, "micro": {}}
        Evaluation.objects.create(
            project=page.project, checkpoint=checkpoint, version=checkpoint.run.version, state="ready", summary=summary
        )
    told = page.get("tryouts").json()["models"]
    assert [(one["key"], one["figure"]) for one in told] == [
        (f"checkpoint-{found[place].pk}", share) for place, share in ((1, 0.9), (2, 0.6), (0, 0.4))
    ]


def test_models_come_the_best_first_with_the_threshold_of_their_validation(page: Page) -> None:
    poor, good, unscored = (make_checkpoint(page) for _ in range(3))
    summaries = [{"top1": {"value": 0.5}}, {"map50": 0.75, "threshold_from": "val", "threshold": 0.31}]
    for checkpoint, summary in zip((poor, good), summaries, strict=True):
        Evaluation.objects.create(
            project=page.project, checkpoint=checkpoint, version=checkpoint.run.version, state="ready", summary=summary
        )
    named = {"name": "imagenet", "architecture": "mobilenet_v2", "digest": "0" * 64, "bytes": 1}
    Weights.objects.create(project=page.project, facts={"named": False}, **named)
    weights = Weights.objects.create(project=page.project, facts={"named": True}, **named)
    told = page.get("tryouts").json()
    assert [one["key"] for one in told["models"]] == [
        *(f"checkpoint-{one.pk}" for one in (good, poor, unscored)),
        f"weights-{weights.pk}",
    ]
    assert [(one["figure"], one["threshold"]) for one in told["models"]] == [
        *((0.75, 0.31), (0.5, 0.5), (None, 0.5), (None, 0.5)),
    ]
    assert (told["models"][0]["run"], told["models"][0]["epoch"], told["models"][0]["name"]) == (
        good.run_id,
        3,
        "first",
    )
    assert told["limit"] > 10**6
