"""Looks at one page as axe, as a narrow screen and as a reader of the other language would."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, TimeoutError

from tests.browser.words import keys, texts

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
# What a rule can find depends on the form in which the page is seen: the dark one differs in its colours alone, the
# other language in all but those.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
WORDS = {"rules": {"color-contrast": {"enabled": False}}}
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

IDLE = "() => document.querySelector('[aria-busy=true]') === null"
IN_SCHEME = "(scheme) => document.documentElement.dataset.mantineColorScheme === scheme"
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
class Inspector:
    """Looks at a page from all sides, and keeps what is wrong with it."""

    page: Page
    language: str
    found: dict[str, list[str]] = field(default_factory=dict)
    asked: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self.begins)
        self.page.on("requestfinished", self.ends)
        self.page.on("requestfailed", self.ends)

    def begins(self, request: Request) -> None:
        self.asked.add(request)

    def ends(self, request: Request) -> None:
        self.asked.discard(request)

    @property
    def area(self) -> str:
        """The folder of the catalogues in this language."""
        return "zh-CN" if self.language == "zh-CN" else "en"

    def note(self, place: str, faults: list[str]) -> None:
        if faults:
            self.found.setdefault(place, []).extend(faults)

    def visit(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_function("() => document.querySelector('main h1') !== null")
        self.quiet()
        self.look(address)

    def quiet(self) -> None:
        """Waits until the page asks for nothing more, says that it waits for nothing, and moves no more."""
        self.page.wait_for_function(IDLE)
        self.page.evaluate(SETTLED)
        while self.asked:
            self.page.wait_for_event("requestfinished", predicate=lambda _: not self.asked)
            self.page.wait_for_function(IDLE)
            self.page.evaluate(SETTLED)

    def look(self, place: str) -> None:
        """Light and dark, wide and narrow, and the words."""
        if "axe" not in self.page.evaluate("Object.keys(window)"):
            self.page.evaluate(AXE.read_text())
        for scheme in ("dark", "light") if self.language == "en-US" else ("light",):  # colours do not hang on the words
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.wait_for_function(IN_SCHEME, arg=scheme)
            self.page.evaluate(SETTLED)
            self.axe(f"{place} {scheme}", COLOURS if scheme == "dark" else WORDS if self.language != "en-US" else {})
        self.page.set_viewport_size(NARROW)
        self.page.evaluate(SETTLED)
        if self.language == "en-US":  # what a narrow page does to the layout does not hang on the words
            self.axe(f"{place} narrow", {})
        try:  # the page learns of its new width a moment after it changes
            self.page.wait_for_function(FITS, arg=NARROW["width"], timeout=3_000)
        except TimeoutError:
            self.note(place, [f"scrolls sideways: {self.page.evaluate(TOO_WIDE, NARROW['width'])}"])
        self.page.set_viewport_size(WIDE)
        self.read(place)

    def axe(self, place: str, rules: dict[str, Any]) -> None:
        options = {"resultTypes": ["violations"], **rules}
        result = self.page.evaluate("async (options) => (await axe.run(options)).violations", options)
        self.note(
            place,
            [
                f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
                for rule in result if rule["impact"] in SERIOUS for node in rule["nodes"][:3]
            ],
        )  # fmt: skip

    def read(self, place: str) -> None:
        """A title, the page's language, no key or gap in place of a text, no English text that has a translation."""
        title = self.page.title()
        self.note(place, [] if title.endswith("Fovea") and len(title) > len("Fovea") else [f"title: {title!r}"])
        assert self.page.evaluate("document.documentElement.lang").startswith(self.language[:2])
        shown = [title.rpartition(" · ")[0], *self.page.evaluate(SHOWN_TEXT)]
        bare = [text for text in shown if re.fullmatch(r"(\w+:)?\w+(\.\w+)+", text) and text.split(":")[-1] in keys()]
        english = [text for text in shown if text in texts("en") - texts("zh-CN")] if self.language == "zh-CN" else []
        unfilled = [text for text in shown if "{{" in text]
        self.note(place, [f"untranslated: {text}" for text in [*bare, *english, *unfilled]])
