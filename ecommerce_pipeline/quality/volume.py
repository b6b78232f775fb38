"""Whether a day has about as many rows as the days before it let expect.

A log-linear regression on weekday, a level that changes slowly and campaigns, as in `forecasts/campaigns.py`, fitted to
the days before. Unusual days weigh less: one lost day must not make the next one look right. No warehouse here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.forecasts.campaigns import EFFECT, MEAN_EFFECT, Campaigns, by_campaign, slow_level
from ecommerce_pipeline.forecasts.scores import Floats
from ecommerce_pipeline.partitions import ONE_DAY, Days

HISTORY_DAYS: Final = 400
"""Days looked back: a campaign of last year shows what it will be this year."""
LEAST_DAYS: Final = 28
"""Fewer days before say too little."""
WIDTH: Final = 4.5
"""Standard deviations from the expected rows to the ends of the interval: a shop has some 2,000 table-days a year."""
_KNOT_DAYS: Final = 14
"""Days after which a lasting change is the new level."""
_NOISE_DAYS: Final = 84
_LEAST_NOISE: Final = 0.02
_ROUNDS: Final = 4
_OUTLYING: Final = 2.5
_UNMARKED: Final = float(np.exp(MEAN_EFFECT + 2 * EFFECT))
"""What a campaign may multiply rows by."""

Counts = Mapping[tuple[str, date], int]
"""Rows by table and business day."""


@dataclass(frozen=True)
class Expected:
    """The rows expected of a day.

    Attributes:
        rows: How many.
        noise: The standard deviation of their logarithm, besides that of a Poisson count.
        surge: What more rows may be multiplied by, as the shop does not mark its campaigns.
    """

    rows: float
    noise: float
    surge: float = 1.0

    @property
    def interval(self) -> tuple[int, int]:
        """The fewest and most rows that are usual; the square root makes the variance of counts equal."""
        root, half = np.sqrt(self.rows), WIDTH / 2 * np.sqrt(1 + self.rows * self.noise**2)
        return int(np.ceil(max(root - half, 0) ** 2)), int(self.surge * (root + half) ** 2)


def unusual_days(table: str, days: Days, counts: Counts, campaigns: Campaigns, today: date | None = None) -> list[str]:
    """Return a message for each day of the days with unusually few or many rows; days without history are skipped.

    Args:
        table: The table.
        days: The days.
        counts: Rows, of the days and of those before.
        campaigns: The shop's calendar.
        today: The day that has not ended, whose rows are never too few.
    """
    messages = []
    for day in days:
        found = expected(table, day, counts, campaigns)
        if found is None:
            continue
        fewest, most = found.interval
        rows = counts[table, day]
        if not (0 if day == today else fewest) <= rows <= most:
            campaign = f" on a day of {campaigns(day)}" if campaigns(day) else ""
            messages.append(f"{day}: {rows:,} rows, {fewest:,} to {most:,} were expected{campaign}")
    return messages


def expected(table: str, day: date, counts: Counts, campaigns: Campaigns) -> Expected | None:
    """Return the rows expected of a day by those of the days before; None if these are too few."""
    calendar = [day - back * ONE_DAY for back in range(HISTORY_DAYS + 1)]
    before = [back for back in range(1, HISTORY_DAYS + 1) if (table, calendar[back]) in counts]
    if len(before) < LEAST_DAYS:
        return None
    rows = np.array([counts[table, calendar[back]] for back in before], dtype=np.float64)
    # A table that fills, such as the refunds of a shop's first weeks, shows neither level nor campaigns.
    filled = int(np.flatnonzero(rows >= np.median(rows) / 2)[-1]) + 1
    if filled < LEAST_DAYS:
        return None
    before, rows = before[:filled], rows[:filled]
    found_on = [campaigns(calendar[back]) for back in (0, *before)]
    names = sorted(set(found_on) - {""})
    level, level_precision = slow_level(np.array([0, *before]), calendar, _KNOT_DAYS)
    effects, effect_precision = by_campaign(found_on, names)
    design: Floats = np.hstack([level, effects])
    log_rows, noise = _fitted(design, np.concatenate([level_precision, effect_precision]), rows)
    return Expected(float(np.exp(log_rows)), noise, 1.0 if names else _UNMARKED)


def _fitted(design: Floats, precision: Floats, rows: Floats) -> tuple[float, float]:
    """Return the logarithm expected of the design's first row, and its standard deviation, from the others' counts.

    Bayesian linear regression, by reweighting: a day's variance is that of a Poisson count and the noise of all days.
    """
    new, past = design[0], design[1:]
    logs = np.log(rows + 0.5)
    mean: Floats = np.full(len(rows), max(float(np.median(rows)), 0.5))
    noise, weight = _LEAST_NOISE**2, np.ones(len(rows))
    for _ in range(_ROUNDS):
        weighted = past * (weight / (1 / mean + noise))[:, None]
        covariance = np.linalg.inv(past.T @ weighted + np.diag(precision))
        solution = covariance @ (weighted.T @ logs)
        error = logs - past @ solution
        mean = np.maximum(np.exp(past @ solution), 0.5)
        noise = _noise(error, 1 / mean, float(np.trace(covariance @ (past.T @ weighted))))
        weight = np.minimum(1, (_OUTLYING * np.sqrt(1 / mean + noise) / np.maximum(np.abs(error), 1e-9)) ** 2)
    return float(new @ solution), float(np.sqrt(noise + new @ covariance @ new))


def _noise(error: Floats, poisson: Floats, parameters: float) -> float:
    """Return the variance of the errors beyond that of Poisson counts, from the nine in ten days that are nearest."""
    nine_in_ten = np.quantile(np.abs(error[:_NOISE_DAYS]), 0.9) / 1.6448536269514722
    freedom = max(1 - parameters / len(error), 0.3)
    return max(float(nine_in_ten**2 / freedom - np.median(poisson[:_NOISE_DAYS])), _LEAST_NOISE**2)
