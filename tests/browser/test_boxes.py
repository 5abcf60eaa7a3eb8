"""Boxes drawn, corrected and settled in a real browser: by mouse, by finger and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser.words import words
from tests.pictures import write_tree
from tests.stack import Person, Stack, running, wait_for

pytestmark = pytest.mark.browser

READY = "[data-surface=ready]"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("boxes") / "home") as opened:
        yield opened


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
    return page.locator("[role=option][aria-posinset]").count()


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
    expect(page.locator("[role=option][aria-posinset]")).to_have_count(3)
    page.reload()
    page.wait_for_selector(READY)
    assert options(page) == 3, "a draft outlives the page"
    submit(page)
    pages.all_saved(page)
    page.keyboard.press("Control+z")
    page.wait_for_selector(READY)
    expect(page.locator("[role=option][aria-posinset]")).to_have_count(3)
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


def test_fingers_pan_and_tap_boxes(stack: Stack, browser: Browser, tmp_path: Path) -> None:
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
    expect(page.locator("[role=option][aria-posinset]")).to_have_count(1)
    context.close()
