"""Series without the effects that are known ahead, which models forecast, and the way back.

A model sees what a series would have been without campaigns, in logarithms where all its values are positive.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ecommerce_pipeline.forecasts.scores import Floats

FITTED_DAYS: Final = 112
"""Days to which models are fitted: older ones change neither level nor season."""

_MOST_SPREAD: Final = 1.0


@dataclass(frozen=True)
class Fitted:
    """What a model expects of a series.

    Attributes:
        mean: The expected values of the days ahead.
        spread: The standard deviations of their errors.
        parameters: The fitted parameters.
    """

    mean: Floats
    spread: Floats
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A model of daily series with weekly seasons.

    Attributes:
        name: As forecasts name it.
        version: What computes it, with its version.
        fit: Takes series, and how many days ahead; returns what is expected of each.
    """

    name: str
    version: str
    fit: Callable[[Sequence["Adjusted"], int], Sequence[Fitted]]


@dataclass(frozen=True)
class Forecast:
    """The forecast of a series.

    Attributes:
        mean: The expected values of the days ahead.
        variance: The variances of their errors.
        parameters: The fitted parameters, as JSON.
    """

    mean: Floats
    variance: Floats
    parameters: str


@dataclass(frozen=True)
class Adjusted:
    """A series without the known effects on its days.

    Attributes:
        values: Its newest days.
        logarithmic: Whether they are logarithms.
        learned_from: The days to which a model's parameters are fitted, perhaps as they were known earlier; the first
            day is the first of the values.
    """

    values: Floats
    logarithmic: bool
    learned_from: Floats

    @classmethod
    def of(cls, values: Floats, effects: Floats) -> "Adjusted":
        """Take the effects out of a series; effects multiply, whatever the sign of a day's sum.

        Args:
            values: The series.
            effects: The known effects on its days, in logarithms.
        """
        adjusted, logarithmic = _without(effects[-FITTED_DAYS:], values[-FITTED_DAYS:])
        return cls(adjusted, logarithmic, adjusted)

    def continued(self, values: Floats, effects: Floats, days: int) -> "Adjusted":
        """Return the series some days later, which learns from this one, if that says something of it.

        Args:
            values: The series as it is known then.
            effects: The effects known then.
            days: Days since the last of this one.
        """
        reach = len(self.values) + days
        adjusted, logarithmic = _without(effects[-reach:], values[-reach:])
        if logarithmic == self.logarithmic and len(adjusted) == reach and np.ptp(self.values) > 0:
            return Adjusted(adjusted, logarithmic, self.values)
        return Adjusted.of(values, effects)

    def forecast(self, fitted: Fitted, ahead: Floats, ahead_variance: Floats) -> Forecast:
        """Put the effects of the days ahead on what a model expects.

        Args:
            fitted: What it expects of the adjusted series.
            ahead: The effects on the days ahead, in logarithms.
            ahead_variance: How uncertain these are.
        """
        mean, spread = fitted.mean, fitted.spread
        parameters = json.dumps({"logarithms": self.logarithmic, **fitted.parameters})
        if not self.logarithmic:
            return Forecast(
                mean * np.exp(ahead), (spread**2 + mean**2 * ahead_variance) * np.exp(2 * ahead), parameters
            )
        # The mean and variance of a lognormal.
        log_variance = np.minimum(spread**2 + ahead_variance, _MOST_SPREAD)
        expected = np.exp(mean + ahead + log_variance / 2)
        return Forecast(expected, np.expm1(log_variance) * expected**2, parameters)


def _without(effects: Floats, values: Floats) -> tuple[Floats, bool]:
    """Return values without their effects, and whether they are logarithms."""
    logarithmic = bool((values > 0).all())
    return np.log(values) - effects if logarithmic else values / np.exp(effects), logarithmic
