"""Names as readers see them: when two are one, and what a chosen one may hold."""

import unicodedata

from annotate.core import errors

LONGEST_SHOWN = 40
# Letters and signs that are drawn as nothing.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# What joins signs into one and has no other effect: written in Persian names and in pictures made of several.
JOINERS = frozenset("\u200c\u200d")
# How many marks in a row a letter may carry; more only paint over the lines above and below.
MOST_MARKS = 3
# Letters of other alphabets that are drawn like Latin ones: what a person's sign-in name could be forged with.
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнԛԝӏαορυντικχγβεηζƖǀ",
    "aeopcyxijsdhkmtbhqwlaopuvtikxybenzll",
)


def key_of(text: str) -> str:
    """The same for names that differ only in case, width, composition, blanks or characters without a shape."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    shaped = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return " ".join(shaped.split())


def look_of(text: str) -> str:
    """`key_of`, and also the same for names that only look alike across alphabets."""
    return key_of(text).translate(LOOKALIKES)


def shown_name(text: str, *, longest: int = LONGEST_SHOWN) -> str:
    """A name that somebody chose for others to read, in one form; Invalid where it could deceive or disturb a reader.

    Line breaks become blanks. Refused: nothing to be seen, too long, control characters, characters that turn the
    direction of writing, towers of marks.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(unicodedata.category(char)[0] in "LNS" and char not in BLANKS for char in name):
        raise errors.Invalid("bad_name", "A name has at least one letter, digit or sign.", {"reason": "empty"})
    if len(name) > longest:
        told = {"reason": "long", "limit": longest}
        raise errors.Invalid("bad_name", f"A name has at most {longest} characters.", told)
    marks = 0
    for char in name:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind[0] == "M" else 0
        unseen = kind[0] == "C" or kind in ("Zl", "Zp") or char in BLANKS
        if (unseen and char not in JOINERS) or marks > MOST_MARKS:
            told = {"reason": "characters"}
            raise errors.Invalid("bad_name", "A name has no hidden or stacked characters.", told)
    return name
