"""What the pages say, from the catalogues themselves: a test asks for the button, not for today's wording."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

CATALOGUES = Path(__file__).resolve().parents[2] / "frontend" / "src" / "i18n"


@cache
def catalogue(area: str, language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CATALOGUES / language / f"{area}.json").read_text())
    return found


def words(path: str, language: str = "en", **values: object) -> str:
    """The text at "area:part.part", its placeholders filled; a plural form is named in the path."""
    area, _, rest = path.partition(":")
    found: Any = catalogue(area, language)
    for part in rest.split("."):
        found = found[part]
    return re.sub(r"\{\{(\w+)\}\}", lambda match: str(values[match.group(1)]), found)


def pattern(path: str, language: str = "en") -> re.Pattern[str]:
    """The same with any values in the placeholders."""
    area, _, rest = path.partition(":")
    found: Any = catalogue(area, language)
    for part in rest.split("."):
        found = found[part]
    parts = re.split(r"\{\{\w+\}\}", found)
    return re.compile("^" + ".*".join(re.escape(part) for part in parts) + "$")


def leaves(found: Any, path: str = "") -> dict[str, str]:
    """Every text of a catalogue by its path."""
    if isinstance(found, str):
        return {path: found}
    return {
        key: text for name, part in found.items() for key, text in leaves(part, f"{path}.{name}".strip(".")).items()
    }


@cache
def whole(language: str) -> dict[str, str]:
    """All catalogues of a language in one, each path beginning with its area."""
    return leaves({path.stem: catalogue(path.stem, language) for path in (CATALOGUES / language).glob("*.json")})


@cache
def keys() -> frozenset[str]:
    """Every path, with and without its area: what a page shows where a text is missing."""
    paths = list(whole("en"))
    return frozenset([*paths, *(path.partition(".")[2] for path in paths)])


@cache
def texts(language: str) -> frozenset[str]:
    """Every text of a language that says more than a name or a symbol would."""
    return frozenset(text for text in whole(language).values() if len(text) > 3)
