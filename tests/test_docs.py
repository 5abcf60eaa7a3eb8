"""Whatever exists is documented, and whatever the documentation names exists."""

import json
import re
from pathlib import Path

from annotate.consensus.methods import METHODS
from annotate.datasets.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent


def manual() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))


def test_every_setting_has_its_line() -> None:
    read = set(re.findall(r'env_(?:text|bool|int|secret)\(\s*"([A-Z_]+)"', (ROOT / "annotate/settings.py").read_text()))
    page = (ROOT / "docs/settings.md").read_text()
    named = set(re.findall(r"^\| `([A-Z_]+)`", page, flags=re.MULTILINE))
    assert read == named
    assert len(read) > 15


def test_every_command_is_in_the_manual() -> None:
    commands = [path.stem for path in (ROOT / "annotate").rglob("management/commands/*.py")]
    commands += [path.stem for path in (ROOT / "training").rglob("management/commands/*.py")]
    missing = [name for name in commands if name != "__init__" and f"manage.py {name}" not in manual()]
    assert missing == []


def test_every_format_and_method_is_in_the_manual() -> None:
    text = manual()
    assert [name for name in FORMATS if f"`{name}`" not in text] == []
    assert [name for name in METHODS if f"`{name}`" not in text] == []


def test_every_architecture_preset_and_strategy_is_in_the_manual() -> None:
    catalogue = json.loads((ROOT / "training/catalogue.json").read_text())
    text = manual()
    for part in ("architectures", "presets"):
        assert catalogue[part]
        assert [entry["name"] for entry in catalogue[part] if f"`{entry['name']}`" not in text] == []
    assert [name for name in catalogue["strategies"] if f"`{name}`" not in text] == []


def test_every_benchmark_has_its_figures() -> None:
    files = [path for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_")]
    modules = [path.stem for path in files if "def main(" in path.read_text()]
    assert modules
    assert [name for name in modules if f"benchmarks.{name}" not in manual()] == []


def test_every_file_that_a_recipe_names_exists() -> None:
    """Words in <> stand for what is to be written."""
    page = (ROOT / "docs/adding.md").read_text()
    named = [name for name in re.findall(r"`([\w./-]+/[\w./-]*)`", page) if "<" not in name]
    assert len(named) > 40
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_open_set_has_its_recipe() -> None:
    """Each set test, and each folder of members, stands in a recipe."""
    page = (ROOT / "docs/adding.md").read_text()
    parts = [f"tests/sets/{path.name}" for path in (ROOT / "tests/sets").glob("test_*.py")]
    assert [name for name in parts if name not in page] == []


def test_every_picture_is_described_small_and_shown() -> None:
    """What is shown exists and says what is to be seen, what exists is shown, and a clone stays small."""
    shown: dict[str, list[str]] = {}
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text()):
            shown.setdefault(str((page.parent / target).resolve()), []).append(words)
    kept = {str(path): path.stat().st_size for path in (ROOT / "docs/pictures").iterdir()}
    assert len(shown) > 20
    assert set(shown) == set(kept)
    assert [path for path, described in shown.items() if min(map(len, described)) < 12] == []
    assert {path: size for path, size in kept.items() if size > 150_000} == {}
    assert sum(kept.values()) < 2_500_000


def test_links_between_pages_lead_somewhere() -> None:
    """To a file that exists and, where they name one, to a heading in it."""
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            name, _, anchor = target.partition("#")
            place = page.parent / name if name else page
            if "://" not in target and not (place.exists() and (not anchor or anchor in anchors(place))):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them: small letters, blanks as dashes, no other signs."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
