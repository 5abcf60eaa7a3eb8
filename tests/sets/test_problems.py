"""Whatever problem is in the list turns labels into targets and logits into losses and shares that fit together."""

import numpy as np
import pytest
import torch

from annotate.manifest.schema import Label
from training.engine.problem import Problem
from training.engine.problems import PROBLEMS

INDEX_OF = {5: 0, 9: 1, 12: 2}


@pytest.fixture(params=sorted(PROBLEMS))
def problem(request: pytest.FixtureRequest) -> Problem:
    return PROBLEMS[request.param]


def label(concept: int = 9, **fields: object) -> Label:
    return Label("choice", {"choice": [concept]}, 0.75, {"5": 0.2, "9": 0.6, "nothing": 0.2}, **fields)  # type: ignore[arg-type]


def test_it_is_listed_under_its_name_and_learns_some_kind(problem: Problem) -> None:
    assert PROBLEMS[problem.name] is problem
    assert problem.kinds


def test_truth_is_the_settled_class_or_none(problem: Problem) -> None:
    assert problem.truth(label(), INDEX_OF) == 1
    assert problem.truth(label(77), INDEX_OF) is None
    assert problem.truth(Label("choice", {"nothing": True}, 1.0), INDEX_OF) is None


def test_targets_are_the_crowds_shares_over_the_listed_classes(problem: Problem) -> None:
    target = problem.target(label(), INDEX_OF)
    assert target is not None
    assert target.dtype == np.float32
    assert target.tolist() == pytest.approx([0.25, 0.75, 0.0])
    assert problem.target(label(77), INDEX_OF) is None
    for ruled in (label(12, decided=True), label(12, gold=True), Label("choice", {"choice": [12]}, 1.0)):
        target = problem.target(ruled, INDEX_OF)
        assert target is not None
        assert target.tolist() == [0.0, 0.0, 1.0]


def test_index_and_share_targets_cost_the_same(problem: Problem) -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]], dtype=torch.bfloat16)
    indices = torch.tensor([2, 0])
    shares = torch.eye(3)[indices]
    losses = problem.loss(logits, indices)
    assert losses.shape == (2,)
    assert losses.dtype == torch.float32
    torch.testing.assert_close(losses, problem.loss(logits, shares))
    assert float(losses[1]) == pytest.approx(np.log(3))
    assert float(problem.loss(logits, indices, 0.1)[1]) == pytest.approx(np.log(3))


def test_probabilities_add_to_one(problem: Problem) -> None:
    shares = problem.probabilities(torch.tensor([[100.0, 0.0, -100.0], [1.0, 1.0, 1.0]]))
    torch.testing.assert_close(shares.sum(1), torch.ones(2))
    assert shares.dtype == torch.float32
