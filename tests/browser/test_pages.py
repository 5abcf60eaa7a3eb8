"""Every page in both languages, light and dark, wide and narrow: nothing serious for axe, nothing untranslated."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import pages
from tests.browser.inspector import AXE, Inspector
from tests.browser.words import words
from tests.fault.circle import ended_run, freeze, project_with_labels, start_run
from tests.make import picture_bytes
from tests.pictures import write_tree
from tests.require import require
from tests.stack import Person, Stack, wait_for

pytestmark = pytest.mark.browser


@dataclass
class Lived:
    """A Fovea with something on every page, and the addresses of the pages."""

    stack: Stack
    outside: list[str]
    inside: list[str]
    label: str
    boxes: str
    """A project for boxes."""
    several: str
    """A project in which a picture may have several classes."""
    join: str
    """An open link to the first project, some of whose pictures have a known answer."""
    tried: str
    """Where a model can be tried."""


@pytest.fixture(scope="module")
def lived_in(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    home = tmp_path_factory.mktemp("pages")
    admin, root = project_with_labels(stack, home / "pictures", each=24)
    pid = root.rpartition("/")[2]
    version = freeze(admin, root)
    run = start_run(admin, root, version, epochs=2)
    assert ended_run(admin, root, run)["state"] == "finished"
    other = start_run(admin, root, version, epochs=1)
    stack.manage("ingest", pid, str(write_tree(home / "more", each=6, first=900)))
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] >= 6, "new questions")
    dispute(admin, root)
    evaluation = wait_for(lambda: admin.get(f"{root}/runs/{run['id']}")["evaluation"], "the evaluation")
    curve = admin.post(f"{root}/curves", {"run": run["id"]})["id"]
    admin.post(f"{root}/curves/{curve}/stop")
    admin.post(f"{root}/versions/{version['id']}/exports", {"format": "imagefolder", "options": {}})
    image = admin.get(f"{root}/images", limit=1)["items"][0]["id"]
    account = admin.post("/api/accounts", {"username": "grace", "name": "Grace"})
    invitation = admin.post(f"{root}/invitations", {"role": "annotator", "uses": 9})["url"].rpartition("/")[2]
    reset = admin.post(f"/api/accounts/{account['id']}/reset-link")["url"].rpartition("/")[2]
    admin.post("/api/tokens", {"name": "nightly", "scopes": ["read", "train"], "project": int(pid)})
    opened = admin.post(f"{root}/volunteer-links", {"note": "the fair", "most": 9})["url"].rpartition("/")[2]
    boxes, drawn = boxes_of(stack, home / "boxes")
    several = several_of(stack, home / "several")
    parts = ["", "/mine", "/me", "/review", "/data", f"/item/{image}", "/import", "/people", "/versions", "/runs"]
    me = admin.get("/api/session")["user"]["id"]
    parts += ["/people?tab=work", f"/people?tab=work&person={me}"]
    parts += [f"/curves/{curve}", f"/runs/compare?runs={run['id']},{other['id']}"]
    parts += [f"/runs/{run['id']}", f"/evaluations/{evaluation}", "/cycle", "/jobs"]
    parts += [f"/settings{tab}" for tab in ("", "?tab=classes", "?tab=guide", "?tab=asking")]
    return Lived(
        stack,
        ["/login", f"/invitation/{invitation}", f"/reset/{reset}", "/back#made-up"],
        [
            "/",
            "/projects",
            "/projects/new",
            "/accounts",
            "/account",
            "/help/keys",
            *(f"/p/{pid}{p}" for p in parts),
            *(f"/p/{boxes}{p}" for p in ("", "/data", f"/item/{drawn}", "/try")),
        ],
        f"/p/{pid}/label",
        f"/p/{boxes}",
        f"/p/{several}",
        f"/join/{opened}",
        f"/p/{pid}/try",
    )


def boxes_of(stack: Stack, folder: Path) -> tuple[int, int]:
    """A project for boxes with one picture answered, one to be reviewed and others to be drawn on; and the first."""
    admin, root, tasks, (concept, _) = opened(stack, folder, "Junction", "box")
    boxes = [
        {"concept": concept, "box": [2, 2, 20, 18]},
        {"concept": concept, "box": [10, 10, 30, 31], "occluded": True},
    ]
    answer_two(admin, root, tasks, {"boxes": boxes})
    return int(root.rpartition("/")[2]), int(tasks[0]["image"]["id"])


def several_of(stack: Stack, folder: Path) -> int:
    """The same where a picture may have several classes: its number."""
    admin, root, tasks, concepts = opened(stack, folder, "What is there", "choices")
    answer_two(admin, root, tasks, {"choice": concepts})
    return int(root.rpartition("/")[2])


def opened(stack: Stack, folder: Path, name: str, kind: str) -> tuple[Person, str, list[dict[str, Any]], list[int]]:
    """(the admin, the new project's address, six tasks in hand, its two classes)."""
    admin = stack.person()
    body = {"name": name, "kind": kind, "classes_text": "car\nperson", "redundancy": 1, "holdout_share": 0}
    project = int(admin.post("/api/projects", {**body, "description": ""})["id"])
    root = f"/api/projects/{project}"
    stack.manage("ingest", str(project), str(write_tree(folder, each=2)))
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] >= 6, "the questions")
    concepts = [one["concept_id"] for one in admin.get(f"{root}/desk/guide")["classes"]]
    return admin, root, admin.post(f"{root}/desk", {"votes": [], "take": 12})["tasks"], concepts


def answer_two(admin: Person, root: str, tasks: list[dict[str, Any]], answer: dict[str, Any]) -> None:
    """The first as said, the second by nobody who could tell; the others go back."""
    vote_on(admin, root, tasks[:2], [answer, {"pass": "cannot_tell"}])
    admin.post(f"{root}/desk", {"votes": [], "take": 0, "release": [task["id"] for task in tasks[2:]]})
    wait_for(lambda: admin.get(f"{root}/review")["items"], "something to review")


def dispute(admin: Any, root: str) -> None:
    """Two pictures of which the admin cannot tell what they show."""
    tasks = admin.post(f"{root}/desk", {"votes": [], "take": 2})["tasks"]
    vote_on(admin, root, tasks, [{"pass": "cannot_tell"}] * 2)
    wait_for(lambda: admin.get(f"{root}/review")["items"], "something to review")


def vote_on(admin: Any, root: str, tasks: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
    votes = [
        {"key": f"00000000-0000-4000-8000-{task['id']:012}", "task": task["id"], "lease": task["lease"],
         "asking": task["asking"], "answer": answer}
        for task, answer in zip(tasks, answers, strict=True)
    ]  # fmt: skip
    results = admin.post(f"{root}/desk", {"votes": votes, "take": 0})["results"]
    assert [each["status"] for each in results] == ["stored"] * len(votes), results


def test_nothing_serious_on_any_page(lived_in: Lived, browser: Browser) -> None:
    """One walk for both languages: what is lived in takes longer to make than to look at."""
    require(AXE.exists(), "axe-core is not installed in frontend/node_modules")
    found = {language: walk(lived_in, browser, language) for language in ("en-US", "zh-CN")}
    assert not any(found.values()), json.dumps(found, indent=1, ensure_ascii=False)


def walk(lived_in: Lived, browser: Browser, language: str) -> dict[str, list[str]]:
    """What is wrong on any page, by its address."""
    page = pages.open_page(browser, lived_in.stack.url, language=language)
    inspector = Inspector(page, language)
    for address in lived_in.outside:
        inspector.visit(address)
    look_as_volunteer(inspector, lived_in.join)
    pages.sign_in(page, "admin", lived_in.stack.admin_password, language="zh-CN" if language == "zh-CN" else "en")
    for address in lived_in.inside:
        inspector.visit(address)
    look_at_new_boxes(inspector)
    look_at_trying(inspector, lived_in)
    look_at_tokens(inspector)
    look_at_label_page(inspector, lived_in.label)
    look_at_boxes(inspector, lived_in.boxes)
    look_at_several(inspector, lived_in.several)
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()
    return inspector.found


def look_as_volunteer(inspector: Inspector, link: str) -> None:
    """A stranger comes by an open link, practises, and is told how to come back; then the browser forgets them."""
    page = inspector.page
    inspector.visit(link)
    page.get_by_label(words("volunteers:join.name", inspector.area)).fill("Vera")
    page.get_by_role("button", name=words("volunteers:join.start", inspector.area), exact=True).click()
    begin = page.get_by_role("button", name=words("volunteers:practice.begin", inspector.area), exact=True)
    expect(begin).to_be_visible()
    inspector.look("practice")
    begin.click()
    expect(page.locator("[data-concept]").first).to_be_enabled()
    inspector.quiet()
    inspector.look("practice, a picture")
    misses = 0
    for _ in range(10):
        page.locator("[data-concept]").first.click()
        expect(page.locator("[data-right]")).to_be_visible()
        if page.locator("[data-right=false]").count() and not misses:
            misses += 1
            inspector.quiet()
            inspector.look("practice, a miss")
        page.locator("[data-right] button").click()
    again = words("volunteers:practice.again", inspector.area)
    expect(page.get_by_role("button", name=again, exact=True)).to_be_visible()
    inspector.quiet()
    inspector.look("practice, the score")
    assert misses == 1, "ten shapes were all circles"
    page.goto("/account")
    page.get_by_role("button", name=words("volunteers:account.backMake", inspector.area)).click()
    expect(page.get_by_label(words("volunteers:account.backLink", inspector.area))).to_be_visible()
    inspector.quiet()
    inspector.look("/account of a volunteer")
    page.context.clear_cookies()


def look_at_new_boxes(inspector: Inspector) -> None:
    """The form of a new project once boxes are asked for."""
    page = inspector.page
    page.goto("/projects/new")
    page.locator("input[type=radio][value=box]").check()
    inspector.quiet()
    inspector.look("/projects/new for boxes")


def look_at_tokens(inspector: Inspector) -> None:
    """Making an API token, the one time that it is shown, and what the server admin sees of it."""
    page, area = inspector.page, inspector.area
    page.goto("/account")
    page.get_by_role("button", name=words("tokens:new", area)).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    inspector.look("/account new token")
    page.keyboard.type("script")
    page.get_by_role("checkbox", name=words("tokens:scope.read", area)).check()
    page.get_by_role("button", name=words("tokens:make", area)).click()
    shown = page.get_by_role("textbox", name=words("tokens:token", area), exact=True)
    expect(shown).to_have_value(re.compile("^fovea_.{40}"))
    inspector.look("/account with a token")
    page.goto("/accounts")
    page.get_by_role("button", name=words("tokens:of", area, name="admin")).click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    inspector.look("/accounts tokens")


def look_at_boxes(inspector: Inspector, project: str) -> None:
    """A project for boxes: its picture with a box in hand and every panel, and where answered boxes are shown."""
    page = inspector.page
    inspector.visit(f"{project}/label")
    page.wait_for_selector("[data-surface=ready]")
    for press in ("n", "Enter", *["ArrowRight", "ArrowDown"] * 4, "Enter", "o", "Shift+Period"):
        page.keyboard.press(press)
    expect(page.locator("[data-light]")).to_be_visible()
    inspector.look(f"{project}/label with a box")
    page.get_by_role("button", name=words("box:view.adjust", inspector.area), exact=True).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    inspector.look(f"{project}/label keys")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_role("combobox")).to_be_visible()
    inspector.look(f"{project}/label light and search")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    pages.all_saved(page, inspector.area)
    inspector.visit(f"{project}/review")
    inspector.visit(f"{project}/mine")
    page.locator("main li button").first.click()
    page.wait_for_selector("dialog [data-surface=ready]")
    inspector.quiet()
    inspector.look(f"{project}/mine, one to be changed")


def look_at_several(inspector: Inspector, project: str) -> None:
    """A picture with two classes ticked, and where such answers are reviewed and listed."""
    page = inspector.page
    inspector.visit(f"{project}/label")
    pages.task_on_screen(page)
    for press in ("1", "2"):
        page.keyboard.press(press)
    expect(page.locator("[data-concept][aria-pressed=true]")).to_have_count(2)
    inspector.look(f"{project}/label with two classes")
    inspector.visit(f"{project}/review")
    inspector.visit(f"{project}/mine")


def look_at_trying(inspector: Inspector, lived_in: Lived) -> None:
    """A picture that the model of a run has answered, and one that it has not; nothing of either is left."""
    page = inspector.page
    inspector.visit(lived_in.tried)
    for content, shown in ((picture_bytes(3), "tryout:said"), (b"no picture", "errors:not_a_picture")):
        page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": content})
        expect(page.get_by_text(words(shown, inspector.area))).to_be_visible()
    inspector.look(f"{lived_in.tried} with answers")
    tryouts = lived_in.stack.home / "training" / "tryouts"
    assert [*tryouts.iterdir(), *(lived_in.stack.home / "incoming").iterdir()] == []


def look_at_label_page(inspector: Inspector, address: str) -> None:
    """The label page with each of its panels open, in both of its tones."""
    page = inspector.page
    inspector.visit(address)
    pages.task_on_screen(page)
    page.get_by_role("button", name=words("label:tone.light", inspector.area), exact=True).click()
    inspector.look(f"{address} light tone")
    for press, what in (("g", "guide"), ("?", "keys"), ("/", "search"), ("k", "skip")):
        page.keyboard.press(press)
        shown = {
            "guide": page.get_by_role("complementary"),
            "keys": page.get_by_role("dialog"),
            "search": page.get_by_role("combobox"),
            "skip": page.get_by_role("dialog"),
        }[what]
        expect(shown).to_be_visible()
        inspector.look(f"{address} {what}")
        page.keyboard.press("g" if what == "guide" else "Escape")
        expect(shown).to_be_hidden()
