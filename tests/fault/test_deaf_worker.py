"""A real worker that stays connected and takes nothing more is gone soon, so that another can be started."""

import subprocess
import sys
from pathlib import Path

import pytest

from annotate.core import watch
from tests.stack import ROOT

pytestmark = pytest.mark.fault

# A worker as `manage.py serve` starts it, that stops reading its queue the moment it is ready; a message then comes.
DEAF_WORKER = """
from celery import signals
from annotate.core import watch
watch.DEAF_SECONDS, watch.LOOK_SECONDS = 1.0, 0.1
from annotate.celery import app

@signals.worker_ready.connect
def stop_reading(sender, **_):
    sender.task_consumer.cancel()
    app.send_task("annotate.ingest.jobs.sweep")

app.worker_main(["worker", "-Q", "default", "-P", "solo", "--without-gossip", "--without-mingle", "-l", "CRITICAL"])
"""


def test_a_worker_that_reads_no_more_ends_itself(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "FOVEA_HOME": str(tmp_path), "FOVEA_SECRET_KEY": "k" * 50}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-c", DEAF_WORKER]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == watch.DEAF, done.stderr[-2000:]
    assert "this worker takes none" in done.stderr
