"""What a reader of class lists promises: text in, drafts of classes out, a refusal that names the line."""

import unicodedata
from dataclasses import dataclass
from typing import Final, Protocol

MAX_ROWS: Final = 20_000
MAX_NAME: Final = 200
MAX_DEFINITION: Final = 4_000
MAX_SYNONYMS: Final = 50


@dataclass(frozen=True)
class Draft:
    """A class as it was written down. Empty `hotkey` and `color` leave the choice to the project."""

    name: str
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    hotkey: str = ""
    color: str = ""
    line: int = 0


class ReadError(ValueError):
    """A list that cannot be read; `line` counts from 1, 0 where no line is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line


class Reader(Protocol):
    """One way of writing down a list of classes."""

    name: str

    def read(self, text: str) -> list[Draft]:
        """The drafts in the order of the list; raises ReadError."""
        ...


def check(draft: Draft) -> Draft:
    """The draft with its names composed (NFC) and blanks cut, or a ReadError with the limit that it breaks."""
    name, definition, *synonyms = (_clean(text) for text in (draft.name, draft.definition, *draft.synonyms))
    if not name:
        raise ReadError("a class has no name", draft.line)
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in name):
        raise ReadError("a name contains a control character", draft.line)
    if len(name) > MAX_NAME or any(len(synonym) > MAX_NAME for synonym in synonyms):
        raise ReadError(f"a name has more than {MAX_NAME} characters", draft.line)
    if len(definition) > MAX_DEFINITION:
        raise ReadError(f"a definition has more than {MAX_DEFINITION} characters", draft.line)
    synonyms = [synonym for synonym in dict.fromkeys(synonyms) if synonym and synonym != name]
    if len(synonyms) > MAX_SYNONYMS:
        raise ReadError(f"a class has more than {MAX_SYNONYMS} synonyms", draft.line)
    return Draft(name, definition, tuple(synonyms), draft.hotkey.strip().lower(), draft.color.strip(), draft.line)


def check_length(rows: int) -> None:
    """Refuses a list of more than MAX_ROWS classes."""
    if rows > MAX_ROWS:
        raise ReadError(f"the list has more than {MAX_ROWS} classes")


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().replace("\x00", "")
