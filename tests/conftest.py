"""Every test runs against its own folder; the database is SQLite, or PostgreSQL where FOVEA_DATABASE says so."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["FOVEA_HOME"] = tempfile.mkdtemp(prefix="fovea-test-")
os.environ.setdefault("FOVEA_SECRET_KEY", "a key for the tests alone, never used anywhere else")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from django.conf import LazySettings, settings
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseOperations  # its own module cannot be imported first
from whitenoise.base import WhiteNoise


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as in use: in memory, threads that write at once would fail instead of waiting."""
    database = connections.settings["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(Path(os.environ["FOVEA_HOME"]) / "test.sqlite3")


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    """A FOVEA_HOME of the test's own, and a cheap password hasher."""
    settings.FOVEA_HOME = tmp_path / "home"
    settings.FOVEA_HOME.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CELERY_TASK_ALWAYS_EAGER = False
    return settings.FOVEA_HOME


@pytest.fixture(autouse=True, scope="session")
def pages_looked_through_once() -> Iterator[None]:
    """The files of the built pages are listed for the first client only: each new one lists them all, which took
    several times as long as a request. Other folders are listed each time."""
    original, pages = WhiteNoise.update_files_dictionary, Path(settings.STATIC_ROOT)
    found: dict[str, Any] = {}

    def update(self: WhiteNoise, root: str, prefix: str) -> None:
        if Path(root) != pages or not found:
            original(self, root, prefix)
        if Path(root) == pages:
            found.update(self.files)
            self.files.update(found)

    WhiteNoise.update_files_dictionary = update
    yield
    WhiteNoise.update_files_dictionary = original


@pytest.fixture(autouse=True, scope="session")
def flushable() -> Iterator[None]:
    """Lets a test's end empty SQLite's tables, which happens row by row and the fences of frozen rows refuse."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            fences = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in fences:
                cursor.execute(f'DROP TRIGGER "{name}"')
            original(self, sql_list)
            for _, made in fences:
                cursor.execute(made)

    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = original
