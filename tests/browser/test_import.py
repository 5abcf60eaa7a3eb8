"""A labeled set through the import page: looked at, left and found again, its classes mapped, taken in as gold."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser.inspector import Inspector
from tests.browser.words import words
from tests.pictures import draw
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.browser

BOXED = "<object><name>{name}</name><bndbox>{corners}</bndbox></object>"
EDGES = ("xmin", "ymin", "xmax", "ymax")


def voc_zip(place: Path) -> Path:
    """Four pictures of 32 x 32: a car and a lorry, a car, nothing, and a box beyond the picture."""
    things = [[("car", 3, 3, 20, 20), ("lorry", 5, 5, 30, 30)], [("car", 1, 1, 32, 32)], [], [("car", 1, 1, 90, 9)]]
    with zipfile.ZipFile(place, "w") as archive:
        for number, objects in enumerate(things):
            picture = io.BytesIO()
            draw("disc", number).save(picture, "PNG")
            archive.writestr(f"street/JPEGImages/{number}.png", picture.getvalue())
            said = "".join(
                BOXED.format(
                    name=name,
                    corners="".join(f"<{edge}>{at}</{edge}>" for edge, at in zip(EDGES, corners, strict=True)),
                )
                for name, *corners in objects
            )
            size = "<size><width>32</width><height>32</height></size>"
            archive.writestr(f"street/Annotations/{number}.xml", f"<annotation>{size}{said}</annotation>")
    return place


def send(page: Page, pid: int, place: Path) -> None:
    page.goto(f"/p/{pid}/import")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=words("data:import.chooseFiles")).click()
    chooser.value.set_files(place)
    page.get_by_role("button", name=words("data:import.look_one", count=1)).press("Enter")


def say(page: Page, name: str, typed: str) -> None:
    """By keyboard alone what a class of the delivery means."""
    field = page.get_by_role("combobox", name=words("data:import.found.means", name=name))
    field.focus()
    page.keyboard.type(typed)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_voc_zip_is_looked_at_mapped_and_taken_in_as_gold(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    admin = stack.person()
    body = {"name": "Street", "kind": "box", "classes_text": "car\ntruck", "redundancy": 1, "description": ""}
    pid = int(admin.post("/api/projects", {**body, "holdout_share": 0})["id"])
    page = pages.open_page(browser, stack.url)
    page.set_viewport_size({"width": 1280, "height": 800})
    pages.sign_in(page, "admin", stack.admin_password)
    send(page, pid, voc_zip(tmp_path / "street.zip"))
    title = page.get_by_role("heading", name=words("data:import.found.title", name="street"))
    expect(title).to_be_visible()
    assert admin.get(f"/api/projects/{pid}/images/counts")["count"] == 0, "nothing is taken in before it is said how"

    page.goto(f"/p/{pid}/import")  # as after a closed tab
    page.get_by_role("button", name=words("data:import.found.goOnNamed", name="street")).press("Enter")
    expect(title).to_be_visible()
    expect(page.get_by_text("street/Annotations/3.xml", exact=False).first).to_be_visible()
    inspector = Inspector(page, "en-US")
    inspector.look("what was found")
    assert not inspector.found, json.dumps(inspector.found, indent=1)

    page.get_by_label(words("data:import.found.as_.gold")).press("Space")
    say(page, "lorry", "tru")
    expect(page.get_by_text(words("data:import.found.allSaid"))).to_be_visible()
    page.get_by_role("button", name=words("data:import.found.take_other", shown=4)).press("Enter")
    see = page.get_by_role("link", name=words("data:import.see"))
    expect(see).to_be_visible()
    expect(page.get_by_text(words("data:import.boxes", boxes=3, left=1))).to_be_visible()
    expect(page.get_by_role("heading", name=words("data:import.partly"))).to_be_visible()

    wait_for(lambda: admin.get(f"/api/projects/{pid}/images/counts", state="closed")["count"] == 3, "the gold")
    see.press("Enter")
    for answer in ("car, truck", "car", words("data:wall.nothingDrawn"), words("data:wall.unanswered")):
        expect(page.locator("[role=option][aria-posinset]").filter(has_text=answer).first).to_be_visible()
    assert page.faults == []  # type: ignore[attr-defined]
