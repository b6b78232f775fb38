"""Logistic regression with a small ridge penalty, by Newton's method, and shares by bins of a single measure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts.scores import Floats

_PENALTY: Final = 1.0
_STEPS: Final = 25
_MOST_FITTED: Final = 10_000
"""Cases, evenly chosen: more do not make a few dozen weights much more certain."""
_BINS: Final = 10
_PRIOR_CASES: Final = 2
"""As many cases of the mean of all are added to each bin."""


@dataclass(frozen=True)
class Logistic:
    """A fitted regression on standardized columns.

    Attributes:
        mean: Of the columns.
        spread: Their standard deviations.
        weights: The intercept, and a weight per column.
    """

    mean: Floats
    spread: Floats
    weights: Floats

    def probability(self, columns: Floats) -> Floats:
        """Return the probability of each row."""
        return _probability(_standardized(columns, self.mean, self.spread) @ self.weights)


def fit(columns: Floats, happened: NDArray[np.bool_]) -> Logistic:
    """Return the regression of an outcome on columns.

    Hastie, Tibshirani and Friedman (2009), "The Elements of Statistical Learning", equations 4.26 and 4.31; the
    penalty, of all weights but the intercept, is that of section 3.4.1.
    """
    step = max(len(columns) // _MOST_FITTED, 1)
    columns, happened = columns[::step], happened[::step]
    mean, spread = columns.mean(axis=0), columns.std(axis=0)
    spread[spread == 0] = 1
    rows = _standardized(columns, mean, spread)
    penalty = np.full(rows.shape[1], _PENALTY)
    penalty[0] = 0
    share = np.clip(happened.mean(), 1e-6, 1 - 1e-6)
    weights: Floats = np.append(np.log(share / (1 - share)), np.zeros(columns.shape[1]))
    for _ in range(_STEPS):
        expected = _probability(rows @ weights)
        slope = rows.T @ (expected - happened) + penalty * weights
        curvature = (rows * np.maximum(expected * (1 - expected), 1e-9)[:, None]).T @ rows + np.diag(penalty)
        change = np.linalg.solve(curvature, slope)
        weights = weights - change
        if np.abs(change).max() < 1e-6:  # noqa: PLR2004
            break
    return Logistic(mean, spread, weights)


def share_by_bins(known: Floats, happened: NDArray[np.bool_], asked: Floats) -> Floats:
    """Return how often it happened to those with about the same measure, in bins with equally many cases."""
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bin_of = np.searchsorted(edges, known, side="right")
    count = np.bincount(bin_of, minlength=len(edges) + 1) + _PRIOR_CASES
    total = np.bincount(bin_of, happened, minlength=len(edges) + 1) + _PRIOR_CASES * happened.mean()
    shares: Floats = (total / count)[np.searchsorted(edges, asked, side="right")]
    return shares


def _standardized(columns: Floats, mean: Floats, spread: Floats) -> Floats:
    return np.column_stack([np.ones(len(columns)), (columns - mean) / spread])


def _probability(logits: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return result
