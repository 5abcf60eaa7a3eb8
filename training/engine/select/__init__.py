"""The list of selection strategies, by name."""

from typing import Final

from training.engine.select import entropy, margin, random
from training.engine.strategy import Strategy

STRATEGIES: Final[dict[str, Strategy]] = {
    one.name: one for one in (random.Random(), entropy.Entropy(), margin.Margin())
}
