"""Daily sales of the next four weeks: of the whole, by channel and by category, which add up.

Each series is what a model expects of it without campaigns, times the effect of the campaigns planned; then all are
reconciled. The same is done as of eight origins, each a week before the other, to see how wide intervals
must be, and whether the model is better than a seasonal naive forecast. All follows from what was known at the origin.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.adjusted import Adjusted, Model
from ecommerce_pipeline.forecasts.campaigns import Campaigns, Effects, campaign_effects
from ecommerce_pipeline.forecasts.reconcile import constraints, in_cents, not_negative, reconcile
from ecommerce_pipeline.forecasts.sales_history import NET_AMOUNT, ORDERS_SOLD, SEASON, Panel, SalesHistory, Series
from ecommerce_pipeline.forecasts.scores import Floats, Ints, seasonal_scale
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.forecasts import sales_daily
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

HORIZON: Final = 28
LEAST_DAYS: Final = 56
"""Fewer days of history teach a model nothing that the last week does not."""
BACK_ORIGINS: Final = 8
LEAST_BACK_ORIGINS: Final = 4
"""A model that could be tried on fewer earlier origins has not shown yet that it is better."""
MOST_MASE: Final = 0.9
"""Of the seasonal naive forecast's: a model with more is not published."""
BASELINE: Final = "seasonal_naive"

QUANTILES: Final = {80: 1.2815515655446004, 95: 1.959963984540054}
"""Of the normal distribution, by the per cent of the interval."""
_WIDENED: Final = (0.6, 5.0)
SUM_PERCENT: Final = 80
CORRELATION: Final = 0.3
"""Assumed of the errors of any two days of a forecast, for the spread of a sum's error: what is wrong with the level is
wrong with all days. Intervals of sums are widened or narrowed like those of days, so that little depends on it."""

MEASURES: Final = (NET_AMOUNT, ORDERS_SOLD)


@dataclass(frozen=True)
class Base:
    """The forecasts of a measure as of an origin, before intervals are calibrated.

    Attributes:
        panel: What was known.
        mean: A row per day ahead, a column per series of the panel; coherent.
        spread: The standard deviations of the errors.
        naive: The seasonal naive forecast.
        naive_spread: The standard deviations of its errors.
        parameters: Of each series, as JSON; none if there is too little history for the model.
    """

    panel: Panel
    mean: Floats
    spread: Floats
    naive: Floats
    naive_spread: Floats
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What was known of a measure at an origin.

    Attributes:
        panel: The sales.
        effects: Of campaigns on each series; none if there is too little history for a model.
        adjusted: Each series without them.
    """

    panel: Panel
    effects: tuple[Effects, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()


@dataclass(frozen=True)
class Trial:
    """How the model did as of earlier origins, by what is known now.

    Attributes:
        origins: How many there were.
        mase: The mean absolute scaled error, the mean of all series.
        naive_mase: The same of the seasonal naive forecast.
        widths: By level and per cent, what intervals must be multiplied by.
        sum_widths: The same for sums of days.
        naive_sum_widths: The same for sums of the seasonal naive forecast's days.
    """

    origins: int
    mase: float
    naive_mase: float
    widths: Mapping[tuple[str, int], float]
    sum_widths: Mapping[tuple[str, int], float]
    naive_sum_widths: Mapping[tuple[str, int], float]

    @property
    def ratio(self) -> float:
        """The model's error as a share of the seasonal naive forecast's."""
        return self.mase / self.naive_mase if self.naive_mase else float("nan")

    @property
    def passed(self) -> bool:
        """Whether the model has shown that it is better."""
        return self.origins >= LEAST_BACK_ORIGINS and self.ratio <= MOST_MASE


def back_origins(origin: date) -> list[date]:
    """Return the earlier origins that show how good the forecasts of an origin are, the newest first."""
    return [origin - timedelta(weeks=weeks) for weeks in range(1, BACK_ORIGINS + 1)]


def fitted_on(origin: date) -> date:
    """Return the day whose knowledge the parameters of an origin's forecast are fitted to: the last Sunday."""
    return origin - timedelta(days=origin.isoweekday() % 7)


class SalesForecaster:
    """Forecasts of any origins; what several of them need is computed once."""

    def __init__(self, history: SalesHistory, campaigns: Campaigns, model: Model) -> None:
        self._history = history
        self._campaigns = campaigns
        self._model = model
        self._bases: dict[tuple[date, str], Base | None] = {}
        self._known: dict[tuple[date, str], Known] = {}

    def forecast(self, origins: Sequence[date]) -> pa.Table:
        """Return the rows of `forecast.sales_daily`; an origin before the first sale has none."""
        bases = [self._base(origin, measure) for origin in origins for measure in MEASURES]
        rows = [_rows(base, self._trial(base), self._model) for base in bases if base is not None]
        return pa.concat_tables([arrow_schema(sales_daily).empty_table(), *rows])

    def trials(self, origin: date) -> dict[str, Trial]:
        """Return how the model did before an origin, by measure."""
        bases = {measure: self._base(origin, measure) for measure in MEASURES}
        return {measure: self._trial(base) for measure, base in bases.items() if base is not None}

    def covered(self, origin: date, measure: str, rows: pa.Table) -> float | None:
        """Return the share of what came that was in the published 80 % intervals of earlier origins.

        Args:
            origin: The day at whose end it is known what came.
            measure: The measure.
            rows: Of `forecast.sales_daily`; those of other origins than `back_origins` are left out.

        Returns:
            The share; None if no model was published of these origins, or nothing has come yet.
        """
        base = self._base(origin, measure)
        if base is None:
            return None
        actual = dict(zip(base.panel.days, base.panel.values, strict=True))
        earlier = set(back_origins(origin))
        inside = [
            row["lower_80"] <= actual[row["target_date"]][position] <= row["upper_80"]
            for row in rows.filter(pc.field("published") & (pc.field("measure") == measure)).to_pylist()
            if row[BUSINESS_DATE] in earlier and row["target_date"] in actual
            if (position := base.panel.position.get(Series(row["level"], row["member"]))) is not None
        ]
        return float(np.mean(inside)) if inside else None

    def _base(self, origin: date, measure: str) -> Base | None:
        """Return the forecasts as of an origin; None if nothing was known."""
        key = origin, measure
        if key not in self._bases:
            known = self._as_known(origin, measure)
            learned = self._as_known(fitted_on(origin), measure)
            is_sold = len(known.panel.values) > 0
            self._bases[key] = _base(known, learned, self._campaigns, self._model) if is_sold else None
        return self._bases[key]

    def _as_known(self, origin: date, measure: str) -> Known:
        key = origin, measure
        if key not in self._known:
            self._known[key] = _known(self._history.as_known(origin, measure), self._campaigns)
        return self._known[key]

    def _trial(self, now: Base) -> Trial:
        """Compare the forecasts of earlier origins with what is known now."""
        scale = np.array([seasonal_scale(column, SEASON) for column in now.panel.values.T])
        errors: dict[Series, list[tuple[Floats, ...]]] = {}
        tried = 0
        for origin in back_origins(now.panel.origin):
            base = self._base(origin, now.panel.measure)
            if base is None or not base.parameters:
                break
            tried += 1
            days = (now.panel.last - base.panel.origin).days
            first = len(now.panel.values) - days
            for series, then in base.panel.position.items():
                if series not in now.panel.position:
                    continue
                actual = now.panel.values[first : first + HORIZON, now.panel.position[series]]
                shown = slice(0, len(actual))
                error = actual - base.mean[shown, then]
                naive = actual - base.naive[shown, then]
                spread, naive_spread = base.spread[shown, then], base.naive_spread[shown, then]
                of_sums = np.cumsum(error) / _of_sums(spread), np.cumsum(naive) / _of_sums(naive_spread)
                errors.setdefault(series, []).append((error, naive, error / spread, *of_sums))
        joined = {
            series: [np.concatenate(part) for part in zip(*parts, strict=True)] for series, parts in errors.items()
        }
        scaled = [
            (np.abs(error).mean() / unit, np.abs(naive).mean() / unit)
            for series, (error, naive, *_) in joined.items()
            if (unit := scale[now.panel.position[series]]) > 0
        ]
        mase, naive_mase = np.mean(scaled, axis=0) if scaled else (float("nan"), float("nan"))
        residuals = joined if tried >= LEAST_BACK_ORIGINS else {}
        widths = [
            _widths({series: parts[kind] for series, parts in residuals.items()}, percents)
            for kind, percents in ((2, tuple(QUANTILES)), (3, (SUM_PERCENT,)), (4, (SUM_PERCENT,)))
        ]
        return Trial(tried, float(mase), float(naive_mase), *widths)


def _of_sums(spread: Floats) -> Floats:
    """Return the standard deviations of the errors of the sums of the first days, from those of the days."""
    variance: Floats = (1 - CORRELATION) * np.cumsum(spread**2, axis=0) + CORRELATION * np.cumsum(spread, axis=0) ** 2
    return np.sqrt(variance)


def _widths(residuals_of: Mapping[Series, Floats], percents: Sequence[int]) -> dict[tuple[str, int], float]:
    """Return by how much intervals of each level must be wider, so that they held so many of the past errors.

    Split conformal prediction with normalized residuals: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018),
    "Distribution-free predictive inference for regression", section 5.2.
    """
    widths = {}
    for level in {series.level for series in residuals_of}:
        residuals = np.abs(np.concatenate([part for series, part in residuals_of.items() if series.level == level]))
        for percent in percents:
            share = min(np.ceil((len(residuals) + 1) * percent / 100) / len(residuals), 1)
            widths[level, percent] = float(np.clip(np.quantile(residuals, share) / QUANTILES[percent], *_WIDENED))
    return widths


def _known(panel: Panel, campaigns: Campaigns) -> Known:
    if len(panel.values) < LEAST_DAYS:
        return Known(panel)
    past = [campaigns(day) for day in panel.days]
    whole = campaign_effects(panel.values[:, 0], panel.days, past)
    effects = (whole, *(campaign_effects(column, panel.days, past, whole) for column in panel.values.T[1:]))
    pairs = zip(panel.values.T, effects, strict=True)
    return Known(panel, effects, tuple(Adjusted.of(column, of.on(past)[0]) for column, of in pairs))


def _base(known: Known, learned: Known, campaigns: Campaigns, model: Model) -> Base:
    panel = known.panel
    levels = [series.level for series in panel.series]
    missing = (panel.origin - panel.last).days
    steps, kept = missing + HORIZON, slice(missing, None)
    naive, naive_spread = _seasonal_naive(panel.values, steps)
    if not known.adjusted:
        return Base(panel, naive[kept], naive_spread[kept], naive[kept], naive_spread[kept], ())
    ahead = [campaigns(panel.last + timedelta(days=step)) for step in range(1, steps + 1)]
    series = _learning(known, learned, campaigns)
    fitted = model.fit(series, steps)
    forecasts = [
        one.forecast(expected, *of.on(ahead)) for one, expected, of in zip(series, fitted, known.effects, strict=True)
    ]
    mean = np.column_stack([one.mean for one in forecasts])
    variance = np.maximum(np.column_stack([one.variance for one in forecasts]), 1e-6)
    coherent, coherent_variance = reconcile(mean, variance, constraints(levels))
    return Base(
        panel,
        not_negative(coherent, levels)[kept],
        np.sqrt(np.maximum(coherent_variance, 1e-6))[kept],
        naive[kept],
        naive_spread[kept],
        tuple(one.parameters for one in forecasts),
    )


def _learning(known: Known, learned: Known, campaigns: Campaigns) -> Sequence[Adjusted]:
    """Return the series as known now, each with what was known of it when parameters were fitted."""
    days = (known.panel.last - learned.panel.last).days
    if not (learned.adjusted and days > 0):
        return known.adjusted
    past = [campaigns(day) for day in known.panel.days]
    return [
        learned.adjusted[position].continued(values, of.on(past)[0], days)
        if (position := learned.panel.position.get(series)) is not None
        else own
        for series, values, of, own in zip(
            known.panel.series, known.panel.values.T, known.effects, known.adjusted, strict=True
        )
    ]


def _seasonal_naive(values: Floats, steps: int) -> tuple[Floats, Floats]:
    """Return the newest value of the same weekday, or the mean if there is no week, and the spread of its errors."""
    days = len(values)
    if days < SEASON:
        return np.tile(values.mean(axis=0), (steps, 1)), np.tile(values.std(axis=0) + 1e-3, (steps, 1))
    ahead = np.arange(steps)
    naive = values[days - SEASON + ahead % SEASON]
    differences = values[SEASON:] - values[:-SEASON] if days > SEASON else values - values.mean(axis=0)
    seasons = np.sqrt(ahead // SEASON + 1)
    return naive, seasons[:, None] * (np.sqrt((differences**2).mean(axis=0)) + 1e-3)


def _rows(base: Base, trial: Trial, model: Model) -> pa.Table:
    """Return the rows of a measure as of an origin: the model's, or the baseline's in its place."""
    panel, levels = base.panel, [series.level for series in base.panel.series]
    baseline = in_cents(not_negative(base.naive, levels), levels)
    cents = in_cents(base.mean, levels) if trial.passed else baseline
    spread = 100 * (base.spread if trial.passed else base.naive_spread)
    ends: dict[str, Ints] = {}
    intervals = [("", percent, cents, spread, trial.widths if trial.passed else {}) for percent in QUANTILES]
    sum_widths = trial.sum_widths if trial.passed else trial.naive_sum_widths
    intervals.append(("sum_", SUM_PERCENT, np.cumsum(cents, axis=0), _of_sums(spread), sum_widths))
    for prefix, percent, middle, deviation, widened in intervals:
        widths = np.array([widened.get((level, percent), 1.0) for level in levels])
        half = np.ceil(QUANTILES[percent] * widths * deviation).astype(np.int64)
        # Orders are counted; a day's revenue is negative if more is refunded than sold.
        lower = np.maximum(middle - half, 0) if panel.measure == ORDERS_SOLD else middle - half
        ends |= {f"{prefix}lower_{percent}": lower, f"{prefix}upper_{percent}": middle + half}
    size = len(panel.series) * HORIZON
    columns: dict[str, Any] = {
        BUSINESS_DATE: pa.repeat(panel.origin, size),
        "target_date": pa.array([panel.origin + ONE_DAY * step for step in range(1, HORIZON + 1)] * len(levels)),
        "horizon": pa.array(np.tile(np.arange(1, HORIZON + 1), len(levels))),
        "level": pa.array(np.repeat(levels, HORIZON)),
        "member": pa.array(np.repeat([series.member for series in panel.series], HORIZON)),
        "measure": pa.repeat(panel.measure, size),
        "mean": _amounts(cents),
        **{name: _amounts(values) for name, values in ends.items()},
        "baseline": _amounts(baseline),
        **_made_by(base, trial, model, size),
    }
    schema = arrow_schema(sales_daily)
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)


def _made_by(base: Base, trial: Trial, model: Model, size: int) -> dict[str, Any]:
    """Return the columns that say what forecast the rows."""
    tried = {"earlier_origins": trial.origins, "mase_ratio": round(trial.ratio, 4) if trial.origins else None}
    if trial.passed:
        parameters = [json.dumps(json.loads(one) | tried) for one in base.parameters]
    else:
        parameters = [json.dumps({"days": len(base.panel.values), "instead_of": model.name, **tried})] * len(
            base.panel.series
        )
    return {
        "published": pa.repeat(trial.passed, size),
        "model": pa.repeat(model.name if trial.passed else BASELINE, size),
        "version": pa.repeat(model.version if trial.passed else extra.own_version(), size),
        "parameters": pa.array(np.repeat(parameters, HORIZON)),
    }


def _amounts(cents: Ints) -> "pa.Array[Any]":
    """Return whole cents, a column per series, as decimals in the order of the series."""
    return pc.multiply(
        pa.array(cents.T.ravel()).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"), pa.decimal128(3, 2))
    )
