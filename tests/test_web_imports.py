"""The web, the worker and the scheduler run where torch is not installed."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WITHOUT_TORCH = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "torchvision", "safetensors"}:
            raise ImportError(f"{name} must not be imported here")

sys.meta_path.insert(0, Refuse())
import annotate.wsgi
import annotate.celery
from django.urls import get_resolver
annotate.celery.app.loader.import_default_modules()
assert len(get_resolver().reverse_dict) > 20, "the routes are loaded"
assert "training.jobs.sweep" in annotate.celery.app.tasks, "the jobs are loaded"
assert "torch" not in sys.modules
print("clean")
"""


def test_web_and_jobs_import_no_torch(tmp_path: Path) -> None:
    environment = {**os.environ, "FOVEA_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "annotate.settings"}
    command = [sys.executable, "-c", WITHOUT_TORCH]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "clean", done.stderr


def test_requirements_are_split_and_pinned() -> None:
    web = (ROOT / "requirements-web.txt").read_text()
    everything = (ROOT / "requirements.txt").read_text()
    assert "torch" not in re.sub(r"#.*", "", web)
    assert "-r requirements-web.txt" in everything
    lines = [line for line in (web + everything).splitlines() if line and not line.startswith(("#", "-r"))]
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+(\[[a-z]+\])?==[0-9.]+", line) for line in lines), lines
