"""Exponential smoothing of series with weekly seasons, by statsforecast: the mean and the spread of the days ahead.

ETS(A,N,A): a level and a season, both additive. See Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with
Exponential Smoothing"; with its damped trend, errors of the synthetic shop's sales 28 days ahead are no smaller, and
fitting takes three times as long.

Parameters are fitted once a week, to what was known then, and applied to newer days until the next: "refit" in
statsforecast's cross-validation. So consecutive origins share a fit, and each is forecast as if it were alone.
"""

from typing import Any, Final

import numpy as np

from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.adjusted import Adjusted, Fitted, Model
from ecommerce_pipeline.forecasts.sales_history import SEASON

_NORMAL_95: Final = 1.959963984540054


def ets() -> Model:
    """Return the model; it keeps what it has fitted."""
    fits: dict[bytes, Any] = {}

    def forecast(one: Adjusted, steps: int) -> Fitted:
        key = one.learned_from.tobytes()
        if key not in fits:
            fits[key] = extra.models().AutoETS(season_length=SEASON, model="ANA").fit(one.learned_from)
        fitted = fits[key]
        predicted = fitted.forward(one.values, steps, level=[95])
        mean = np.asarray(predicted["mean"], dtype=np.float64)
        spread = (np.asarray(predicted["hi-95"], dtype=np.float64) - mean) / _NORMAL_95
        return Fitted(mean, spread, _parameters(fitted.model_))

    return Model("ets", extra.library_version(), lambda series, steps: [forecast(one, steps) for one in series])


def _parameters(model: Any) -> dict[str, Any]:
    if "method" not in model:  # of a constant series
        return {"method": "constant"}
    alpha, _, gamma = (float(value) for value in model["par"][:3])
    numbers = {"alpha": alpha, "gamma": gamma, "sigma2": float(model["sigma2"])}
    return {"method": model["method"], **{name: float(f"{value:.6g}") for name, value in numbers.items()}}
