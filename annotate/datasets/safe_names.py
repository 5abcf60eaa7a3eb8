"""PURE. Names for folders and files that every system takes, made from names that people gave."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from annotate.manifest.schema import ClassEntry, Record

LIMIT: Final = 80  # bytes, far under what file systems take, so that a suffix fits too
FORBIDDEN: Final = frozenset('<>:"/\\|?*%')
DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³")]
)
SHORT: Final = 16


def safe_name(text: str) -> str:
    """The text as one part of a path: composed, without what a system forbids or hides; "_" where nothing is left."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        "_" if char in FORBIDDEN or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else char
        for char in composed
    )
    cut = kept.encode()[:LIMIT].decode(errors="ignore").strip(" .~-=+@'")
    return f"_{cut}" if cut.split(".")[0].casefold() in DEVICES or not cut else cut


def folded(name: str) -> str:
    """The same for names that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def class_folders(classes: Iterable[ClassEntry]) -> dict[int, str]:
    """A folder for each concept: the class's own name where that is safe and nobody else's, else with its index."""
    entries = list(classes)
    names = {entry.id: safe_name(entry.name) for entry in entries}
    seen: dict[str, int] = {}
    for entry in entries:
        key = folded(names[entry.id])
        seen[key] = seen.get(key, 0) + 1
    taken = {key for key, number in seen.items() if number == 1}
    found = {}
    for entry in entries:
        name = names[entry.id]
        if seen[folded(name)] > 1:
            name = f"{name}-{entry.index}"
            while folded(name) in taken:
                name = f"{name}_"
            taken.add(folded(name))
        found[entry.id] = name
    return found


def file_name(record: Record, before: Record | None) -> str:
    """A name like the picture's own, made unique by its digest.

    `before` is the record just before in order of digest: only there can the digest begin alike.
    """
    digest = record.digest
    short = digest[:SHORT] if before is None or before.digest[:SHORT] != digest[:SHORT] else digest
    own = record.name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = safe_name(own.rsplit(".", 1)[0] if "." in own[1:] else own)
    return f"{stem}-{short}.{record.path.rsplit('.', 1)[-1]}"
