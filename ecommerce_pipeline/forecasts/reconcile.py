"""Forecasts that add up: the whole equals the sum of its parts by channel, and the sum of those by category.

The projection is that of minimum trace reconciliation with a diagonal covariance of base errors (WLS), from
Wickramasuriya, Athanasopoulos and Hyndman (2019), "Optimal forecast reconciliation for hierarchical and grouped time
series through trace minimization", in its form with constraints: coherent forecasts y have C y = 0.
"""

from collections.abc import Sequence

import numpy as np

from ecommerce_pipeline.forecasts.scores import Floats, Ints


def constraints(levels: Sequence[str]) -> Floats:
    """Return C: a row for each level of parts, 1 for the whole and -1 for its parts.

    Args:
        levels: The level of each series; that of the whole comes first.
    """
    rows = []
    for level in dict.fromkeys(levels[1:]):
        row = np.array([-float(one == level) for one in levels])
        row[0] = 1
        rows.append(row)
    return np.array(rows).reshape(-1, len(levels))


def reconcile(mean: Floats, variance: Floats, constraint: Floats) -> tuple[Floats, Floats]:
    """Return coherent means and their variances.

    Args:
        mean: Base forecasts, a row per day and a column per series.
        variance: Of their errors, likewise, positive.
        constraint: C, see `constraints`.
    """
    weighted = variance[:, None, :] * constraint  # C W
    gain = np.linalg.solve(weighted @ constraint.T, weighted)  # (C W C')^-1 C W
    coherent = mean - np.einsum("dcs,cr,dr->ds", gain, constraint, mean)
    return coherent, variance - np.einsum("dcs,dcs->ds", weighted, gain)


def not_negative(mean: Floats, levels: Sequence[str]) -> Floats:
    """Return coherent means without those below zero: parts share the whole in proportion to what is above."""
    kept: Floats = np.maximum(mean, 0)
    for level in dict.fromkeys(levels[1:]):
        of_level = [position for position, one in enumerate(levels) if one == level]
        total = kept[:, of_level].sum(axis=1, keepdims=True)
        share = np.divide(
            kept[:, of_level], total, out=np.full((len(mean), len(of_level)), 1 / len(of_level)), where=total > 0
        )
        kept[:, of_level] = share * kept[:, :1]
    return kept


def in_cents(mean: Floats, levels: Sequence[str]) -> Ints:
    """Return coherent means in whole cents that still add up, by the method of the largest remainder."""
    cents: Ints = np.zeros(mean.shape, dtype=np.int64)
    cents[:, 0] = np.rint(mean[:, 0] * 100)
    for level in dict.fromkeys(levels[1:]):
        of_level = np.array([position for position, one in enumerate(levels) if one == level])
        exact = mean[:, of_level] * 100
        floor = np.floor(exact).astype(np.int64)
        missing = cents[:, 0] - floor.sum(axis=1)
        each, rest = np.divmod(missing, len(of_level))
        rank = np.argsort(np.argsort(floor - exact, axis=1, kind="stable"), axis=1)
        cents[:, of_level] = floor + each[:, None] + (rank < rest[:, None])
    return cents
