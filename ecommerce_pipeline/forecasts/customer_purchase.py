"""Who buys again within 30 days, and for how much within 90: of every person with an order sold in the last year.

Two models are tried on an earlier origin, whose outcome is known: see `Trial`. The better one is published, if it is
good enough; if not, the shares by the best single feature take its place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts import extra, logistic
from ecommerce_pipeline.forecasts.customer_history import MOST_DAYS, VISIT_DAYS, Buyers, CustomerHistory
from ecommerce_pipeline.forecasts.customer_models import BG_NBD, HORIZON, MODELS, VALUE_HORIZON, Base
from ecommerce_pipeline.forecasts.decimals import decimals
from ecommerce_pipeline.forecasts.scores import Floats, auc, expected_calibration_error
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.forecasts import customer_purchase
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

LEAST_DAYS: Final = 60
"""Of history; with fewer, nothing is known of what people do after they have bought."""
LEAST_DAYS_OF_MODEL: Final = 120
LEAST_OUTCOMES: Final = 50
"""People who bought, and who did not: fewer teach a model nothing, and do not show whether it is good."""
LEAST_GAIN: Final = 0.05
"""By so much the area under the ROC curve must be more than that of the best single feature."""
MOST_ERROR: Final = 0.03
"""Expected calibration error."""

DAYS_BEFORE: Final = VALUE_HORIZON + MOST_DAYS
"""Days before an origin of which orders matter to its forecast."""
DAYS_OF_VISITS: Final = 2 * HORIZON + VISIT_DAYS
"""The same of visits."""
_SCALES: Final = (0.5, 2.0)
_KEPT_BASES: Final = 8


@dataclass(frozen=True)
class Trial:
    """How the models did as of an earlier origin, whose outcome is known now.

    Attributes:
        origin: The earlier origin, `HORIZON` days before.
        people: How many were scored.
        bought: How many of them bought.
        baseline: The best single feature.
        baseline_auc: The area under its ROC curve.
        model: The model with the smaller log loss; "" if there is too little history to try one.
        auc: The area under its ROC curve.
        error: Its expected calibration error.
    """

    origin: date
    people: int
    bought: int
    baseline: str
    baseline_auc: float
    model: str = ""
    auc: float = float("nan")
    error: float = float("nan")

    @property
    def passed(self) -> bool:
        """Whether the model is worth publishing."""
        return self.auc >= self.baseline_auc + LEAST_GAIN and self.error <= MOST_ERROR


class CustomerForecaster:
    """Forecasts of any origins; what several of them need is computed once."""

    def __init__(self, history: CustomerHistory) -> None:
        self._history = history
        self._bases: dict[date, Base | None] = {}

    def forecast(self, origins: Sequence[date]) -> pa.Table:
        """Return the rows of `forecast.customer_purchase`; an origin with too little history has none."""
        found = [self._rows(origin) for origin in sorted(origins)]
        return pa.concat_tables([arrow_schema(customer_purchase).empty_table(), *(rows for rows in found if rows)])

    def trial(self, origin: date) -> Trial | None:
        """Return how the models did `HORIZON` days before an origin; None if there is too little history."""
        now = self._base(origin)
        if now is None or now.all_buyers.days < LEAST_DAYS:
            return None
        tested = self._base(origin - timedelta(days=HORIZON))
        if tested is None:
            return None
        bought = self._bought(tested)
        areas = {name: _either_way(auc(bought, column)) for name, column in tested.features.items()}
        baseline = max(areas, key=lambda name: areas[name])
        found = Trial(tested.all_buyers.origin, len(bought), int(bought.sum()), baseline, areas[baseline])
        learnt = self._base(tested.all_buyers.origin - timedelta(days=HORIZON))
        if learnt is None or now.all_buyers.days < LEAST_DAYS_OF_MODEL:
            return found
        learnt_from = self._bought(learnt)
        if min(_fewer(bought), _fewer(learnt_from)) < LEAST_OUTCOMES:
            return found
        tried = {name: model(learnt, learnt_from)(tested) for name, model in MODELS.items()}
        best = min(tried, key=lambda name: _log_loss(bought, tried[name]))
        return Trial(
            **vars(found)
            | {
                "model": best,
                "auc": auc(bought, tried[best]),
                "error": expected_calibration_error(bought, tried[best]),
            }
        )

    def _rows(self, origin: date) -> pa.Table | None:
        now, trial = self._base(origin), self.trial(origin)
        earlier = self._base(trial.origin) if trial else None
        if now is None or trial is None or earlier is None:
            return None
        bought, feature = self._bought(earlier), trial.baseline
        baseline = logistic.share_by_bins(earlier.features[feature], bought, now.features[feature])
        probability = MODELS[trial.model](earlier, bought)(now) if trial.passed else baseline
        by_origin = {"probability_30d": decimals(probability, 9), "baseline_30d": decimals(baseline, 9)}
        people = {"person_key": self._history.keys_of(now.all_buyers.person[now.shown])}
        return _rows(now, trial, self._scale(origin), people | by_origin)

    def _scale(self, origin: date) -> float:
        """Return what was bought in the last days for what had been expected of them before."""
        before = self._base(origin - timedelta(days=VALUE_HORIZON))
        if before is None or before.all_buyers.days < LEAST_DAYS:
            return 1.0
        of = before.all_buyers
        shown = Buyers(**vars(of) | {"person": of.person[before.shown]})
        _, actual = self._history.buys(shown, VALUE_HORIZON)
        expected = float(before.model.expected(VALUE_HORIZON, before.purchases) @ before.values[0])
        return float(np.clip(actual / expected, *_SCALES)) if expected > 0 else 1.0

    def _bought(self, base: Base) -> NDArray[np.bool_]:
        return self._history.buys(base.all_buyers, HORIZON)[0][base.shown]

    def _base(self, origin: date) -> Base | None:
        """Return what was known at the end of an origin; None if nobody had bought."""
        if origin not in self._bases:
            buyers = self._history.as_known(origin)
            made = Base(buyers) if buyers.active.any() else None
            self._bases[origin] = made
            while len(self._bases) > _KEPT_BASES:
                del self._bases[min(self._bases)]
            return made
        return self._bases[origin]


def _rows(now: Base, trial: Trial, scale: float, known: Mapping[str, Any]) -> pa.Table:
    """Return the rows of an origin: the model's, or the baseline's in its place.

    Args:
        now: The origin.
        trial: How the models did.
        scale: By which BG/NBD's expectations are multiplied.
        known: The first columns.
    """
    of, shown, size, unknown = now.all_buyers, now.shown, len(now.shown), np.full(len(now.shown), np.nan)
    value, value_model = now.values
    alive, expected, at_risk = now.model.alive(now.purchases), unknown, unknown
    if trial.passed:
        if_alive = now.model.expected_if_alive(VALUE_HORIZON, now.purchases) * scale
        expected, at_risk = alive * if_alive, (1 - alive) * if_alive * value
    rank = np.empty(size, dtype=np.int64)
    rank[np.argsort(-at_risk, kind="stable")] = np.arange(1, size + 1)
    parameters: dict[str, Any] = {BG_NBD: asdict(now.model), "scale": scale}
    if value_model is not None:
        parameters["gamma_gamma"] = asdict(value_model)
    parameters["trial"] = vars(trial) | {"origin": str(trial.origin)}
    columns: dict[str, Any] = {
        BUSINESS_DATE: pa.repeat(of.origin, size),
        **known,
        "alive": decimals(alive if trial.passed else unknown, 9),
        "expected_orders_90d": decimals(expected, 9),
        "expected_net_90d": decimals(expected * value, 2),
        "expected_margin_90d": decimals(expected * value * of.margin, 2),
        "at_risk_90d": decimals(at_risk, 2),
        "at_risk_rank": pa.array(rank, mask=~np.full(size, trial.passed)),
        "recency_days": pa.array(of.recency[shown].astype(np.int64)),
        "purchase_days": pa.array(now.purchases.repeats.astype(np.int64) + 1),
        "tenure_days": pa.array(now.purchases.age.astype(np.int64)),
        "visits_30d": pa.array(of.visits[0][shown].astype(np.int64)),
        "mean_value": decimals(of.value[shown], 2),
        "published": pa.repeat(trial.passed, size),
        "model": pa.repeat(trial.model if trial.passed else trial.baseline, size),
        "version": pa.repeat(extra.own_version(), size),
        "parameters": pa.repeat(json.dumps(_rounded(parameters)), size),
    }
    schema = arrow_schema(customer_purchase)
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with six significant digits; those that are not known are left out."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            result[name] = _rounded(value)
        elif not isinstance(value, float):
            result[name] = value
        elif np.isfinite(value):
            result[name] = float(f"{value:.6g}")
    return result


def _either_way(area: float) -> float:
    """Return the area of a measure that may speak for or against."""
    return max(area, 1 - area) if np.isfinite(area) else 0.5


def _fewer(happened: NDArray[np.bool_]) -> int:
    return int(min(happened.sum(), (~happened).sum()))


def _log_loss(happened: NDArray[np.bool_], probability: Floats) -> float:
    likely = np.clip(probability, 1e-9, 1 - 1e-9)
    return -float(np.log(np.where(happened, likely, 1 - likely)).mean())
