"""A look at augmentation before a run, by the real engine."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from filelock import FileLock
from PIL import Image

from annotate.datasets.models import DatasetVersion
from annotate.projects.models import Member, Project
from tests.make import make_project
from tests.make_box_versions import make_box_version
from tests.training.cast import FAKE, ready_version
from tests.training.test_api import Page
from training import jobs
from training.selectors import folders

pytestmark = pytest.mark.django_db


def box_version(project: Project, **pictures: Any) -> DatasetVersion:
    folder = Path(settings.FOVEA_HOME) / "versions" / str(project.pk) / "boxes"
    digest = make_box_version(folder, **pictures).digest
    place = str(folder.relative_to(settings.FOVEA_HOME))
    return DatasetVersion.objects.create(project=project, number=1, state="ready", digest=digest, folder=place)


def ask(page: Page, version: DatasetVersion, preset: str = "fcos_mobilenet_v2", **config: Any) -> Any:
    return page.post("training/preview", {"version": version.pk, "preset": preset, "config": config})


def test_boxes_are_shown_as_they_are_and_as_epochs_see_them(settings: LazySettings) -> None:
    page = Page(make_project(kind="box"))
    version = box_version(page.project, train=3)
    told = ask(page, version, size=96)
    assert told.status_code == 200, told.json()
    pictures = told.json()["pictures"]
    assert [(one["epoch"], one["picture"]) for one in pictures] == [(e, p) for e in range(4) for p in range(4)]
    assert sum(one["boxes"] for one in pictures) > 4
    shown = page.client.get(pictures[5]["url"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(b"".join(shown.streaming_content))) as picture:
        assert picture.size == (96, 96)
    # the same is not made again, so it needs no engine
    settings.TRAINING_ENGINE_COMMAND = ["/nowhere/at/all"]
    assert ask(page, version, size=96).json() == told.json()
    refused = ask(page, version, size=128)
    assert (refused.status_code, refused.json()["code"]) == (503, "preview_unavailable")
    # nobody else's picture, and no file beside the pictures
    other = Page(make_project(name="other"))
    assert (
        other.client.get(pictures[0]["url"].replace(f"/{page.project.pk}/", f"/{other.project.pk}/")).status_code == 404
    )
    assert page.client.get(pictures[0]["url"].replace("000-00.png", "config.json")).status_code == 404
    folder = folders.preview_folder(page.project, pictures[0]["url"].split("/")[-2])
    jobs.sweep()
    assert folder.exists()
    long_ago = time.time() - 2 * 3600
    os.utime(folder, (long_ago, long_ago))
    jobs.sweep()
    assert not folder.exists() and page.client.get(pictures[0]["url"]).status_code == 404


def test_classes_are_shown_too_and_what_cannot_be_shown_says_why() -> None:
    page = Page(make_project())
    version = ready_version(page.project, train=5, val=1, holdout=1)
    told = ask(page, version, "small_cnn_64")
    assert told.status_code == 200, told.json()
    assert [one["boxes"] for one in told.json()["pictures"]] == [0] * 16
    empty = ready_version(page.project, train=0, val=1, holdout=1)
    refused = ask(page, empty, "small_cnn_64")
    assert (refused.status_code, refused.json()["code"]) == (422, "preview_failed")
    assert refused.json()["data"] == {"fault": "data"}
    assert list(folders.previews_folder().glob(f"{page.project.pk}/.draft*")) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"preset": "fcos_mobilenet_v2"}, "problem_of_another_kind"),
        ({"preset": "none"}, "unknown_preset"),
        ({"config": {"size": 5}}, "bad_option"),
        ({"config": {"surprise": 5}}, "bad_option"),
        ({"folder": "/etc"}, "invalid"),
    ],
)
def test_options_are_refused_as_those_of_a_run(settings: LazySettings, change: dict[str, Any], code: str) -> None:
    settings.TRAINING_ENGINE_COMMAND = FAKE
    page = Page(make_project())
    body = {"version": ready_version(page.project).pk, "preset": "teaching_cnn", **change}
    refused = page.post("training/preview", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_one_is_made_at_a_time_and_only_of_what_is_frozen(settings: LazySettings) -> None:
    settings.TRAINING_ENGINE_COMMAND = FAKE
    page = Page(make_project())
    version = ready_version(page.project)
    folders.previews_folder().mkdir(parents=True, exist_ok=True)
    with FileLock(folders.previews_folder() / "lock"):
        assert ask(page, version, "teaching_cnn").json()["code"] == "preview_busy"
    waiting = DatasetVersion.objects.create(project=page.project, number=9)
    assert ask(page, waiting, "teaching_cnn").json()["code"] == "version_not_ready"
    reviewer = Page(page.project, Member.Role.REVIEWER)
    assert ask(reviewer, version, "teaching_cnn").status_code == 403
