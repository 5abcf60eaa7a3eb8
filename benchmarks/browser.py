"""How fluid the drawing of boxes is: frames made of 120 while dragging and zooming over 1,000 and 5,000 boxes.

Input comes at 60 Hz for two seconds; a frame is one that the page's script was asked to draw (requestAnimationFrame).
The floor is the same page, moved over in the same way, with no box on it.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.conditions import conditions, report, say
from tests import services
from tests.browser import pages
from tests.browser.conftest import FLAGS
from tests.stack import Stack, running, wait_for

SIZE = (4000, 3000)
STEPS, HERTZ = 120, 60
READY = "[data-surface=ready]"
KEEP = """([name, list]) => new Promise((done, fail) => {
  const open = indexedDB.open('fovea-drafts', 1)
  open.onerror = () => fail(open.error)
  open.onsuccess = () => {
    const write = open.result.transaction('drafts', 'readwrite')
    write.objectStore('drafts').put({ name, what: { list }, at: Date.now() })
    write.oncomplete = () => { open.result.close(); done() }
  }
})"""
COUNT = """() => { window.frames_at = []
  const next = (now) => { window.frames_at.push(now); window.counting = requestAnimationFrame(next) }
  window.counting = requestAnimationFrame(next) }"""
COUNTED = "() => { cancelAnimationFrame(window.counting); return window.frames_at }"


def project_with(stack: Stack, folder: Path) -> tuple[int, int]:
    """A project for boxes with one picture of 12 megapixels; its number and its task."""
    folder.mkdir()
    small = Image.frombytes("RGB", (40, 30), random.Random(0).randbytes(3600))
    small.resize(SIZE, Image.Resampling.BICUBIC).save(folder / "large.jpg", quality=90)
    admin = stack.person()
    classes = "\n".join(f"class {number}" for number in range(10))
    body = {"name": "Large", "kind": "box", "classes_text": classes, "redundancy": 1, "holdout_share": 0}
    project = admin.post("/api/projects", {**body, "description": ""})["id"]
    stack.manage("ingest", str(project), str(folder))
    root = f"/api/projects/{project}"
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] == 1, "the question")
    return project, int(admin.get("/api/session")["user"]["id"])


def drawn(count: int, concepts: list[int]) -> list[dict[str, Any]]:
    """So many boxes of 60 to 200 pixels, spread over the picture, as a draft keeps them."""
    draw = random.Random(count)
    found = []
    for number in range(1, count + 1):
        x, y = draw.randint(0, SIZE[0] - 200), draw.randint(0, SIZE[1] - 200)
        box = [x, y, x + draw.randint(60, 200), y + draw.randint(60, 200)]
        plain = {"flags": [], "from": None, "proposed": False, "score": None, "locked": False}
        found.append({"id": number, "concept": draw.choice(concepts), "box": box, **plain})
    return found


def frames(page: Page, step: Any) -> dict[str, float]:
    """Frames of 120 and the gaps between them while `step(n)` is called 120 times, at 60 Hz or as fast as it can."""
    page.evaluate(COUNT)
    began = time.perf_counter()
    for number in range(STEPS):
        step(number)
        time.sleep(max(0.0, began + (number + 1) / HERTZ - time.perf_counter()))
    at = page.evaluate(COUNTED)
    gaps = sorted(after - before for before, after in itertools.pairwise(at))
    # Where the browser took the input more slowly than 60 Hz, its frames are those of the whole, longer time.
    share = len(gaps) / ((at[-1] - at[0]) * HERTZ / 1000)
    return {
        "frames": min(STEPS, round(share * STEPS)),
        "gap_p50_ms": round(gaps[len(gaps) // 2], 1),
        "gap_p95_ms": round(gaps[int(len(gaps) * 0.95)], 1),
        "input_hz": round(STEPS / (time.perf_counter() - began), 1),
    }


def measured(page: Page) -> dict[str, dict[str, float]]:
    surface = page.locator("[data-surface]").bounding_box()
    assert surface
    x, y = surface["x"] + surface["width"] / 3, surface["y"] + surface["height"] / 3
    page.mouse.move(x, y)
    page.keyboard.down("Alt")
    page.mouse.down()
    drag = frames(page, lambda number: page.mouse.move(x + number, y + number / 2))
    page.mouse.up()
    page.keyboard.up("Alt")
    page.keyboard.press("Control+z")
    zoom = frames(page, lambda number: page.mouse.wheel(0, -30 if number < STEPS / 2 else 30))
    return {"drag": drag, "zoom": zoom}


def with_boxes(browser: Browser, stack: Stack, project: int, user: int, count: int) -> dict[str, dict[str, float]]:
    """The label page with so many boxes on its picture; a fresh browser each time."""
    page = pages.open_page(browser, stack.url)
    page.set_viewport_size({"width": 1440, "height": 900})
    pages.sign_in(page, "admin", stack.admin_password)
    page.goto(f"/p/{project}/label")
    page.wait_for_selector(READY)
    task = page.locator("main [data-task]").get_attribute("data-task")
    concepts = [int(chip.get_attribute("data-concept") or 0) for chip in page.locator("footer [data-concept]").all()]
    page.evaluate(KEEP, [f"{user}:{project}:{task}:1:", drawn(count, concepts)])
    page.reload()
    page.wait_for_selector(READY)
    if count:
        page.wait_for_selector(f"[role=option][aria-setsize='{count}']")
    page.wait_for_timeout(1500)
    found = measured(page)
    assert page.faults == [], page.faults  # type: ignore[attr-defined]
    page.context.close()
    say(f"{count} boxes: {found}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, nargs="+", default=[1000, 5000])
    arguments = parser.parse_args()
    if lack := services.lacking().get("Chromium"):
        sys.exit(lack)
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch) / "home") as stack:
        project, user = project_with(stack, Path(scratch) / "pictures")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=services.chromium(), headless=True, args=FLAGS)
            floor = with_boxes(browser, stack, project, user, 0)
            found = {count: with_boxes(browser, stack, project, user, count) for count in arguments.boxes}
            browser.close()
    result = {
        "drag_frames": {count: each["drag"]["frames"] for count, each in found.items()},
        "zoom_frames": {count: each["zoom"]["frames"] for count, each in found.items()},
        "details": found,
        "floor": floor,
    }
    settings = {"boxes": arguments.boxes, "picture": SIZE, "input_hertz": HERTZ, "of": STEPS}
    report({"benchmark": "browser", "quick": False, **result, "conditions": conditions(**settings)})


if __name__ == "__main__":
    main()
