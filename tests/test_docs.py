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


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
