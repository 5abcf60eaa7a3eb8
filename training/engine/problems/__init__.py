"""The list of problems, by name."""

from typing import Any, Final

from training.engine.problem import Problem
from training.engine.problems import classification, detection

PROBLEMS: Final[dict[str, Problem[Any, Any]]] = {
    one.name: one for one in (classification.Classification(), detection.Detection())
}
