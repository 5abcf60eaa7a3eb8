"""The list of problems, by name."""

from typing import Final

from training.engine.problem import Problem
from training.engine.problems import classification

PROBLEMS: Final[dict[str, Problem]] = {one.name: one for one in (classification.Classification(),)}
