"""A part of the training pictures, such that every smaller part lies within every larger one."""

from dataclasses import replace
from typing import Final, TypeVar

import numpy as np

from training.engine.examples import Examples

LEFT_OUT: Final = ""
E = TypeVar("E", bound=Examples)


def keep_share(examples: E, share: float, *, seed: int) -> E:
    """The same examples, of whose training pictures only this share is left in the train split, at least one.

    One permutation by `seed`, over the digests in their order, decides for all shares, so that the parts are nested and
    do not depend on how records lie in files. Validation and holdout stay whole.
    """
    if share >= 1:
        return examples
    rows = examples.rows("train")
    rows = rows[np.argsort(np.array(examples.digests, np.str_)[rows], kind="stable")]
    order = np.random.default_rng([seed, 0x5EED]).permutation(len(rows))
    splits = examples.splits.copy()
    splits[rows[order[max(1, round(share * len(rows))) :]]] = LEFT_OUT
    return replace(examples, splits=splits)
