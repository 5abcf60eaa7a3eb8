"""One class per picture: labels to targets, logits to losses and shares that fit together."""

import numpy as np
import pytest
import torch

from annotate.manifest.schema import Label
from training.engine.problems.classification import Classification

INDEX_OF = {5: 0, 9: 1, 12: 2}


PROBLEM = Classification()


def label(concept: int = 9, **fields: object) -> Label:
    return Label("choice", {"choice": [concept]}, 0.75, {"5": 0.2, "9": 0.6, "nothing": 0.2}, **fields)  # type: ignore[arg-type]


def test_truth_is_the_settled_class_or_none() -> None:
    assert PROBLEM.truth(label(), INDEX_OF) == 1
    assert PROBLEM.truth(label(77), INDEX_OF) is None
    assert PROBLEM.truth(Label("choice", {"nothing": True}, 1.0), INDEX_OF) is None


def test_targets_are_the_crowds_shares_over_the_listed_classes() -> None:
    target = PROBLEM.target(label(), INDEX_OF)
    assert target is not None
    assert target.dtype == np.float32
    assert target.tolist() == pytest.approx([0.25, 0.75, 0.0])
    assert PROBLEM.target(label(77), INDEX_OF) is None
    for ruled in (label(12, decided=True), label(12, gold=True), Label("choice", {"choice": [12]}, 1.0)):
        target = PROBLEM.target(ruled, INDEX_OF)
        assert target is not None
        assert target.tolist() == [0.0, 0.0, 1.0]


def test_index_and_share_targets_cost_the_same() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]], dtype=torch.bfloat16)
    indices = torch.tensor([2, 0])
    shares = torch.eye(3)[indices]
    losses = PROBLEM.loss(logits, indices)
    assert losses.shape == (2,)
    assert losses.dtype == torch.float32
    torch.testing.assert_close(losses, PROBLEM.loss(logits, shares))
    assert float(losses[1]) == pytest.approx(np.log(3))
    assert float(PROBLEM.loss(logits, indices, 0.1)[1]) == pytest.approx(np.log(3))


def test_probabilities_add_to_one() -> None:
    shares = PROBLEM.probabilities(torch.tensor([[100.0, 0.0, -100.0], [1.0, 1.0, 1.0]]))
    torch.testing.assert_close(shares.sum(1), torch.ones(2))
    assert shares.dtype == torch.float32
