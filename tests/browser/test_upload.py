"""An upload over a bad line: it waits, goes on at the byte that is safe, and after a closed tab sends only the rest."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser import pages
from tests.browser.inspector import Inspector
from tests.browser.wire import Wire, wire_to
from tests.browser.words import words
from tests.make import picture_bytes
from tests.stack import Person, Stack, wait_for

pytestmark = pytest.mark.browser

SMALL = 24
MB = 2**20
# Head of each request, what the page asks for meanwhile, and the pictures of which no part is safe.
SLACK = 200_000


def folder(place: Path) -> Path:
    """Many small pictures and one of ten megabytes, which goes in parts."""
    place.mkdir()
    for number in range(SMALL):
        (place / f"{number:02}.png").write_bytes(picture_bytes(number, form="PNG"))
    Image.frombytes("RGB", (1900, 1900), os.urandom(1900 * 1900 * 3)).save(place / "noise.png", compress_level=0)
    return place


def choose(page: Page, pid: int, place: Path) -> None:
    page.goto(f"/p/{pid}/import")
    page.get_by_test_id("folder").set_input_files(place)


def broken_off(page: Page, wire: Wire, cuts: int) -> None:
    wait_for(lambda: page.wait_for_timeout(50) or wire.cuts == cuts, "the line to break")
    expect(page.get_by_text(words("data:import.line.waiting"))).to_be_visible()


def left(admin: Person, pid: int) -> dict[str, Any]:
    """What the server says of the upload once it has noticed that the line broke."""
    (one,) = admin.get(f"/api/projects/{pid}/batches/unfinished")["items"]
    return dict(one)


def test_only_what_is_missing_is_sent_again(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    admin = stack.person()
    body = {"name": "Bad line", "classes_text": "cat\ndog", "redundancy": 1, "description": ""}
    pid = int(admin.post("/api/projects", {**body, "holdout_share": 0})["id"])
    pets = folder(tmp_path / "pets")
    with wire_to(stack.port) as wire:
        page = pages.open_page(browser, f"http://museum.test:{wire.port}")
        pages.sign_in(page, "admin", stack.admin_password)
        assert page.evaluate("[window.isSecureContext, 'locks' in navigator, 'randomUUID' in crypto]") == [False] * 3
        choose(page, pid, pets)
        wire.cut_after(6 * MB)  # in the second part of the large picture
        page.get_by_role("button", name=words("data:import.start_other", count=SMALL + 1)).click()
        broken_off(page, wire, 1)
        wait_for(lambda: left(admin, pid)["left"] == 1, "the small pictures")
        assert left(admin, pid)["left_bytes"] < 7 * MB, "the first part is safe"
        inspector = Inspector(page, "en-US")
        inspector.look("waiting for the line")

        stack.kill("web")
        wire.mend()
        wire.cut_after(3 * MB)
        page.get_by_role("button", name=words("data:import.line.now")).click()
        broken_off(page, wire, 2)
        asked: list[str] = []

        def leave(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        assert asked == ["beforeunload"]

        wire.mend()
        page = pages.open_tab(page.context)
        page.goto(f"/p/{pid}/import")
        expect(page.get_by_text(words("data:import.unfinished.title", name="pets"))).to_be_visible()
        expect(page.get_by_text("1 of 25 files are left", exact=False)).to_be_visible()
        inspector = Inspector(page, "en-US", found=inspector.found)
        inspector.look("an upload that broke off")
        (pets / "new.png").write_bytes(picture_bytes(SMALL, form="PNG"))
        choose(page, pid, pets)
        here = words("data:import.resume.here", here=SMALL, total=SMALL + 2)
        expect(page.get_by_text(here)).to_be_visible()
        inspector.look("what is missing")
        assert not inspector.found, json.dumps(inspector.found, indent=1)

        before, rest = wire.sent, left(admin, pid)["left_bytes"]
        assert rest < 5 * MB
        page.get_by_role("button", name=words("data:import.resume.send_other", shown=2)).click()
        expect(page.get_by_text(words("data:import.result", added=SMALL + 2, duplicate=0, refused=0))).to_be_visible()
        assert rest < wire.sent - before < rest + SLACK
    noise = admin.get(f"/api/projects/{pid}/images", limit=200)["items"]
    kept = {one["id"]: admin.get(f"/api/projects/{pid}/images/{one['id']}/picture/original") for one in noise}
    assert (pets / "noise.png").read_bytes() in [reply.content for reply in kept.values()]
    assert len(kept) == SMALL + 2
    assert page.faults == []  # type: ignore[attr-defined]
