"""What an administrator may do from a shell."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from safetensors.torch import save_file

from tests.make import make_project
from tests.training.cast import labeled_project, ready_version
from training.engine.config import Config
from training.engine.model import build_model
from training.models import Round, Run, Weights

pytestmark = pytest.mark.django_db


def called(*arguments: str) -> str:
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


@pytest.mark.usefixtures("fake_engine")
def test_train_queues_a_run_or_drives_it_here() -> None:
    project = make_project()
    ready_version(project, behave={"fail": "data: nothing to learn"})
    ready_version(project)
    assert "waits" in called("train", str(project.pk), "--preset", "teaching_cnn")
    assert Run.objects.get().state == "queued" and Run.objects.get().version.number == 2
    assert "finished" in called("train", project.name, "--here")
    with pytest.raises(CommandError, match="nothing to learn"):
        called("train", str(project.pk), "--version-number", "1", "--here")


def test_next_round_begins_one_and_says_why_not() -> None:
    project = labeled_project(holdout=2)
    said = called("next_round", str(project.pk), "--strategy", "margin")
    assert "Only 2 holdout pictures" in said and "Round 1" in said
    assert Round.objects.get().strategy == "margin"
    with pytest.raises(CommandError, match="under way"):
        called("next_round", str(project.pk))


def test_add_weights_takes_a_file_of_this_machine(tmp_path: Path) -> None:
    project, path = make_project(), tmp_path / "net.safetensors"
    save_file(build_model(Config(architecture="small_cnn_64", size=16), 3).state_dict(), path)
    asked = ("add_weights", str(project.pk), str(path), "--architecture", "small_cnn_64")
    assert "small_cnn_64" in called(*asked, "--size", "16")
    assert Weights.objects.get().name == "net.safetensors"
    with pytest.raises(CommandError, match="another network"):
        called(*asked, "--size", "32")
    with pytest.raises(CommandError, match="No such file"):
        called("add_weights", str(project.pk), str(tmp_path / "none"), "--architecture", "small_cnn_64")


def test_a_project_must_be_named_clearly() -> None:
    make_project(name="twins")
    make_project(name="twins")
    for name, why in (("twins", "More than one"), ("nobody", "No project")):
        with pytest.raises(CommandError, match=why):
            called("train", name)
