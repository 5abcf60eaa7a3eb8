"""Every picture of the manual is taken here, by people's own ways through the pages.

`make pictures` (FOVEA_PICTURES=1) does so with projects worth looking at and keeps what it takes in `docs/pictures`; an
ordinary run goes the same ways with little data, so that no guide shows what the pages no longer do.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from annotate.ingest.sources import drawn
from tests.browser import pages, worlds
from tests.browser.gallery import DESK, KEEP, PHONE, Gallery, in_language, named
from tests.browser.inspector import Inspector
from tests.browser.test_boxes import BOXES, READY, drag
from tests.browser.words import words
from tests.browser.worlds import World
from tests.stack import Stack

pytestmark = pytest.mark.browser

GUESTS = {"en-US": "Guest", "zh-CN": "访客"}


@pytest.fixture(scope="module")
def world(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    return worlds.make(stack, tmp_path_factory.mktemp("world"), worlds.MANUAL if KEEP else worlds.TEST)


def test_every_picture_of_the_manual_is_taken(world: World, browser: Browser) -> None:
    gallery = Gallery()
    admin = sit_down(world, browser)
    for look in (begin, bring_in, review, run, choose):
        look(gallery, world, admin)
    for language in ("en-US", "zh-CN") if KEEP else ("en-US",):  # the ways are the same ones in either
        volunteer(gallery, world, browser, language)
        boxes(gallery, world, browser, language)
    assert admin.page.faults == []  # type: ignore[attr-defined]
    assert gallery.taken == {name if KEEP else name.removesuffix("-zh") for name in named()}


def sit_down(world: World, browser: Browser, username: str = "admin", language: str = "en-US") -> Inspector:
    page = pages.open_page(browser, world.stack.url, language=language)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    password = world.stack.admin_password if username == "admin" else pages.PASSWORD
    pages.sign_in(page, username, password, language="zh-CN" if language == "zh-CN" else "en")
    return Inspector(page, language)


def volunteer(gallery: Gallery, world: World, browser: Browser, language: str) -> None:
    """A stranger comes by the open link, practises, labels on a desk and on a phone, and looks at the answers."""
    page = pages.open_page(browser, world.stack.url, language=language)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    inspector = Inspector(page, language)
    area = inspector.area
    page.goto(f"/join/{world.volunteers}")
    page.get_by_label(words("volunteers:join.name", area)).fill(GUESTS[language])
    gallery.take(inspector, in_language("join", language))
    page.get_by_role("button", name=words("volunteers:join.start", area), exact=True).click()
    page.get_by_role("button", name=words("volunteers:practice.begin", area), exact=True).click()
    page.locator("[data-concept]").first.click()
    while page.locator("[data-right=false]").count() == 0:  # ten known pictures are not all of the first class
        page.locator("[data-right] button").click()
        page.locator("[data-concept]").first.click()
        expect(page.locator("[data-right]")).to_be_visible()
    gallery.take(inspector, in_language("practice", language))
    listen(page)
    page.goto(f"/p/{world.shapes}/label")
    pages.task_on_screen(page)
    gallery.take(inspector, in_language("label", language))
    page.keyboard.press("g")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    gallery.take(inspector, in_language("keys", language))
    page.keyboard.press("Escape")
    shapes = list(drawn.SHAPES)
    for _ in range(6):
        task = pages.task_on_screen(page)
        page.keyboard.press(str(shapes.index(world.truth[picture_of(world, world.shapes, page)]) + 1))
        pages.next_task(page, task)
    pages.all_saved(page, area)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    gallery.take(inspector, in_language("label-phone", language))
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(f"/p/{world.shapes}/mine")
    expect(page.locator("main li").nth(5)).to_be_visible()
    gallery.take(inspector, in_language("mine", language))
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def boxes(gallery: Gallery, world: World, browser: Browser, language: str) -> None:
    """The label page of the harbour: a model's suggestions, and the one thing drawn that it has not found."""
    inspector = sit_down(world, browser, language=language)
    page = inspector.page
    listen(page)
    page.goto(f"/p/{world.harbour}/label")
    page.wait_for_selector(READY)
    page.keyboard.press("g")
    while page.locator(f"{BOXES}[data-proposed]").count() < 4:  # set-aside pictures come without suggestions
        task = shown_task(page)
        page.keyboard.press("u")
        pages.next_task(page, task)
        page.wait_for_selector(READY)
    draw_what_is_missing(page, world)
    gallery.take(inspector, in_language("label-boxes", language))
    pages.all_saved(page, inspector.area)
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def draw_what_is_missing(page: Page, world: World) -> None:
    """Draws round the last thing on the picture, which the model has not found; the picture fills the stage."""
    scene = world.scenes[picture_of(world, world.harbour, page)]
    stage = page.locator("[data-surface]").bounding_box()
    assert stage
    wide, high = scene.picture.size
    scale = min(stage["width"] / wide, stage["height"] / high)
    left = stage["x"] + (stage["width"] - wide * scale) / 2
    top = stage["y"] + (stage["height"] - high * scale) / 2
    name, x0, y0, x1, y1 = scene.things[-1]
    page.keyboard.press(str(worlds.CLASSES.index(name) + 1))
    drag(page, left + x0 * scale - 3, top + y0 * scale - 3, left + x1 * scale + 3, top + y1 * scale + 3)
    page.mouse.move(left + 5, top + 5)


def picture_of(world: World, project: int, page: Page) -> str:
    """The name of the picture on the stage; `page.desk` has what the desk has handed out."""
    task = pages.task_on_screen(page) if project == world.shapes else shown_task(page)
    handed = (one for reply in page.desk for one in reply.json()["tasks"])  # type: ignore[attr-defined]
    image = next(one["image"]["id"] for one in handed if one["id"] == task)
    return Path(world.admin.get(f"/api/projects/{project}/images/{image}")["name"]).name


def shown_task(page: Page) -> int:
    return int(page.locator("main [data-task]").get_attribute("data-task") or 0)


def listen(page: Page) -> None:
    """Keeps the desk's replies, to be read once they are wanted."""
    page.desk = []  # type: ignore[attr-defined]
    page.on("response", lambda reply: page.desk.append(reply) if reply.url.endswith("/desk") else None)  # type: ignore[attr-defined]


def begin(gallery: Gallery, world: World, inspector: Inspector) -> None:
    """What an admin sees first: the form of a new project, the project, its settings and its people."""
    page = inspector.page
    page.goto("/projects/new")
    page.get_by_role("textbox", name=words("projects:new.name"), exact=True).fill("Garden birds")
    birds = ("robin | small, with an orange breast", "blue tit | blue cap, yellow belly", "blackbird | orange beak")
    page.get_by_role("textbox", name=words("projects:new.classes"), exact=True).fill("\n".join(birds))
    gallery.take(inspector, "new-project", height=1120)
    page.goto(f"/p/{world.shapes}")
    gallery.take(inspector, "overview", height=940)
    page.goto(f"/p/{world.shapes}/settings?tab=asking")
    gallery.take(inspector, "asking", height=1100)
    page.goto(f"/p/{world.shapes}/people")
    gallery.take(inspector, "people", height=1160)
    links = page.get_by_role("heading", name=words("volunteers:links.title"))
    gallery.take(inspector, "links", height=820, top=links)


def bring_in(gallery: Gallery, world: World, inspector: Inspector) -> None:
    """A delivery that calls things otherwise: what was found in it, and what its classes mean; then all pictures."""
    page = inspector.page
    page.goto(f"/p/{world.harbour}/import")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=words("data:import.chooseFiles")).click()
    chooser.value.set_files(world.delivery)
    page.get_by_role("button", name=words("data:import.look_one", count=1)).click()
    expect(page.get_by_role("heading", name=words("data:import.found.title", name="north quay"))).to_be_visible()
    page.get_by_label(words("data:import.found.as_.gold")).check()
    field = page.get_by_role("combobox", name=words("data:import.found.means", name="yacht"))
    field.click()
    page.keyboard.type("sail")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    gallery.take(inspector, "import", height=1440)
    page.goto(f"/p/{world.harbour}/data")
    gallery.take(inspector, "data")


def review(gallery: Gallery, world: World, inspector: Inspector) -> None:
    """What the crowd could not settle, who said what of one picture, and how each person does."""
    page = inspector.page
    for project, name in ((world.shapes, "review"), (world.harbour, "review-boxes")):
        page.goto(f"/p/{project}/review")
        expect(page.get_by_role("complementary", name=words("review:evidence"))).to_be_visible()
        gallery.take(inspector, name)
    page.goto(f"/p/{world.harbour}/item/{drawn_by_three(world)}")
    gallery.take(inspector, "item", height=1000)
    page.goto(f"/p/{world.shapes}/people?tab=work")
    expect(page.get_by_role("heading", name=words("people:scatter.title"))).to_be_visible()
    gallery.take(inspector, "work", height=1000)


def drawn_by_three(world: World) -> int:
    """A picture of the harbour on which several people drew."""
    root = f"/api/projects/{world.harbour}"
    for one in world.admin.everything(f"{root}/images", limit=200):
        found: dict[str, Any] = world.admin.get(f"{root}/images/{one['id']}")
        if len({event["person"] for event in found["timeline"] if event["what"] == "vote"}) > 2:
            return int(one["id"])
    raise AssertionError("no picture was drawn on by three people")


def run(gallery: Gallery, world: World, inspector: Inspector) -> None:
    """From a frozen version to a trained network and what it is worth."""
    page = inspector.page
    page.goto(f"/p/{world.shapes}/versions")
    gallery.take(inspector, "versions", height=1000)
    page.goto(f"/p/{world.shapes}/runs")
    gallery.take(inspector, "start", height=1000)
    page.goto(f"/p/{world.shapes}/runs/{world.run}")
    expect(page.locator(".uplot canvas").first).to_be_visible()
    gallery.take(inspector, "run", height=1100)
    page.goto(f"/p/{world.shapes}/evaluations/{world.evaluation}")
    expect(page.locator("[data-cell]").first).to_be_visible()
    gallery.take(inspector, "evaluation", height=1400)
    page.goto(f"/p/{world.harbour}/evaluations/{world.detector_evaluation}")
    expect(page.get_by_role("slider", name=words("scores:threshold.label"))).to_be_visible()
    title = page.get_by_role("heading", name=words("scores:threshold.title"), exact=True)
    gallery.take(inspector, "threshold", height=1100, top=title)


def choose(gallery: Gallery, world: World, inspector: Inspector) -> None:
    """The circle, a picture shown to a model, and a token for scripts."""
    page = inspector.page
    page.goto(f"/p/{world.shapes}/cycle")
    expect(page.get_by_role("combobox", name=words("cycle:preset"), exact=True)).not_to_have_value("")
    gallery.take(inspector, "cycle", height=1560)
    page.goto(f"/p/{world.harbour}/try")
    page.locator("input[type=file]").set_input_files(world.delivery.with_suffix("") / "north-000.jpg")
    expect(page.get_by_text(words("tryout:said"))).to_be_visible()
    gallery.take(inspector, "try", height=1100)
    page.goto("/account")
    page.get_by_role("button", name=words("tokens:new")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("nightly upload")
    page.get_by_role("checkbox", name=words("tokens:scope.write")).check()
    gallery.take(inspector, "token")
