"""Plurality: the answer that most people gave."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotate.consensus.table import (
    Belief,
    Floats,
    Ints,
    Result,
    Skill,
    TableMethod,
    VoteTable,
    flat_prior,
    result_from,
    single_belief,
)


@dataclass(frozen=True)
class Majority(TableMethod):
    """Every vote weighs the same; the confidence is the leading answer's share of the votes, which is no probability
    of being right: one vote alone has share 1. A prior is accepted and changes nothing."""

    name: str = "majority"

    def fit(
        self, table: VoteTable, *, prior: Floats | None = None, start: Sequence[Skill | None] = (), seed: int = 0
    ) -> Result:
        """Vote shares of every item; a worker's hits are the shares of what the worker said."""
        k = table.n_classes
        counts = np.bincount(table.items * k + table.labels, minlength=table.n_items * k).reshape(table.n_items, k)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        hits = np.bincount(table.workers, weights=shares[table.items, table.labels], minlength=table.n_workers)
        votes = np.bincount(table.workers, minlength=table.n_workers)
        skills = [Skill(float(n), float(h)) for n, h in zip(votes, hits, strict=True)]
        return result_from(shares, table, skills=skills, prior=flat_prior(k), seed=seed)

    def fold(
        self,
        labels: Sequence[int],
        skills: Sequence[Skill | None],
        *,
        prior: Floats,
        class_ids: Ints,
        item_id: int,
        seed: int = 0,
    ) -> Belief:
        """Vote shares of one item."""
        if not labels:
            return Belief(prior, -1, 0.0)
        shares = np.bincount(np.asarray(labels), minlength=len(class_ids)) / len(labels)
        return single_belief(shares, class_ids=class_ids, item_id=item_id, seed=seed)
