"""What may be read of training: the door for others."""

from training.selectors.evaluations import evaluation_for, evaluations_of
from training.selectors.offers import catalogue, strategies
from training.selectors.runs import run_for, runs_of

__all__ = ["catalogue", "evaluation_for", "evaluations_of", "run_for", "runs_of", "strategies"]
