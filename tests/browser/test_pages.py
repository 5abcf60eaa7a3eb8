"""Every page in both languages, light and dark: reachable, free of script faults, and nothing serious for axe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import pages
from tests.fault.circle import ended_run, freeze, project_with_labels, start_run
from tests.pictures import write_tree
from tests.require import require
from tests.stack import Stack, running, wait_for

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
LOOKS = [("en-US", "light"), ("en-US", "dark"), ("zh-CN", "light"), ("zh-CN", "dark")]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, list[str]]]:
    """A Fovea with a project that has something on every page, and the addresses of all pages."""
    home = tmp_path_factory.mktemp("pages")
    with running(home / "home") as stack:
        admin, root = project_with_labels(stack, home / "pictures", each=24)
        version = freeze(admin, root)
        run = start_run(admin, root, version, epochs=2)
        assert ended_run(admin, root, run)["state"] == "finished"
        stack.manage("ingest", root.rpartition("/")[2], str(write_tree(home / "more", each=4, first=900)))
        wait_for(lambda: admin.get(f"{root}/runs/{run['id']}")["evaluation"], "the evaluation")
        made = admin.post(f"{root}/versions/{version['id']}/exports", {"format": "csv", "options": {}})
        assert made["id"]
        image = admin.get(f"{root}/images", limit=1)["items"][0]["id"]
        evaluation = admin.get(f"{root}/runs/{run['id']}")["evaluation"]
        pid = root.rpartition("/")[2]
        parts = ["", "/label", "/mine", "/review", "/data", f"/item/{image}", "/import", "/people", "/settings"]
        parts += ["/versions", "/runs", f"/runs/{run['id']}", f"/evaluations/{evaluation}", "/cycle", "/jobs"]
        inside = [f"/p/{pid}{part}" for part in parts]
        yield stack, ["/", "/projects", "/projects/new", "/accounts", "/account", "/help/keys", *inside]


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_nothing_serious_on_any_page(
    lived_in: tuple[Stack, list[str]], browser: Browser, language: str, scheme: str, tmp_path: Path
) -> None:
    require(AXE.exists(), "axe-core is not installed in frontend/node_modules")
    stack, addresses = lived_in
    page = pages.open_page(browser, stack.url, language=language, scheme=scheme)
    found: dict[str, list[str]] = {}

    def look(address: str) -> None:
        page.wait_for_selector("main h1", state="attached")
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text())
        result = page.evaluate("async () => (await axe.run()).violations")
        faults = [
            f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for rule in result if rule["impact"] in SERIOUS for node in rule["nodes"][:3]
        ]  # fmt: skip
        if faults:
            found[address] = faults
        assert page.evaluate("document.documentElement.lang").startswith(language[:2])

    page.goto("/login")
    look("/login")
    page.get_by_role("textbox").first.fill("admin")
    page.locator("input[type=password]").fill(stack.admin_password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    for address in addresses:
        page.goto(address)
        look(address)
    assert page.faults == []  # type: ignore[attr-defined]
    assert found == {}
