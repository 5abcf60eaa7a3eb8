"""Every test runs against its own folder; the database is SQLite, or PostgreSQL where FOVEA_DATABASE says so."""

import os
import tempfile
from pathlib import Path

os.environ["FOVEA_HOME"] = tempfile.mkdtemp(prefix="fovea-test-")
os.environ.setdefault("FOVEA_SECRET_KEY", "a key for the tests alone, never used anywhere else")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    """A FOVEA_HOME of the test's own, and a cheap password hasher."""
    settings.FOVEA_HOME = tmp_path / "home"
    settings.FOVEA_HOME.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CELERY_TASK_ALWAYS_EAGER = False
    return settings.FOVEA_HOME
