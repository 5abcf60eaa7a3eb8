"""The routes of training, as a researcher's browser uses them."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from safetensors.torch import save

from annotate.ingest.models import Image
from annotate.projects.models import Member, Project
from tests.make import client_for, make_image, make_member, make_project, make_user
from tests.training.cast import always, labeled_project, ready_version
from training import services
from training.engine.config import Config
from training.engine.model import build_model
from training.models import Evaluation, Round, Run, Weights
from training.selectors import folders

pytestmark = pytest.mark.django_db


class Page:
    """A member's browser in one project."""

    def __init__(self, project: Project, role: str = Member.Role.RESEARCHER) -> None:
        self.user = make_user(f"{role}{project.pk}")
        self.project = project
        self.client = client_for(self.user)
        make_member(project, self.user, role)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/projects/{self.project.pk}/{path}", query)

    def post(self, path: str, body: Any = None, *, form: str = "json") -> Any:
        return self.client.post(f"/api/projects/{self.project.pk}/{path}", body or {}, format=form)


@pytest.fixture
def page() -> Page:
    return Page(make_project())


def trained(page: Page, **behave: Any) -> Run:
    version = ready_version(page.project, behave=behave)
    rid = page.post("runs", {"version": version.pk, "preset": "teaching_cnn"}).json()["id"]
    services.drive_run(always)
    services.drive_evaluation(always)
    return Run.objects.get(pk=rid)


def test_the_catalogue_is_what_the_engine_wrote(page: Page) -> None:
    found = page.get("training/catalogue").json()
    assert "teaching_cnn" in {entry["name"] for entry in found["architectures"]}
    assert {"random", "entropy", "margin"} <= set(found["strategies"])
    assert found["presets"] and {"name", "type", "default"} <= set(found["options"][0])


@pytest.mark.usefixtures("fake_engine")
def test_a_run_from_its_start_to_its_pictures(page: Page) -> None:
    images = [make_image(page.project, number, split=Image.Split.HOLDOUT) for number in range(3)]
    answers = [[image.digest, 0, 1, 0.5 + place / 10] for place, image in enumerate(images)]
    version = ready_version(page.project, behave={"epochs": 2, "answers": answers})
    asked = {"version": version.pk, "preset": "teaching_cnn", "config": {"epochs": 2}, "name": "first"}
    started = page.post("runs", asked)
    assert started.status_code == 201, started.json()
    run = started.json()
    assert (run["state"], run["name"], run["epochs"], run["preset"]) == ("queued", "first", 2, "teaching_cnn")
    assert page.get(f"runs/{run['id']}/metrics").json() == {
        "lines": [], "start": 0, "next": 0, "attempt": 0, "state": "queued",
    }  # fmt: skip
    services.drive_run(always)
    services.drive_evaluation(always)
    run = page.get(f"runs/{run['id']}").json()
    assert (run["state"], run["epoch"], run["val_accuracy"], run["seconds_left"]) == ("finished", 2, 0.25, None)
    first = page.get(f"runs/{run['id']}/metrics").json()
    assert [line["event"] for line in first["lines"]] == ["start", "step", "epoch", "step", "epoch", "end"]
    then = page.get(f"runs/{run['id']}/metrics", after=first["next"]).json()
    assert (then["lines"], then["next"]) == ([], first["next"])
    assert "epoch 2 of 2" in page.get(f"runs/{run['id']}/log").json()["text"]
    evaluation = page.get(f"evaluations/{run['evaluation']}").json()
    assert evaluation["state"] == "ready" and evaluation["content"]["top1"]["count"] == 3
    cell = page.get(f"evaluations/{run['evaluation']}/pictures", truth=0, predicted=1, limit=2).json()
    assert [row["image"] for row in cell["items"]] == [images[2].pk, images[1].pk]
    assert cell["items"][0]["thumb"].endswith("/picture/thumb")
    rest = page.get(f"evaluations/{run['evaluation']}/pictures", truth=0, predicted=1, limit=2, cursor=cell["next"])
    assert [row["image"] for row in rest.json()["items"]] == [images[0].pk] and rest.json()["next"] is None
    again = page.post(f"runs/{run['id']}/evaluations", {"version": version.pk})
    assert again.status_code == 201 and again.json()["id"] == run["evaluation"]


@pytest.mark.usefixtures("fake_engine")
def test_curves_start_again_where_a_resume_cut_them_back(page: Page) -> None:
    run = trained(page, epochs=5)
    path = folders.run_folder(run) / "metrics.jsonl"
    far = page.get(f"runs/{run.pk}/metrics").json()["next"]
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines()[:3]) + '{"event": "st')
    found = page.get(f"runs/{run.pk}/metrics", after=far).json()
    assert found["start"] == 0 and len(found["lines"]) == 3
    assert page.get(f"runs/{run.pk}/metrics", after=found["next"] - 1).json()["start"] == 0
    assert page.get(f"runs/{run.pk}/metrics", after=found["next"]).json()["lines"] == []


@pytest.mark.usefixtures("fake_engine")
def test_stop_and_resume(page: Page) -> None:
    version = ready_version(page.project)
    rid = page.post("runs", {"version": version.pk, "preset": "teaching_cnn"}).json()["id"]
    assert page.post(f"runs/{rid}/stop").json()["state"] == "stopped"
    refused = page.post(f"runs/{rid}/stop")
    assert refused.status_code == 409 and refused.json()["code"] == "run_has_ended"
    assert page.post(f"runs/{rid}/evaluations").json()["code"] == "no_checkpoint"
    assert page.post(f"runs/{rid}/resume").json()["state"] == "queued"
    assert page.post(f"runs/{rid}/resume").json()["code"] == "run_not_resumable"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": True, "preset": "teaching_cnn"},
        {"version": "1", "preset": "teaching_cnn"},
        {"version": 1, "preset": 3},
        {"version": 1, "preset": "teaching_cnn", "folder": "/etc"},
        {"version": 1, "preset": "teaching_cnn", "config": []},
        {"version": 1, "preset": "teaching_cnn", "weights": "../../weights"},
    ],
)
def test_a_request_that_is_none_changes_nothing(page: Page, body: dict[str, Any]) -> None:
    ready_version(page.project)
    assert page.post("runs", body).status_code == 422
    assert not Run.objects.exists()


@pytest.mark.usefixtures("fake_engine")
def test_nothing_of_another_project_is_found(page: Page) -> None:
    run = trained(page)
    evaluation = Evaluation.objects.get()
    other = Page(make_project(name="other"))
    own = ready_version(other.project)
    for path in (f"runs/{run.pk}", f"runs/{run.pk}/metrics", f"runs/{run.pk}/log", f"evaluations/{evaluation.pk}",
                 f"evaluations/{evaluation.pk}/pictures"):  # fmt: skip
        assert other.get(path).status_code == 404
    for path in ("stop", "resume", "evaluations"):
        assert other.post(f"runs/{run.pk}/{path}").status_code == 404
    assert other.post("runs", {"version": run.version_id, "preset": "teaching_cnn"}).status_code == 404
    foreign = Weights.objects.create(
        project=page.project, name="w", architecture="teaching_cnn", digest="1" * 64, bytes=1
    )
    asked = {"version": own.pk, "preset": "teaching_cnn", "weights": foreign.pk}
    assert other.post("runs", asked).status_code == 404
    assert other.get("runs").json()["items"] == []


def test_bad_cursors_are_refused(page: Page) -> None:
    run = services.start_run(page.project, actor=None, version=ready_version(page.project), preset="teaching_cnn")
    assert page.get(f"runs/{run.pk}/metrics", after="-1").status_code == 400
    assert page.get(f"runs/{run.pk}/metrics", after="٣").status_code == 400
    assert page.get("runs", cursor="nonsense").status_code == 400
    checkpoint = run.checkpoints.create(epoch=1, folder="checkpoints/epoch-0001", digest="1" * 64)
    row = Evaluation.objects.create(project=page.project, checkpoint=checkpoint, version=run.version)
    assert page.get(f"evaluations/{row.pk}/pictures").json()["code"] == "evaluation_not_ready"
    assert page.get(f"evaluations/{row.pk}/pictures", truth="x").status_code == 400
    assert page.get(f"evaluations/{row.pk}/pictures", cursor="WzEuNV0").status_code == 400


def test_lists_cost_the_same_however_long_they_are(page: Page) -> None:
    version = ready_version(page.project)

    def grow(number: int) -> None:
        for place in range(number):
            run = services.start_run(page.project, actor=None, version=version, preset="teaching_cnn")
            checkpoint = run.checkpoints.create(epoch=1, folder="c", digest=f"{place:064d}")
            row = Evaluation.objects.create(project=page.project, checkpoint=checkpoint, version=version, state="ready")
            count = Round.objects.count()
            Round.objects.create(
                project=page.project, number=count + 1, state="done", preset="teaching_cnn", strategy="random",
                version=version, run=run, evaluation=row,
            )  # fmt: skip

    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert page.get(path).status_code == 200
        return len(found)

    grow(2)
    before = {path: queries(path) for path in ("runs", "evaluations", "cycle", "weights")}
    grow(12)
    assert {path: queries(path) for path in before} == before


def test_weights_are_uploaded_and_used(page: Page, settings: LazySettings) -> None:
    content = save(build_model(Config(architecture="teaching_cnn", size=32), 3).state_dict())

    def send(body: bytes, **fields: str) -> Any:
        file = SimpleUploadedFile("net.safetensors", body)
        return page.post("weights", {"file": file, "architecture": "teaching_cnn", **fields}, form="multipart")

    found = send(content)
    assert found.status_code == 201, found.json()
    assert found.json()["name"] == "net.safetensors" and found.json()["facts"]["size"] == 32
    assert [row["id"] for row in page.get("weights").json()["items"]] == [found.json()["id"]]
    asked = {"architecture": "teaching_cnn", "start": "weights", "epochs": 1}
    version = ready_version(page.project)
    run = page.post("runs", {"version": version.pk, "config": asked, "weights": found.json()["id"]})
    assert run.status_code == 201 and run.json()["weights"]["name"] == "net.safetensors"
    for body, fields, code in (
        (b"\x80\x04pickle", {}, "not_safetensors"),
        (content, {"architecture": "nothing"}, "unknown_architecture"),
        (content, {"surprise": "1"}, "invalid"),
        (content, {"name": "nul\x00"}, "invalid"),
    ):
        refused = send(body, **fields)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.json()
    settings.MAX_WEIGHTS_BYTES = 10
    assert send(b"0" * 100_000).status_code == 413
    assert Weights.objects.count() == 1


def test_the_cycle_page_says_what_waits_and_begins_a_round() -> None:
    page = Page(labeled_project(settled=8, holdout=4, waiting=6))
    found = page.get("cycle").json()
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert list(stages) == ["pictures", "label", "freeze", "train", "evaluate", "choose"]
    assert (stages["label"]["waiting"], stages["label"]["done"], stages["freeze"]["waiting"]) == (8, 12, 12)
    assert found["next"]["allowed"] is True and found["next"]["preset"]
    assert [said["code"] for said in found["next"]["warnings"]] == ["few_holdout"]
    begun = page.post("cycle/next", {"preset": "teaching_cnn", "strategy": "entropy"})
    assert begun.status_code == 201
    assert (begun.json()["number"], begun.json()["state"], begun.json()["strategy"]) == (1, "freezing", "entropy")
    found = page.get("cycle").json()
    assert found["next"]["allowed"] is False and found["next"]["reason"]["code"] == "round_under_way"
    assert found["rounds"][0]["accuracy"] is None
    assert page.post("cycle/next").json()["code"] == "round_under_way"
    assert page.post("cycle/rescore").json()["code"] == "no_rounds"


def test_who_may_what() -> None:
    project = labeled_project()
    version = ready_version(project)
    run = services.start_run(project, actor=None, version=version, preset="teaching_cnn")
    annotator, reviewer = Page(project, Member.Role.ANNOTATOR), Page(project, Member.Role.REVIEWER)
    for path in ("training/catalogue", "weights", "runs", f"runs/{run.pk}", "evaluations", "cycle"):
        assert annotator.get(path).status_code == 403
        assert reviewer.get(path).status_code == 200
    asked = {"version": version.pk, "preset": "teaching_cnn"}
    for page in (annotator, reviewer):
        assert page.post("runs", asked).status_code == 403
        assert page.post("cycle/next").status_code == 403
        assert page.post(f"runs/{run.pk}/stop").status_code == 403


def test_the_catalogue_offers_what_fits_the_projects_labels(page: Page) -> None:
    classes = page.get("training/catalogue").json()
    assert {one["problem"] for part in ("presets", "architectures") for one in classes[part]} == {"classification"}
    page.project.kind = "box"
    page.project.save()
    boxes = page.get("training/catalogue").json()
    assert {one["problem"] for part in ("presets", "architectures") for one in boxes[part]} == {"detection"}
    assert [one["name"] for one in boxes["problems"]] == ["detection"]
    assert boxes["options"] == classes["options"]
