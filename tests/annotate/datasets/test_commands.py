"""Freezing and exporting from a shell."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotate.datasets import services
from annotate.datasets.models import DatasetVersion
from tests.make import make_project
from tests.training.cast import labeled_project

pytestmark = pytest.mark.django_db


def called(*arguments: str) -> str:
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def test_freeze_and_export_for_people_and_for_scripts(tmp_path: Path) -> None:
    project = labeled_project()
    assert "Version 1: 12 of 20 pictures labeled" in called("freeze", project.name, "--note", "by hand")
    told = json.loads(called("freeze", str(project.pk), "--json"))
    version = DatasetVersion.objects.get(number=2)
    assert (told["number"], told["digest"]) == (2, version.digest) and told["counts"]["labeled"] == 12
    file = tmp_path / "v1.zip"
    asked = ("export", str(project.pk), "imagefolder", str(file), "--version-number", "1", "--json")
    told = json.loads(called(*asked))
    assert told["version"] == 1 and told["digest"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert zipfile.ZipFile(file).testzip() is None
    with pytest.raises(CommandError, match="is there already"):
        called(*asked)
    assert "version 2, " in called("export", project.name, "csv", str(tmp_path / "v2.zip"))


def test_what_cannot_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, empty = labeled_project(), make_project(name="empty")
    with pytest.raises(CommandError, match="label"):
        called("freeze", empty.name)
    with pytest.raises(CommandError, match="freeze one first"):
        called("export", empty.name, "csv", str(tmp_path / "a.zip"))
    called("freeze", str(project.pk))
    with pytest.raises(CommandError, match="NAME=VALUE"):
        called("export", str(project.pk), "csv", str(tmp_path / "a.zip"), "--option", "quick")
    with pytest.raises(CommandError, match="quick"):
        called("export", str(project.pk), "csv", str(tmp_path / "a.zip"), "--option", "quick=1")
    with pytest.raises(CommandError, match="No such file"):
        called("export", str(project.pk), "csv", str(tmp_path / "none" / "a.zip"))

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("annotate.datasets.freeze.write_version", broken)
    with pytest.raises(CommandError, match="the disk is full"):
        called("freeze", str(project.pk))
    assert not services.freeze_next()
