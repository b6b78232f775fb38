"""What campaigns do to sales: estimated from past campaign days, for days ahead whose campaigns are known.

A log-linear regression on weekday, a level that changes slowly, and campaigns. Campaigns are pooled: each differs from
their mean effect by a normal prior, so that one seen on few noisy days is drawn to the mean, and one never seen is
expected to be like the mean. This is ridge regression, equal to the posterior mean of a linear mixed model: see
Robinson (1991), "That BLUP is a good thing", section 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts.scores import Floats, Ints

Campaigns = Callable[[date], str]
"""Returns the campaign of a day, "" if there is none."""

KNOT_DAYS: Final = 28
"""Days between the knots of the level, which is a line from knot to knot."""
MEAN_EFFECT: Final = 0.3
"""Standard deviation, in logarithms, of the campaigns' mean effect around none."""
EFFECT: Final = 0.2
"""The same of a campaign around the mean, and, of a part of the sales, around the whole."""
_BEND: Final = 0.1
_LEAST_NOISE: Final = 0.01


@dataclass(frozen=True)
class Effects:
    """The effects of campaigns on a series, in logarithms.

    Attributes:
        of: The effect of each campaign that was seen.
        mean: That of any other.
        variance: The variance of each estimate; under "" that of a campaign that was never seen.
    """

    of: Mapping[str, float]
    mean: float
    variance: Mapping[str, float]

    def on(self, campaigns: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the effects on days with these campaigns ("" is none), and their variances."""
        effects = [self.of.get(name, self.mean) if name else 0.0 for name in campaigns]
        variances = [self.variance.get(name, self.variance[""]) if name else 0.0 for name in campaigns]
        return np.array(effects), np.array(variances)


NO_EFFECTS: Final = Effects({}, 0.0, {"": MEAN_EFFECT**2 + EFFECT**2})


def campaign_effects(
    values: Floats, days: Sequence[date], campaigns: Sequence[str], prior: Effects | None = None
) -> Effects:
    """Estimate the effects of campaigns on a series.

    Args:
        values: Its values; days with none or less are left out.
        days: Consecutive days.
        campaigns: The campaign of each day, "" for none.
        prior: The effects on the whole of which this is a part.
    """
    used = np.flatnonzero(values > 0)
    found_on = [campaigns[position] for position in used.tolist()]
    names = sorted(set(found_on) - {""})
    if not names or len(used) < 2 * KNOT_DAYS:
        return prior or NO_EFFECTS
    before = prior.on(campaigns)[0] if prior else np.zeros(len(days))
    spread = (EFFECT / 2, EFFECT / 2) if prior else (MEAN_EFFECT, EFFECT)
    level, level_precision = slow_level(used, days, KNOT_DAYS)
    effects, effect_precision = by_campaign(found_on, names, spread)
    design: Floats = np.hstack([level, effects])
    precision: Floats = np.concatenate([level_precision, effect_precision])
    logs = np.log(values[used]) - before[used]
    noise = _noise(level, level_precision, logs, effects[:, 0] == 0)
    covariance: Floats = np.linalg.inv(design.T @ design / noise**2 + np.diag(precision)).astype(np.float64)
    solution = covariance @ (design.T @ logs) / noise**2
    shared = level.shape[1]
    found = {name: float(solution[shared] + solution[column]) for column, name in enumerate(names, shared + 1)}
    variance = {
        name: float(covariance[shared, shared] + covariance[column, column] + 2 * covariance[shared, column])
        for column, name in enumerate(names, shared + 1)
    }
    expected = prior or NO_EFFECTS
    return Effects(
        of={**expected.of, **{name: expected.of.get(name, expected.mean) + effect for name, effect in found.items()}},
        mean=expected.mean + float(solution[shared]),
        variance=variance | {"": float(covariance[shared, shared]) + spread[1] ** 2},
    )


def by_campaign(
    campaigns: Sequence[str], names: Sequence[str], spread: tuple[float, float] = (MEAN_EFFECT, EFFECT)
) -> tuple[Floats, Floats]:
    """Return the columns of the campaigns' mean effect and of each campaign around it, and their prior precisions.

    Args:
        campaigns: The campaign of each row, "" for none.
        names: The campaigns.
        spread: The standard deviations of the mean effect, and of a campaign around it.
    """
    of_campaign = np.array([[name == one for name in names] for one in campaigns], dtype=np.float64)
    of_campaign = of_campaign.reshape(len(campaigns), len(names))
    columns: Floats = np.hstack([of_campaign.sum(axis=1, keepdims=True), of_campaign])
    return columns, np.concatenate([[spread[0] ** -2], np.full(len(names), spread[1] ** -2)])


def slow_level(used: Ints, days: Sequence[date], knot_days: int) -> tuple[Floats, Floats]:
    """Return the columns of weekday and slowly changing level, and their prior precisions.

    Args:
        used: The positions of the rows' days.
        days: Consecutive days, forwards or backwards.
        knot_days: Days between the knots of the level, which is a line from knot to knot.
    """
    weekday = np.array([days[position].weekday() for position in used.tolist()])
    # Six columns that sum to nothing over a week: Sunday is minus the others.
    weekdays = np.vstack([np.eye(6), -np.ones(6)])[weekday]
    line = used / knot_days
    bends = np.maximum(line[:, None] - np.arange(1, int(line.max())), 0)
    columns = np.hstack([np.ones((len(used), 1)), line[:, None], weekdays, bends])
    return columns, np.concatenate([np.full(8, 1e-6), np.full(bends.shape[1], _BEND**-2)])


def _noise(level: Floats, precision: Floats, logs: Floats, without: NDArray[np.bool_]) -> float:
    """Return the standard deviation of days without a campaign around their level."""
    columns, values = level[without], logs[without]
    solution = np.linalg.solve(columns.T @ columns + np.diag(precision * _LEAST_NOISE), columns.T @ values)
    return max(float(np.std(values - columns @ solution)), _LEAST_NOISE)
