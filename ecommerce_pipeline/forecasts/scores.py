"""How good forecasts are: errors against a baseline, coverage of intervals, ranking and calibration of probabilities.

Sources of the formulas:
- MASE: Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", equation for seasonal data.
- Coverage: Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation", section 6.
- AUC as the Mann-Whitney statistic: Hanley and McNeil (1982), "The meaning and use of the area under a ROC curve".
- Expected calibration error: Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using
  Bayesian binning", equation 3.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def seasonal_scale(history: ArrayLike, season: int) -> float:
    """Return the mean absolute error of the seasonal naive forecast, one season ahead, within the history.

    Args:
        history: Values in order of time.
        season: The length of the season, in steps.

    Returns:
        The scale; NaN if the history is not longer than a season.
    """
    values = np.asarray(history, dtype=np.float64)
    differences = np.abs(values[season:] - values[:-season])
    return float(differences.mean()) if len(differences) else float("nan")


def mase(actual: ArrayLike, forecast: ArrayLike, scale: float) -> float:
    """Return the mean absolute scaled error: below 1, the forecast beats the scale's one-season-ahead naive forecast.

    Args:
        actual: What came.
        forecast: What was forecast.
        scale: Of the series, see `seasonal_scale`.
    """
    error = np.abs(np.asarray(actual, dtype=np.float64) - np.asarray(forecast, dtype=np.float64))
    return float(error.mean() / scale)


def coverage(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> float:
    """Return the share of values within their intervals, ends included; of a good 80 % interval about 0.8."""
    values = np.asarray(actual, dtype=np.float64)
    return float(np.mean((np.asarray(lower, np.float64) <= values) & (values <= np.asarray(upper, np.float64))))


def auc(happened: ArrayLike, score: ArrayLike) -> float:
    """Return the probability that a case that happened has a higher score than one that did not; ties count half.

    Returns:
        The area under the ROC curve, 0.5 for a coin; NaN if all cases happened, or none.
    """
    positive = np.asarray(happened, dtype=np.bool_)
    _, position, count = np.unique(np.asarray(score, dtype=np.float64), return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[position]
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    return float((rank[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def expected_calibration_error(happened: ArrayLike, probability: ArrayLike, bins: int = 10) -> float:
    """Return the mean distance of forecast probability and frequency, over bins with equally many cases.

    Args:
        happened: Whether each case happened.
        probability: What was forecast of it.
        bins: The number of bins, of which none has cases of the next one's probabilities.
    """
    outcomes, forecast = np.asarray(happened, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    edges = np.unique(np.quantile(forecast, np.linspace(0, 1, bins + 1)[1:-1]))
    bin_of: NDArray[Any] = np.searchsorted(edges, forecast, side="right")
    size = np.bincount(bin_of)
    gap = np.abs(np.bincount(bin_of, weights=outcomes) - np.bincount(bin_of, weights=forecast))
    return float(gap[size > 0].sum() / len(forecast))
