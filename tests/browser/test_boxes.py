"""Boxes drawn, corrected and settled in a real browser: by mouse, by finger, by pen and by keyboard alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser.fingers import Glass
from tests.browser.words import words
from tests.pictures import write_tree
from tests.stack import Person, Stack, wait_for

pytestmark = pytest.mark.browser

READY = "[data-surface=ready]"
BOXES = "[role=option][aria-posinset]"


def box_project(stack: Stack, folder: Path, *, pictures: int = 4) -> tuple[Person, str, str]:
    """A project for boxes with pictures; its admin, its address in the API and its number."""
    admin = stack.person()
    body = {"name": "Street", "kind": "box", "classes_text": "car\nperson", "redundancy": 1}
    project = admin.post("/api/projects", {**body, "holdout_share": 0, "description": ""})
    root = f"/api/projects/{project['id']}"
    for path in sorted(path for path in write_tree(folder, each=2).rglob("*") if path.is_file())[pictures:]:
        path.unlink()
    stack.manage("ingest", str(project["id"]), str(folder))
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] >= pictures, "the questions")
    return admin, root, str(project["id"])


def sit_down(stack: Stack, browser: Browser, pid: str, page: str = "label") -> Page:
    place = pages.open_page(browser, stack.url)
    place.set_viewport_size({"width": 1280, "height": 800})
    pages.sign_in(place, "admin", stack.admin_password)
    place.goto(f"/p/{pid}/{page}")
    place.wait_for_selector(READY)
    return place


def middle(page: Page) -> tuple[float, float]:
    surface = page.locator("[data-surface]").bounding_box()
    assert surface
    return surface["x"] + surface["width"] / 2, surface["y"] + surface["height"] / 2


def drag(page: Page, x0: float, y0: float, x1: float, y1: float) -> None:
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
    page.mouse.move(x1, y1)
    page.mouse.up()


def submit(page: Page) -> None:
    task = page.locator("main [data-task]").get_attribute("data-task")
    page.keyboard.press("Space")
    pages.next_task(page, int(task or 0))


def said(person: Person, root: str) -> list[dict[str, Any]]:
    """The answers that stand, oldest first."""
    votes = person.everything(f"{root}/desk/mine", limit=200)
    return [vote["answer"] for vote in reversed(votes) if not vote["superseded"]]


def options(page: Page) -> int:
    return page.locator(BOXES).count()


def test_boxes_are_drawn_corrected_and_handed_in_by_mouse(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    admin, root, pid = box_project(stack, tmp_path, pictures=1)
    page = sit_down(stack, browser, pid)
    x, y = middle(page)
    drag(page, x - 100, y - 100, x - 20, y - 20)
    page.keyboard.press("2")
    for corner in ((x + 10, y + 10), (x + 110, y + 90)):
        page.mouse.click(*corner)
    page.keyboard.press("e")
    for point in ((x + 60, y - 110), (x + 20, y - 70), (x + 100, y - 60), (x + 50, y - 10)):
        page.mouse.click(*point)
    page.keyboard.press("Escape")
    assert options(page) == 3
    page.keyboard.press("x")
    page.keyboard.press("Control+z")
    expect(page.locator(BOXES)).to_have_count(3)
    page.reload()
    page.wait_for_selector(READY)
    assert options(page) == 3, "a draft outlives the page"
    submit(page)
    pages.all_saved(page)
    page.keyboard.press("Control+z")
    page.wait_for_selector(READY)
    expect(page.locator(BOXES)).to_have_count(3)
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    submit(page)
    pages.all_saved(page)
    (answer,) = said(admin, root)
    assert len(answer["boxes"]) == 2
    assert all(x1 - x0 > 1 and y1 - y0 > 1 for x0, y0, x1, y1 in (each["box"] for each in answer["boxes"]))
    assert page.faults == []  # type: ignore[attr-defined]


def test_a_box_needs_no_mouse(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    admin, root, pid = box_project(stack, tmp_path)
    page = sit_down(stack, browser, pid)
    page.keyboard.press("Space")
    expect(page.get_by_role("alert")).to_contain_text(words("box:note.empty"))
    for key in ("n", "Enter", *["ArrowRight", "ArrowDown"] * 4, "Enter", "o", "Control+ArrowRight"):
        page.keyboard.press(key)
    assert options(page) == 1
    submit(page)
    page.wait_for_selector(READY)
    page.keyboard.press("Shift+N")
    pages.all_saved(page)
    wait_for(lambda: len(said(admin, root)) == 2, "both answers")
    first, second = said(admin, root)
    assert first["boxes"][0]["occluded"] is True and second == {"nothing": True}
    assert page.faults == []  # type: ignore[attr-defined]


def test_what_was_begun_comes_back_wherever_its_task_is_opened(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    _, _, pid = box_project(stack, tmp_path)
    page = sit_down(stack, browser, pid)
    x, y = middle(page)
    drag(page, x - 100, y - 100, x - 20, y - 20)
    submit(page)
    page.wait_for_selector(READY)
    second = page.locator("main [data-task]").get_attribute("data-task")
    for left in (-100, 20):
        drag(page, x + left, y + 10, x + left + 60, y + 80)
    pages.all_saved(page)
    page.reload()
    page.wait_for_selector(READY)
    pages.task_becomes(page, int(second or 0))
    expect(page.locator(BOXES)).to_have_count(2)
    page.locator("[data-restored]").get_by_role("button", name=words("label:restoredUndo")).click()
    expect(page.locator(BOXES)).to_have_count(0)
    expect(page.locator("[data-restored]")).to_have_count(0)
    page.goto(f"/p/{pid}/mine")
    change = re.compile(f"^{words('label:mine.change')}: ")
    page.get_by_role("button", name=change).first.click()
    page.wait_for_selector(READY)
    page.keyboard.press("Tab")
    page.keyboard.press("q")
    expect(page.get_by_role("option", name=re.compile(words("box:flag.difficult")))).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=change).first.click()
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(page.get_by_role("option", name=re.compile(words("box:flag.difficult")))).to_be_visible()
    assert page.faults == []  # type: ignore[attr-defined]


def suggested(stack: Stack, folder: Path) -> tuple[Person, str, str]:
    """A project with one picture on which a model has suggested three boxes: two cars and a person."""
    admin = stack.person()
    body = {"name": "Suggested", "kind": "box", "classes_text": "car\nperson", "redundancy": 1}
    project = admin.post("/api/projects", {**body, "holdout_share": 0, "description": ""})
    root = f"/api/projects/{project['id']}"
    admin.patch(root, {"show_proposals": True})
    folder.mkdir()
    Image.new("RGB", (300, 200), "grey").save(folder / "one.png")
    found = [(1, [20, 20, 60, 40]), (2, [150, 30, 50, 80]), (1, [80, 120, 90, 60])]
    told = {
        "images": [{"id": 1, "file_name": "one.png", "width": 300, "height": 200}],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": category, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
            for n, (category, box) in enumerate(found, 1)
        ],
    }
    (folder / "annotations.json").write_text(json.dumps(told))
    stack.manage("ingest", str(project["id"]), str(folder), "--labels", "proposals", "--source", "model")
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] == 1, "the question")
    return admin, root, str(project["id"])


def test_suggestions_are_accepted_removed_and_put_right(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    admin, root, pid = suggested(stack, tmp_path / "set")
    page = sit_down(stack, browser, pid)
    expect(page.locator(f"{BOXES}[data-proposed]")).to_have_count(3)
    for key in ("Tab", "ArrowRight", "Tab", "x"):  # the first is moved, the second removed, the third left as it is
        page.keyboard.press(key)
    expect(page.locator(BOXES)).to_have_count(2)
    expect(page.locator(f"{BOXES}[data-proposed]")).to_have_count(1)
    x, y = middle(page)
    drag(page, x + 150, y + 100, x + 200, y + 140)
    with page.expect_request(lambda request: bool(request.post_data_json) and request.url.endswith("/desk")) as sent:
        submit(page)
    pages.all_saved(page)
    (vote,) = sent.value.post_data_json["votes"]
    assert isinstance(vote["shown_proposal"], int), "the vote says what was shown"
    (answer,) = said(admin, root)
    began = {each.get("from_proposal"): each["box"] for each in answer["boxes"]}
    assert set(began) == {0, 2, None}
    assert (began[0], began[2]) == ([21, 20, 81, 60], [80, 120, 170, 180])
    assert page.faults == []  # type: ignore[attr-defined]


def hand(page: Page) -> tuple[float, float, float, float]:
    """Where the box in hand lies on the stage: left, top, width, height."""
    page.wait_for_function("() => document.querySelector('[data-part=knobs]').getAttribute('d').length > 9")
    outline = page.locator("[data-part=box]").get_attribute("d") or ""
    left, top, width, height, *_ = (float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", outline))
    return left, top, width, height


def hand_after(page: Page, before: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The same once it lies elsewhere."""
    wait_for(lambda: hand(page) != before, "the picture to move", seconds=30)
    return hand(page)


def test_fingers_pan_pinch_and_tap_and_a_pen_draws(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    _, _, pid = box_project(stack, tmp_path)
    context = browser.new_context(base_url=stack.url, has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(pages.PATIENCE_MS)
    pages.sign_in(page, "admin", stack.admin_password)
    page.goto(f"/p/{pid}/label")
    page.wait_for_selector(READY)
    x, y = middle(page)
    page.touchscreen.tap(x - 40, y - 40)
    page.wait_for_function("() => document.querySelector('[data-part=box]').getAttribute('d').length > 4")
    page.touchscreen.tap(x + 40, y + 40)
    expect(page.locator(BOXES)).to_have_count(1)
    glass = Glass(page)
    start = hand(page)
    glass.slide([(x - 120, y + 90)], [(x - 90, y + 70)])
    panned = hand_after(page, start)
    assert panned[2:] == start[2:] and panned[0] > start[0] and panned[1] < start[1], "a finger moves the picture"
    glass.slide([(x - 90, y + 90), (x + 60, y + 90)], [(x - 165, y + 90), (x + 135, y + 90)])
    pinched = hand_after(page, panned)
    assert pinched[2] == pytest.approx(2 * panned[2], rel=0.1), "fingers twice as far apart show it twice as large"
    expect(page.locator(BOXES)).to_have_count(1)
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    glass.stroke((x - 100, y + 50), (x - 60, y + 90))
    expect(page.locator(BOXES)).to_have_count(2)
    drawn = hand(page)
    glass.pen("mousePressed", (x + 60, y + 60))
    glass.slide([(x - 120, y - 60)], [(x - 60, y - 90)])  # the hand that holds the pen
    glass.pen("mouseMoved", (x + 80, y + 80))
    glass.pen("mouseMoved", (x + 100, y + 90))
    glass.pen("mouseReleased", (x + 100, y + 90))
    expect(page.locator(BOXES)).to_have_count(3)
    third = hand(page)
    page.keyboard.press("Shift+Tab")
    assert hand_after(page, third) == drawn, "the picture did not move under the hand that holds the pen"
    context.close()
