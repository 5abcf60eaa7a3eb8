"""How fluid boxes are drawn, and how soon the next picture is there: through the real server and the real label page.

Frames: input comes at 60 Hz for two seconds; `script` counts the frames that the page was asked to draw
(requestAnimationFrame), `shown` those that the browser's compositor displayed, both of 120. The floor is the same page
with no box on it. Submit: from the key that hands in one box to the frame on the display that has the next picture; its
floor is a bare page that swaps two decoded pictures, measured in between.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.conditions import conditions, report, say
from benchmarks.frames import traced, waits
from benchmarks.swap import swaps
from tests import services
from tests.browser import pages
from tests.browser.conftest import FLAGS
from tests.stack import Stack, running, wait_for

ROOT = Path(__file__).resolve().parents[1]
LARGE = (4000, 3000)
SIZES = ((500, 375), (1600, 1200), LARGE)
STEPS, HERTZ = 120, 60
WINDOW = {"width": 1440, "height": 900}
READY = "[data-surface=ready]"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
# Between two answers, so that the pictures ahead are decoded: a person draws in that time.
PAUSE_MS = 700
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
# When Enter went down, and when the canvas of the picture was drawn on.
WATCH = """() => {
  window.keys_at = []; window.drawn_at = []
  addEventListener('keydown', (event) => event.key === 'Enter' && window.keys_at.push(event.timeStamp), true)
  const plain = CanvasRenderingContext2D.prototype.drawImage
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    if (this.canvas.dataset.layer === 'picture') window.drawn_at.push(performance.now())
    return plain.apply(this, given)
  }
}"""


def draw_pictures(folder: Path, size: tuple[int, int], count: int) -> None:
    """So many different pictures of that size; with the detail of a photograph they weigh what one does."""
    folder.mkdir()
    for number in range(count):
        small = Image.frombytes("RGB", (40, 30), random.Random(f"{size}{number}").randbytes(3600))
        small.resize(size, Image.Resampling.BICUBIC).save(folder / f"{number:03}.jpg", quality=90)


def copy_pictures(folder: Path, given: Path, count: int) -> None:
    """The first pictures of somebody's own folder; SystemExit where it has none."""
    folder.mkdir()
    found = sorted(path for path in given.rglob("*") if path.suffix.lower() in SUFFIXES)[:count]
    if not found:
        sys.exit(f"there is no picture in {given}")
    for number, path in enumerate(found):
        shutil.copyfile(path, folder / f"{number:03}{path.suffix.lower()}")


def project_with(stack: Stack, folder: Path) -> tuple[int, int, int]:
    """A project for boxes with the pictures of a folder: its number, its admin's and how many pictures it has."""
    admin = stack.person()
    classes = "\n".join(f"class {number}" for number in range(10))
    body = {"name": folder.name, "kind": "box", "classes_text": classes, "redundancy": 1, "holdout_share": 0}
    project = admin.post("/api/projects", {**body, "description": ""})["id"]
    stack.manage("ingest", str(project), str(folder))
    root = f"/api/projects/{project}"
    there = sum(1 for _ in folder.iterdir())
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] == there, "the questions")
    return project, int(admin.get("/api/session")["user"]["id"]), there


def drawn(count: int, concepts: list[int]) -> list[dict[str, Any]]:
    """So many boxes of 60 to 200 pixels, spread over the picture, as a draft keeps them."""
    draw = random.Random(count)
    found = []
    for number in range(1, count + 1):
        x, y = draw.randint(0, LARGE[0] - 200), draw.randint(0, LARGE[1] - 200)
        box = [x, y, x + draw.randint(60, 200), y + draw.randint(60, 200)]
        plain = {"flags": [], "from": None, "proposed": False, "score": None, "locked": False}
        found.append({"id": number, "concept": draw.choice(concepts), "box": box, **plain})
    return found


def at(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)


def frames(browser: Browser, page: Page, step: Any) -> dict[str, float]:
    """Frames of 120 and the gaps between them while `step(n)` is called 120 times, at 60 Hz or as fast as it can."""
    with traced(browser, page) as trace:
        page.evaluate(COUNT)
        began = time.perf_counter()
        for number in range(STEPS):
            step(number)
            time.sleep(max(0.0, began + (number + 1) / HERTZ - time.perf_counter()))
        took = time.perf_counter() - began
        script = page.evaluate(COUNTED)
        page.wait_for_timeout(500)
    shown = [when for when in trace.displayed if script[0] <= when <= script[-1] + 1000 / HERTZ]
    return {
        "shown": of_120(shown, script),
        "script": of_120(script, script),
        "gap_p50_ms": at(gaps(shown), 0.5),
        "gap_p95_ms": at(gaps(shown), 0.95),
        "longest_task_ms": round(trace.longest_task, 1),
        "input_hz": round(STEPS / took, 1),
    }


def gaps(times: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(times)] or [0.0]


def of_120(times: list[float], over: list[float]) -> int:
    """Where the browser took the input more slowly than 60 Hz, its frames are those of the whole, longer time."""
    return min(STEPS, round((len(times) - 1) / ((over[-1] - over[0]) * HERTZ / 1000) * STEPS))


def moved_over(browser: Browser, page: Page) -> dict[str, dict[str, float]]:
    surface = page.locator("[data-surface]").bounding_box()
    assert surface
    x, y = surface["x"] + surface["width"] / 3, surface["y"] + surface["height"] / 3
    page.mouse.move(x, y)
    page.keyboard.down("Alt")
    page.mouse.down()
    drag = frames(browser, page, lambda number: page.mouse.move(x + number, y + number / 2))
    page.mouse.up()
    page.keyboard.up("Alt")
    page.keyboard.press("Control+z")
    zoom = frames(browser, page, lambda number: page.mouse.wheel(0, -30 if number < STEPS / 2 else 30))
    return {"drag": drag, "zoom": zoom}


def sit_down(browser: Browser, stack: Stack, project: int) -> Page:
    """The label page in a browser that has seen nothing before."""
    page = pages.open_page(browser, stack.url)
    page.set_viewport_size(WINDOW)  # type: ignore[arg-type]
    pages.sign_in(page, "admin", stack.admin_password)
    page.goto(f"/p/{project}/label")
    page.wait_for_selector(READY)
    return page


def with_boxes(browser: Browser, stack: Stack, place: tuple[int, int, int], count: int) -> dict[str, dict[str, float]]:
    """Frames with so many boxes on the picture."""
    project, user, _ = place
    page = sit_down(browser, stack, project)
    task = page.locator("main [data-task]").get_attribute("data-task")
    concepts = [int(chip.get_attribute("data-concept") or 0) for chip in page.locator("footer [data-concept]").all()]
    page.evaluate(KEEP, [f"{user}:{project}:{task}:1", drawn(count, concepts)])
    page.reload()
    page.wait_for_selector(READY)
    if count:
        page.wait_for_selector(f"[role=option][aria-setsize='{count}']")
    page.wait_for_timeout(1500)
    found = moved_over(browser, page)
    leave(page)
    say(f"{count} boxes: {found}")
    return found


def leave(page: Page) -> None:
    assert page.faults == [], page.faults  # type: ignore[attr-defined]
    page.context.close()


def submits(browser: Browser, stack: Stack, place: tuple[int, int, int]) -> dict[str, float]:
    """Milliseconds from the key that hands in a box to the next picture on the display, while the pool is filled."""
    project, _, there = place
    page = sit_down(browser, stack, project)
    page.evaluate(WATCH)
    with traced(browser, page) as trace:
        for _ in range(there - 1):  # after the last one no picture comes
            task = page.locator("main [data-task]").get_attribute("data-task")
            page.wait_for_timeout(PAUSE_MS)
            draw_box(page)
            page.keyboard.press("Enter")
            pages.next_task(page, int(task or 0))
            page.wait_for_selector(READY)
        page.wait_for_timeout(300)
        keys, marks = page.evaluate("() => [window.keys_at, window.drawn_at]")
    leave(page)
    took = waits(trace, keys, marks)
    assert len(took) >= 0.9 * (there - 1), f"{len(took)} of {there - 1} frames found in the trace"
    found = {"p50_ms": at(took, 0.5), "p95_ms": at(took, 0.95), "answers": len(took)}
    say(f"submits: {found}")
    return found


def draw_box(page: Page) -> None:
    surface = page.locator("[data-surface]").bounding_box()
    assert surface
    x, y = surface["x"] + surface["width"] / 2, surface["y"] + surface["height"] / 2
    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40)
    page.mouse.up()


def first_image(browser: Browser, stack: Stack, project: int) -> float:
    """Milliseconds from the address to the first picture, in a browser that is signed in and has kept nothing."""
    known = pages.open_page(browser, stack.url)
    pages.sign_in(known, "admin", stack.admin_password)
    signed_in = known.context.storage_state()
    leave(known)
    took = []
    for _ in range(3):
        context = browser.new_context(base_url=stack.url, storage_state=signed_in, viewport=WINDOW)  # type: ignore[arg-type]
        page = context.new_page()
        page.add_init_script(f"({WATCH})()")
        page.goto(f"/p/{project}/label")
        page.wait_for_function("() => window.drawn_at.length > 0", timeout=60_000)
        page.wait_for_selector(READY)
        took.append(float(page.evaluate("() => window.drawn_at[0]")))
        context.close()
    say(f"first picture: {took}")
    return round(median(took), 1)


def route_kb() -> float:
    """What the label page loads before its first picture, compressed."""
    command = ["node", "scripts/budget.mjs"]  # which fails where its limit is passed, and says the size all the same
    budget = subprocess.run(command, cwd=ROOT / "frontend", capture_output=True, text=True, check=False)
    return round(json.loads(budget.stdout)["bytes"] / 1000, 1)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--images", type=Path, help="a folder of pictures to hand in, in place of drawn ones")
    parser.add_argument("--submits", type=int, default=40, help="answers for each size of picture")
    return parser.parse_args()


def main() -> None:
    arguments = asked()
    if lack := services.lacking().get("Chromium"):
        sys.exit(lack)
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch) / "home") as stack:
        folders = pictures(Path(scratch) / "pictures", arguments)
        places = {name: project_with(stack, folder) for name, folder in folders.items()}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=services.chromium(), headless=True, args=FLAGS)
            first = first_image(browser, stack, places["large"][0])
            floor = with_boxes(browser, stack, places["large"], 0)
            found = {count: with_boxes(browser, stack, places["large"], count) for count in arguments.boxes}
            handed, swapped = {}, []
            for name in sorted(places.keys() - {"large"}):
                handed[name] = submits(browser, stack, places[name])
                swapped += swaps(browser, WINDOW, arguments.submits, PAUSE_MS)
            browser.close()
    bare = {"p50_ms": at(swapped, 0.5), "p95_ms": at(swapped, 0.95)}
    result = {
        "submit_to_paint_p50_ms": {name: each["p50_ms"] for name, each in handed.items()},
        "submit_to_paint_p95_ms": {name: each["p95_ms"] for name, each in handed.items()},
        "submit_floor_ms": bare,
        "submit_over_floor_p50": {name: round(each["p50_ms"] / bare["p50_ms"], 1) for name, each in handed.items()},
        "drag_frames": {count: each["drag"]["shown"] for count, each in found.items()},
        "zoom_frames": {count: each["zoom"]["shown"] for count, each in found.items()},
        "label_route_kb_gz": route_kb(),
        "first_image_ms": first,
        "details": found,
        "floor": floor,
    }
    settings = {"boxes": arguments.boxes, "picture": LARGE, "input_hertz": HERTZ, "of": STEPS, "load": os.getloadavg()}
    settings |= {"submits": arguments.submits, "images": "own" if arguments.images else "drawn", "pause_ms": PAUSE_MS}
    report({"benchmark": "browser", "quick": False, **result, "conditions": conditions(**settings)})


def pictures(folder: Path, arguments: argparse.Namespace) -> dict[str, Path]:
    """A folder for each project: one large picture for the boxes, and pictures to be handed in."""
    folder.mkdir()
    draw_pictures(folder / "large", LARGE, 1)
    if arguments.images:
        copy_pictures(folder / "own", arguments.images, arguments.submits + 1)
    for width, height in () if arguments.images else SIZES:
        draw_pictures(folder / f"{width}x{height}", (width, height), arguments.submits + 1)
    return {each.name: each for each in sorted(folder.iterdir())}


if __name__ == "__main__":
    main()
