"""The whole circle, by people in a real Chromium: a project, pictures, votes, a review, training, the next round."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests import services
from tests.browser import pages
from tests.browser.words import pattern, words
from tests.pictures import SHAPES, write_tree
from tests.require import require
from tests.stack import Person, Stack, in_state, running, wait_for

pytestmark = pytest.mark.browser

EACH = 22
LABELS = 50
EPOCHS = 60
ROUND_MS = 300_000


@pytest.fixture(params=["embedded", "grown"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Stack:  # type: ignore[misc]
    """Once on SQLite with the embedded broker, once on PostgreSQL and Redis."""
    with ExitStack() as opened:
        options = {}
        if request.param == "grown":
            for part in ("PostgreSQL", "Redis"):
                require(part not in services.lacking(), services.lacking().get(part, ""))
            options["database"] = opened.enter_context(services.postgres())
            options["broker"] = opened.enter_context(services.redis())
        yield opened.enter_context(running(tmp_path / "home", **options))


def label_by_keyboard(page: Page, project: int, count: int, truth: dict[int, str], *, wrong_every: int = 0) -> None:
    """Answers `count` pictures with the digit of what is on them; one in `wrong_every` with the next class's digit."""
    page.goto(f"/p/{project}/label")
    for number in range(count):
        task = pages.task_on_screen(page)
        place = SHAPES.index(truth[task])
        if wrong_every and number % wrong_every == 0:
            place = (place + 1) % len(SHAPES)
        page.keyboard.press(str(place + 1))
        pages.next_task(page, task)
    pages.all_saved(page)


def truth_by_task(person: Person, project: int) -> dict[int, str]:
    """What is on the picture of each task, from the names under which the pictures were sent."""
    found = {}
    for item in person.everything(f"/api/projects/{project}/images", limit=200):
        detail = person.get(f"/api/projects/{project}/images/{item['id']}")
        if detail["task"]:
            found[detail["task"]["id"]] = next(shape for shape in SHAPES if shape in item["name"])
    return found


def test_circle(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    tree = write_tree(tmp_path / "pictures", each=EACH)
    files = []
    for path in sorted(tree.rglob("*.png")):
        files.append(path.rename(path.parent.parent / f"{path.parent.name}-{path.name}"))

    admin = pages.open_page(browser, f"http://localhost:{stack.port}")
    pages.sign_in(admin, "admin", stack.admin_password)
    project = pages.make_project(admin, "Shapes", list(SHAPES), redundancy=2, holdout_percent=20)
    pages.set_asking(admin, project, most_votes=2)
    pages.import_files(admin, project, files)

    script = stack.person()
    root = f"/api/projects/{project}"
    wait_for(lambda: in_state(script, root, "open"), "the questions")
    truth = truth_by_task(script, project)

    near = pages.open_page(browser, f"http://localhost:{stack.port}")
    pages.join(near, pages.invite(admin, project, "annotator"), "mary")
    far = pages.open_page(browser, f"http://museum.test:{stack.port}")
    pages.join(far, pages.invite(admin, project, "annotator"), "joan")
    assert far.evaluate("window.isSecureContext") is False
    label_by_keyboard(near, project, LABELS, truth)
    label_by_keyboard(far, project, LABELS, truth, wrong_every=10)
    assert script.get(f"{root}/desk/mine")["items"] == []

    reviewer = pages.open_page(browser, f"http://localhost:{stack.port}")
    pages.join(reviewer, pages.invite(admin, project, "reviewer"), "rosa")
    settle_everything(reviewer, project, script)

    freeze_and_train(admin, project)
    evaluate(admin, project, script)
    first = next_round(admin, project)
    expect(first).to_contain_text(words("cycle:state.done"), timeout=ROUND_MS)
    label_with_proposals(near, project, 6)
    expect(next_round(admin, project)).to_contain_text(words("cycle:strategyName.entropy"))
    download(browser, stack, admin, project)
    for page in (admin, near, far, reviewer):
        assert page.faults == []  # type: ignore[attr-defined]


def settle_everything(page: Page, project: int, script: Person) -> None:
    """Settles what the crowd disagrees on with one key each."""
    waiting = len(script.get(f"/api/projects/{project}/review", limit=200)["items"])
    assert waiting > 0, "some pictures are disputed"
    page.goto(f"/p/{project}/review")
    for left in range(waiting, 0, -1):
        expect(page.locator("main")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text=words("review:left", number=left))).to_be_visible()
        page.keyboard.press("Space")
        wait_for(
            lambda left=left: len(script.get(f"/api/projects/{project}/review", limit=200)["items"]) < left,
            "the ruling",
            seconds=20,
        )


def freeze_and_train(page: Page, project: int) -> None:
    """A frozen version, then a short run on it whose curves move while it is looked at."""
    page.goto(f"/p/{project}/versions")
    page.get_by_role("button", name=words("versions:freeze"), exact=True).click()
    page.get_by_role("link", name=words("versions:train"), exact=True).first.click()
    page.get_by_role("radio", name=re.compile("Teaching CNN, 32")).click()
    page.get_by_role("button", name=words("training:start.more")).click()
    page.get_by_role("textbox", name="epochs", exact=True).fill(str(EPOCHS))
    page.get_by_role("button", name=words("training:start.button")).click()
    page.wait_for_url(re.compile(r"/runs/\d+"))
    curve = page.locator(".uplot canvas").first
    expect(curve).to_be_visible()
    live = page.get_by_text(words("training:state.running"), exact=True)
    drawings, epochs = set(), set()
    while live.count() > 0:
        drawings.add(curve.evaluate("(canvas) => canvas.toDataURL()"))
        epochs.add(page.get_by_text(pattern("training:live.epoch")).first.inner_text())
        page.wait_for_timeout(250)
    expect(page.get_by_text(words("training:state.finished"), exact=True)).to_be_visible()
    assert len(drawings) > 2, "the curves grew before one's eyes"
    assert len(epochs) > 1, "and the passes were counted"


def evaluate(page: Page, project: int, script: Person) -> None:
    """The evaluation comes by itself; a cell of the matrix shows its pictures."""
    page.get_by_role("link", name=words("training:live.evaluation")).click()
    expect(page.get_by_text(words("training:evaluation.top1"), exact=True).first).to_be_visible()
    cells = page.locator("[data-cell]")
    expect(cells).to_have_count(len(SHAPES) ** 2)
    counts = [int(text) for text in cells.all_inner_texts()]
    full = script.get(f"/api/projects/{project}/evaluations/{page.url.rpartition('/')[2]}")
    assert sum(counts) == full["content"]["counts"]["scored"] > 0
    cells.nth(counts.index(max(counts))).click()
    pictures = page.locator("section[aria-labelledby=cell-heading] img")
    expect(pictures).to_have_count(max(counts))


def next_round(page: Page, project: int) -> Locator:
    """One button; the row of the round that it starts."""
    page.goto(f"/p/{project}/cycle")
    page.get_by_role("combobox", name=words("cycle:preset"), exact=True).select_option(label="Teaching CNN, 32 px")
    strategy = page.get_by_role("combobox", name=words("cycle:strategy"), exact=True)
    strategy.select_option(label=words("cycle:strategyName.entropy"))
    before = page.locator("tbody tr").count()
    page.get_by_role("button", name=words("cycle:next"), exact=True).click()
    return page.get_by_role("row", name=re.compile(f"^{before + 1} "))


def label_with_proposals(page: Page, project: int, count: int) -> None:
    """Accepts with Space what the model proposes, and answers by digit where it keeps silent."""
    page.goto(f"/p/{project}/label")
    accepted = 0
    for _ in range(count):
        task = pages.task_on_screen(page)
        proposed = page.locator("footer").get_by_text(words("label:classes.proposed"), exact=True).count() > 0
        page.keyboard.press("Space" if proposed else "1")
        accepted += proposed
        pages.next_task(page, task)
    pages.all_saved(page)
    assert accepted > 0, "the model proposed something"


def download(browser: Browser, stack: Stack, admin: Page, project: int) -> None:
    """A researcher makes an ImageFolder export and downloads it."""
    page = pages.open_page(browser, f"http://localhost:{stack.port}")
    pages.join(page, pages.invite(admin, project, "researcher"), "grace")
    page.goto(f"/p/{project}/versions")
    page.get_by_role("button", name=re.compile("ImageFolder")).first.click()
    link = page.get_by_role("link", name=pattern("versions:download"))
    expect(link).to_be_visible()
    with page.expect_download() as waiting:
        link.click()
    saved = Path(waiting.value.path())
    assert saved.read_bytes()[:2] == b"PK"
    assert page.faults == []  # type: ignore[attr-defined]
