"""Every page in both languages, light and dark, wide and narrow: nothing serious for axe, nothing untranslated."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.browser import pages
from tests.browser.words import keys, texts, words
from tests.fault.circle import ended_run, freeze, project_with_labels, start_run
from tests.pictures import write_tree
from tests.require import require
from tests.stack import Stack, running, wait_for

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SHOWN_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (parent.closest('script, style, pre, code, [lang]:not(html)')) continue
    const text = walker.currentNode.nodeValue.trim()
    if (text) found.push(text)
  }
  return found
}"""

FITS = "(width) => document.documentElement.scrollWidth <= width"
TOO_WIDE = """(width) => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('main *, header *')]
  .filter((one) => one.getBoundingClientRect().right > width).slice(0, 5).map((one) => one.outerHTML.slice(0, 120))]"""

# Colours in the middle of a change are nobody's choice; one change can start the next. What moves for ever is let be.
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const ends = (one) => Number.isFinite(one.effect.getComputedTiming().endTime)
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await frame()
    const moving = document.getAnimations().filter(ends)
    if (moving.length > 0) quiet = -1
    await Promise.allSettled(moving.map((one) => one.finished))
  }
}"""


@dataclass
class Lived:
    """A Fovea with something on every page, and the addresses of the pages."""

    stack: Stack
    outside: list[str]
    inside: list[str]
    label: str


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    home = tmp_path_factory.mktemp("pages")
    with running(home / "home") as stack:
        admin, root = project_with_labels(stack, home / "pictures", each=24)
        pid = root.rpartition("/")[2]
        version = freeze(admin, root)
        run = start_run(admin, root, version, epochs=2)
        assert ended_run(admin, root, run)["state"] == "finished"
        stack.manage("ingest", pid, str(write_tree(home / "more", each=6, first=900)))
        wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] >= 6, "new questions")
        dispute(admin, root)
        evaluation = wait_for(lambda: admin.get(f"{root}/runs/{run['id']}")["evaluation"], "the evaluation")
        admin.post(f"{root}/versions/{version['id']}/exports", {"format": "imagefolder", "options": {}})
        image = admin.get(f"{root}/images", limit=1)["items"][0]["id"]
        account = admin.post("/api/accounts", {"username": "grace", "name": "Grace"})
        invitation = admin.post(f"{root}/invitations", {"role": "annotator", "uses": 9})["url"].rpartition("/")[2]
        reset = admin.post(f"/api/accounts/{account['id']}/reset-link")["url"].rpartition("/")[2]
        parts = ["", "/mine", "/review", "/data", f"/item/{image}", "/import", "/people", "/versions", "/runs"]
        parts += [f"/runs/{run['id']}", f"/evaluations/{evaluation}", "/cycle", "/jobs"]
        parts += [f"/settings{tab}" for tab in ("", "?tab=classes", "?tab=guide", "?tab=asking")]
        yield Lived(
            stack,
            ["/login", f"/invitation/{invitation}", f"/reset/{reset}"],
            [
                "/",
                "/projects",
                "/projects/new",
                "/accounts",
                "/account",
                "/help/keys",
                *(f"/p/{pid}{p}" for p in parts),
            ],
            f"/p/{pid}/label",
        )


def dispute(admin: Any, root: str) -> None:
    """Two pictures of which the admin cannot tell what they show."""
    tasks = admin.post(f"{root}/desk", {"votes": [], "take": 2})["tasks"]
    votes = [
        {"key": f"00000000-0000-4000-8000-{task['id']:012}", "task": task["id"], "lease": task["lease"],
         "asking": task["asking"], "answer": {"pass": "cannot_tell"}}
        for task in tasks
    ]  # fmt: skip
    admin.post(f"{root}/desk", {"votes": votes, "take": 0})
    wait_for(lambda: admin.get(f"{root}/review")["items"], "something to review")


@dataclass
class Inspector:
    """Looks at a page from all sides, and keeps what is wrong with it."""

    page: Page
    language: str
    found: dict[str, list[str]] = field(default_factory=dict)

    def note(self, place: str, faults: list[str]) -> None:
        if faults:
            self.found.setdefault(place, []).extend(faults)

    def visit(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_selector("main h1", state="attached")
        self.page.wait_for_load_state("networkidle")
        self.look(address)

    def look(self, place: str) -> None:
        """Light and dark, wide and narrow, and the words."""
        if "axe" not in self.page.evaluate("Object.keys(window)"):
            self.page.evaluate(AXE.read_text())
        for scheme in ("dark", "light") if self.language == "en-US" else ("light",):  # colours do not hang on the words
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.wait_for_selector(f"html[data-mantine-color-scheme={scheme}]")
            self.page.evaluate(SETTLED)
            self.axe(f"{place} {scheme}")
        self.page.set_viewport_size(NARROW)
        self.page.evaluate(SETTLED)
        if self.language == "en-US":  # what a narrow page does to the layout does not hang on the words
            self.axe(f"{place} narrow")
        try:  # the page learns of its new width a moment after it changes
            self.page.wait_for_function(FITS, arg=NARROW["width"], timeout=3_000)
        except TimeoutError:
            self.note(place, [f"scrolls sideways: {self.page.evaluate(TOO_WIDE, NARROW['width'])}"])
        self.page.set_viewport_size(WIDE)
        self.read(place)

    def axe(self, place: str) -> None:
        result = self.page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
        self.note(
            place,
            [
                f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
                for rule in result if rule["impact"] in SERIOUS for node in rule["nodes"][:3]
            ],
        )  # fmt: skip

    def read(self, place: str) -> None:
        """A title, the page's language, no key in place of a text, no English text that has a translation."""
        title = self.page.title()
        self.note(place, [] if title.endswith("Fovea") and len(title) > len("Fovea") else [f"title: {title!r}"])
        assert self.page.evaluate("document.documentElement.lang").startswith(self.language[:2])
        shown = [title.rpartition(" · ")[0], *self.page.evaluate(SHOWN_TEXT)]
        bare = [text for text in shown if re.fullmatch(r"(\w+:)?\w+(\.\w+)+", text) and text.split(":")[-1] in keys()]
        english = [text for text in shown if text in texts("en") - texts("zh-CN")] if self.language == "zh-CN" else []
        self.note(place, [f"untranslated: {text}" for text in [*bare, *english]])


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_nothing_serious_on_any_page(lived_in: Lived, browser: Browser, language: str) -> None:
    require(AXE.exists(), "axe-core is not installed in frontend/node_modules")
    page = pages.open_page(browser, lived_in.stack.url, language=language)
    inspector = Inspector(page, language)
    for address in lived_in.outside:
        inspector.visit(address)
    pages.sign_in(page, "admin", lived_in.stack.admin_password, language="zh-CN" if language == "zh-CN" else "en")
    for address in lived_in.inside:
        inspector.visit(address)
    look_at_label_page(inspector, lived_in.label)
    assert page.faults == []  # type: ignore[attr-defined]
    assert not inspector.found, json.dumps(inspector.found, indent=1, ensure_ascii=False)


def look_at_label_page(inspector: Inspector, address: str) -> None:
    """The label page with each of its panels open, in both of its tones."""
    page = inspector.page
    area = "zh-CN" if inspector.language == "zh-CN" else "en"
    inspector.visit(address)
    pages.task_on_screen(page)
    page.get_by_role("button", name=words("label:tone.light", area), exact=True).click()
    inspector.look(f"{address} light tone")
    for press, what in (("g", "guide"), ("?", "keys"), ("/", "search"), ("k", "skip")):
        page.keyboard.press(press)
        shown = {
            "guide": page.get_by_role("complementary"),
            "keys": page.get_by_role("dialog"),
            "search": page.get_by_role("combobox"),
            "skip": page.get_by_role("dialog"),
        }[what]
        expect(shown).to_be_visible()
        inspector.look(f"{address} {what}")
        page.keyboard.press("g" if what == "guide" else "Escape")
        expect(shown).to_be_hidden()
