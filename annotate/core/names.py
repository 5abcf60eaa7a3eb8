"""When two names are one to a reader: the key by which twins are found."""

import unicodedata

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
