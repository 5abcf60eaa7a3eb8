"""What people answer in a real browser arrives once each, whatever the network, the server and the session do."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from tests.browser import pages
from tests.browser.words import words
from tests.pictures import SHAPES, write_tree
from tests.stack import Person, Stack, in_state, wait_for

pytestmark = pytest.mark.browser

VOTES = 50
KILLED_AT, RELOADED_AT = 18, 34
DROPPED = LOST = 0.25
DESK = "**/api/projects/*/desk"


@dataclass
class Annotator:
    """Somebody who labels in a browser, and what the server has of them."""

    page: Page
    person: Person
    root: str
    concepts: list[int]

    def answer(self, place: int) -> int:
        """Presses the digit of a class; the task that it answered."""
        task = pages.task_on_screen(self.page)
        self.page.keyboard.press(str(place + 1))
        pages.next_task(self.page, task)
        return task

    def votes(self) -> list[dict[str, Any]]:
        return self.person.everything(f"{self.root}/desk/mine", limit=200)

    def standing(self) -> dict[int, int]:
        """The class that each task has from this person; no task has two votes that stand."""
        votes = [vote for vote in self.votes() if not vote["superseded"]]
        found = {vote["task"]: self.concepts.index(vote["answer"]["choice"][0]) for vote in votes}
        assert len(found) == len(votes), "a task was stored twice"
        return found


def seat(stack: Stack, browser: Browser, folder: Path, *, each: int) -> Annotator:
    """A project with pictures of shapes, and a new annotator of it on the label page."""
    admin = stack.person()
    name = f"{folder.name}-{each}"
    settings = {"redundancy": 1, "holdout_share": 0.1}
    made = admin.post("/api/projects", {"name": name, "classes_text": "\n".join(SHAPES), **settings})
    root = f"/api/projects/{made['id']}"
    stack.manage("ingest", str(made["id"]), str(write_tree(folder / "pictures", each=each)))
    wait_for(lambda: in_state(admin, root, "open"), "the questions")
    page = pages.open_page(browser, stack.url)
    username = f"mary{made['id']}"
    pages.join(page, admin.post(f"{root}/invitations", {"role": "annotator"})["url"], username)
    page.goto(f"/p/{made['id']}/label")
    concepts = [entry["concept_id"] for entry in admin.get(f"{root}/desk/guide")["classes"]]
    return Annotator(page, stack.person(username, pages.PASSWORD), root, concepts)


def storm(chance: random.Random, met: dict[str, int]) -> Any:
    """A quarter of the requests never leaves, a quarter of the replies never comes back."""

    def weather(route: Route) -> None:
        drawn = chance.random()
        if drawn < DROPPED:
            met["dropped"] += 1
            route.abort()
        elif drawn < DROPPED + LOST:
            try:
                route.fetch()
            except Error:
                pass  # the web process was just killed: to the page both look the same
            met["lost"] += 1
            route.abort()
        else:
            route.continue_()

    return weather


def test_each_vote_arrives_once(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    mary = seat(stack, browser, tmp_path, each=70)
    chance = random.Random(11)
    met = {"dropped": 0, "lost": 0}
    mary.page.route(DESK, storm(chance, met))
    given: dict[int, int] = {}
    while len(given) < VOTES:
        place = chance.randrange(len(SHAPES))
        task = mary.answer(place)
        assert task not in given, "a task that was answered came back"
        given[task] = place
        if len(given) == KILLED_AT:
            stack.kill("web")
        if len(given) == RELOADED_AT:
            mary.page.reload()
    mary.page.unroute(DESK)
    pages.all_saved(mary.page)
    assert min(met.values()) > 0, "the network was as bad as planned"
    assert mary.standing() == given
    assert len(mary.votes()) == VOTES
    assert mary.page.faults == []  # type: ignore[attr-defined]


def test_work_goes_on_after_the_session_ended(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    mary = seat(stack, browser, tmp_path, each=8)
    given = {mary.answer(number % 3): number % 3 for number in range(3)}
    pages.all_saved(mary.page)
    mary.page.context.clear_cookies(name="sessionid")
    task = pages.task_on_screen(mary.page)
    mary.page.keyboard.press("2")
    given[task] = 1
    sheet = mary.page.get_by_role("dialog", name=words("account:signIn.again"))
    expect(sheet).to_be_visible()
    sheet.locator("input[type=password]").fill(pages.PASSWORD)
    sheet.get_by_role("button", name=words("account:signIn.button")).click()
    expect(sheet).to_be_hidden()
    assert pages.task_on_screen(mary.page) not in given
    for place in (0, 2):
        given[mary.answer(place)] = place
    pages.all_saved(mary.page)
    assert mary.standing() == given
    assert mary.page.faults == []  # type: ignore[attr-defined]


def test_undo_changes_what_is_stored(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    mary = seat(stack, browser, tmp_path, each=8)
    first, second = mary.answer(0), mary.answer(0)
    third = mary.answer(1)
    pages.all_saved(mary.page)
    waiting = pages.task_on_screen(mary.page)
    for expected in (third, second, first):
        mary.page.keyboard.press("Control+z")
        pages.task_becomes(mary.page, expected)
    mary.page.keyboard.press("3")
    pages.next_task(mary.page, first)
    mary.page.keyboard.press("Escape")
    pages.task_becomes(mary.page, waiting)
    pages.all_saved(mary.page)
    assert mary.standing() == {first: 2, second: 0, third: 1}
    replaced = [vote["task"] for vote in mary.votes() if vote["superseded"]]
    assert replaced == [first]
    assert mary.page.faults == []  # type: ignore[attr-defined]
