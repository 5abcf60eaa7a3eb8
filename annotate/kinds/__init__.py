"""The list of label kinds, by the name that votes and records store."""

from typing import Final

from annotate.kind import Kind
from annotate.kinds import box, choice

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind for kind in (choice.Choice(), choice.Choice("choices", several=True), box.Boxes())
}
