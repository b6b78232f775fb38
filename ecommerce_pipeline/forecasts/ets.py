"""Exponential smoothing of series with weekly seasons, by statsforecast: the mean and the spread of the days ahead.

ETS(A,N,A): a level and a season, both additive. See Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with
Exponential Smoothing"; with its damped trend, errors of the synthetic shop's sales 28 days ahead are no smaller, and
fitting takes three times as long.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.adjusted import Fitted, Model
from ecommerce_pipeline.forecasts.sales_history import SEASON
from ecommerce_pipeline.forecasts.scores import Floats

_NORMAL_95: Final = 1.959963984540054


def ets() -> Model:
    """Return the model."""
    return Model("ets", extra.library_version(), _fit)


def _fit(series: Sequence[Floats], steps: int) -> list[Fitted]:
    return [_fit_one(values, steps) for values in series]


def _fit_one(values: Floats, steps: int) -> Fitted:
    fitted = extra.models().AutoETS(season_length=SEASON, model="ANA").fit(values)
    predicted = fitted.predict(steps, level=[95])
    mean = np.asarray(predicted["mean"], dtype=np.float64)
    spread = (np.asarray(predicted["hi-95"], dtype=np.float64) - mean) / _NORMAL_95
    return Fitted(mean, spread, _parameters(fitted.model_))


def _parameters(model: Any) -> dict[str, Any]:
    if "method" not in model:  # of a constant series
        return {"method": "constant"}
    alpha, _, gamma = (float(value) for value in model["par"][:3])
    numbers = {"alpha": alpha, "gamma": gamma, "sigma2": float(model["sigma2"])}
    return {"method": model["method"], **{name: float(f"{value:.6g}") for name, value in numbers.items()}}
