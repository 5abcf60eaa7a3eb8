"""The catalogue the web reads is what the engine offers, and the engine needs no Django to offer it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from training.engine.__main__ import main

CATALOGUE = Path(__file__).parents[2] / "training" / "catalogue.json"


def test_the_catalogue_is_up_to_date(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["describe"]) == 0
    assert capfd.readouterr().out == CATALOGUE.read_text(encoding="utf-8"), (
        "write it anew: python -m training.engine describe --out training/catalogue.json"
    )


def test_it_holds_what_the_pages_need() -> None:
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    assert set(catalogue) == {"architectures", "problems", "presets", "strategies", "options"}
    names = {one["name"] for one in catalogue["architectures"]}
    assert {"teaching_cnn", "small_cnn_64", "alexnet", "resnet18", "mobilenet_v2"} <= names
    assert {one["architecture"] for one in catalogue["presets"]} <= names
    assert {"random", "entropy", "margin"} <= set(catalogue["strategies"])


def test_no_django_is_imported() -> None:
    script = (
        "import runpy, sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('django', 'rest_framework', 'celery'):\n"
        "            raise ImportError(f'the engine asked for {name}')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "sys.argv = ['engine', '--help']\n"
        "try:\n"
        "    runpy.run_module('training.engine', run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        "assert 'training.engine.fit' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "fit" in done.stdout
