"""What an administrator may do from a shell."""

import io
import json
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


@pytest.mark.usefixtures("fake_engine")
def test_commands_tell_scripts_in_json_and_show_how_good_a_run_is() -> None:
    project = make_project()
    with pytest.raises(CommandError, match="no run"):
        called("show_evaluation", project.name)
    ready_version(project, behave={"answers": [[f"{number}", 0, number % 2, 0.7] for number in range(4)]})
    told = json.loads(called("train", project.name, "--json"))
    assert told == {"run": Run.objects.get().pk, "state": "queued", "version": 1, "progress": {}, "error": None}
    with pytest.raises(CommandError, match="no run with a checkpoint"):
        called("show_evaluation", project.name)
    told = json.loads(called("train", project.name, "--here", "--json"))
    assert told["state"] == "finished"
    shown = json.loads(called("show_evaluation", project.name, "--here", "--json"))
    assert shown["run"] == told["run"] and shown["summary"]["top1"]["count"] == 4 and shown["content"]
    told_people = called("show_evaluation", project.name, "--run", str(told["run"]))
    assert f"Run {told['run']}" in told_people and "top1 0.5000 (95 %: 0.5000 to 0.5000) of 4" in told_people


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
