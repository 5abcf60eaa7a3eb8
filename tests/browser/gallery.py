"""The pictures of the manual, taken where they are shown: from the pages, in a real browser."""

import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator

from tests.browser.inspector import Inspector

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
NAMED = re.compile(r"!\[[^\]]*\]\((?:docs/)?pictures/([\w.-]+)\.webp\)")
# `make pictures` sets it: then the manual's own amount is made, and what is taken is kept.
KEEP = os.environ.get("FOVEA_PICTURES") == "1"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 780}


@dataclass
class Gallery:
    """Takes pictures of pages that have come to rest, and knows which it has."""

    taken: set[str] = field(default_factory=set)

    def take(self, inspector: Inspector, name: str, *, height: int = 0, top: Locator | None = None) -> None:
        """What is on the screen, on one of `height` where that is given, scrolled down to `top`."""
        page = inspector.page
        size = page.viewport_size or DESK
        if height:
            page.set_viewport_size({"width": size["width"], "height": height})
        page.wait_for_function("() => document.querySelector('main h1') !== null")
        inspector.quiet()
        if top:
            top.evaluate("(one) => window.scrollBy(0, one.getBoundingClientRect().top - 72)")
            inspector.quiet()
        with Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))) as shown:
            picture = shown.convert("RGB")
        page.set_viewport_size(size)
        assert len(picture.getcolors(2**24) or ()) > 100, f"{name} shows next to nothing"
        assert name not in self.taken, f"{name} is taken twice"
        self.taken.add(name)
        if KEEP:
            FOLDER.mkdir(exist_ok=True)
            picture.save(FOLDER / f"{name}.webp", quality=82, method=6)


def named() -> set[str]:
    """The pictures that the manual names."""
    places = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {name for place in places for name in NAMED.findall(place.read_text())}


def in_language(name: str, page_language: str) -> str:
    return f"{name}-zh" if page_language == "zh-CN" else name
