"""The pages as people use them: each function is something that one person does."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.words import words

PASSWORD = "a long enough password"
PATIENCE_MS = 60_000


def open_page(browser: Browser, url: str, *, language: str = "en-US", scheme: str = "light") -> Page:
    """A fresh person in front of a fresh browser; a fault of the page's own script fails the test."""
    context = browser.new_context(base_url=url, locale=language, color_scheme=scheme)  # type: ignore[arg-type]
    return open_tab(context)


def open_tab(context: BrowserContext) -> Page:
    """One more tab of the same person."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]
    page.on("console", lambda message: note_console(page, message))
    return page


def note_console(page: Page, message: ConsoleMessage) -> None:
    """What the browser itself complains of is a fault too, but for requests that a test makes fail."""
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        page.faults.append(message.text)  # type: ignore[attr-defined]


def sign_in(page: Page, username: str, password: str, *, language: str = "en") -> None:
    page.goto("/login")
    page.get_by_role("textbox", name=words("account:username", language), exact=True).fill(username)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name=words("account:signIn.button", language)).click()
    page.wait_for_url(lambda url: "/login" not in url)


def make_project(page: Page, name: str, classes: list[str], *, redundancy: int, holdout_percent: int) -> int:
    """A project through the form; its number."""
    page.goto("/projects/new")
    page.get_by_role("textbox", name=words("projects:new.name"), exact=True).fill(name)
    page.get_by_role("textbox", name=words("projects:new.classes"), exact=True).fill("\n".join(classes))
    page.get_by_role("textbox", name=words("projects:new.redundancy"), exact=True).fill(str(redundancy))
    holdout = page.get_by_role("slider", name=words("projects:new.holdout"))
    for _ in range(holdout_percent - int(holdout.get_attribute("aria-valuenow") or 0)):
        holdout.press("ArrowRight")
    page.get_by_role("button", name=words("projects:new.create")).click()
    page.wait_for_url(re.compile(r"/p/\d+"))
    found = re.search(r"/p/(\d+)", page.url)
    assert found
    return int(found.group(1))


def set_asking(page: Page, project: int, *, most_votes: int) -> None:
    """Has a disputed picture asked at most so often, and proposals shown."""
    page.goto(f"/p/{project}/settings?tab=asking")
    page.get_by_role("textbox", name=words("projects:settings.votesCap"), exact=True).fill(str(most_votes))
    page.get_by_role("switch", name=words("projects:settings.proposals")).check()
    page.get_by_role("button", name=words("common:save"), exact=True).click()
    expect(page.get_by_text(words("projects:settings.saved"))).to_be_visible()


def import_files(page: Page, project: int, files: list[Path]) -> None:
    """Chooses files, sends them, and waits until the server has taken them in."""
    page.goto(f"/p/{project}/import")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=words("data:import.chooseFiles")).click()
    chooser.value.set_files(files)
    page.get_by_role("button", name=words("data:import.start_other", count=len(files))).click()
    expect(page.get_by_role("link", name=words("data:import.see"))).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(words("data:import.result", added=len(files), duplicate=0, refused=0))).to_be_visible()


def invite(page: Page, project: int, role: str) -> str:
    """A link for one person of a role."""
    page.goto(f"/p/{project}/people")
    page.get_by_role("radio", name=words(f"common:role.{role}")).check()
    page.get_by_role("button", name=words("projects:people.make")).click()
    field = page.get_by_label(words("projects:people.link"))
    expect(field).to_be_visible()
    return field.input_value()


def join(page: Page, link: str, username: str) -> None:
    """Opens an invitation under the page's own host and makes an account."""
    page.goto("/invitation/" + link.rstrip("/").rpartition("/")[2])
    page.get_by_role("textbox", name=words("account:username"), exact=True).fill(username)
    page.get_by_role("textbox", name=words("account:name"), exact=True).fill(username.capitalize())
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name=words("account:invitation.create")).click()
    page.wait_for_url(lambda url: "/invitation/" not in url)


def task_on_screen(page: Page) -> int:
    """The task whose picture is shown, once it can be answered: the class buttons are enabled then."""
    page.wait_for_function("() => document.querySelector('footer [data-concept]:enabled') !== null")
    found = page.locator("main [data-task]").get_attribute("data-task")
    assert found
    return int(found)


def next_task(page: Page, before: int) -> None:
    """Waits until another task is shown, or none."""
    page.wait_for_function(
        "(before) => document.querySelector('main [data-task]')?.dataset.task !== before", arg=str(before)
    )


def task_becomes(page: Page, task: int) -> None:
    page.wait_for_selector(f"main [data-task='{task}']")


def all_saved(page: Page, language: str = "en") -> None:
    """Every answer has reached the server."""
    page.wait_for_function("() => document.querySelector('[data-waiting]')?.dataset.waiting === '0'")
    expect(page.locator("[data-waiting]")).to_contain_text(words("label:status.saved", language))
