"""A real Chromium, and a name that is not localhost so that one annotator works over plain http from elsewhere."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import services
from tests.browser.pages import PATIENCE_MS
from tests.require import require
from tests.stack import Stack, running

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-proxy-server",
    # To a browser only localhost is a secure context: under this name there is no crypto.randomUUID and no Web Locks.
    "--host-resolver-rules=MAP museum.test 127.0.0.1",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    require(services.chromium(), services.lacking().get("Chromium", ""))
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=services.chromium(), headless=True, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One Fovea for all tests that need nothing else of it than projects of their own: its start costs seconds."""
    with running(tmp_path_factory.mktemp("stack") / "home") as opened:
        yield opened
