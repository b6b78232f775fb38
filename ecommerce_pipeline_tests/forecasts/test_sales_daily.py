"""Forecasts of daily sales of a shop that is simulated here: nothing after the origin counts, and all adds up."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ecommerce_pipeline.forecasts.campaigns import NO_EFFECTS, campaign_effects
from ecommerce_pipeline.forecasts.ets import ets
from ecommerce_pipeline.forecasts.sales_daily import HORIZON, SalesForecaster, back_origins
from ecommerce_pipeline.forecasts.sales_history import SalesHistory
from ecommerce_pipeline.partitions import ONE_DAY

FIRST = date(2025, 10, 1)
DAYS = [FIRST + ONE_DAY * number for number in range(160)]
ORIGIN = DAYS[-30]
WEEKDAYS = (0.7, 0.8, 0.9, 1.0, 1.3, 1.5, 0.8)
CHANNELS = {"store": 0.3, "web": 0.7}
CATEGORIES = {"Books": 0.2, "Shoes": 0.5, "Toys": 0.3}
PAID_AFTER = {0: 0.8, 1: 0.1, 5: 0.1}
"""The share of sales that is paid so many days later."""
Entry = tuple[date, date, str, str | None, int, Decimal]


def no_campaign(day: date) -> str:
    return ""


def entries(uplift: float = 1, campaign: Sequence[date] = ()) -> list[Entry]:
    """Return the mart's rows: weekly seasons and noise, and what campaign days sell in addition."""
    chance = np.random.default_rng(3)
    found: list[Entry] = []
    for day in DAYS:
        sales = 1000 * WEEKDAYS[day.weekday()] * (uplift if day in campaign else 1) * chance.normal(1, 0.03)
        for channel, of_channel in CHANNELS.items():
            for after, paid in PAID_AFTER.items():
                known, part = day + ONE_DAY * after, sales * of_channel * paid
                found.append((day, known, channel, None, round(part / 10), Decimal(0)))
                found += [
                    (day, known, channel, category, 0, Decimal(f"{part * share:.2f}"))
                    for category, share in CATEGORIES.items()
                ]
    return found


def history(rows: Sequence[Entry], loaded: Sequence[date] = DAYS) -> SalesHistory:
    types = [pa.date32(), pa.date32(), pa.string(), pa.string(), pa.int64(), pa.decimal128(38, 9)]
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)]
    return SalesHistory(pa.table(arrays, names=list(SalesHistory.COLUMNS)), loaded)


def forecast(rows: Sequence[Entry], origins: Sequence[date] = (ORIGIN,), **others: Any) -> pa.Table:
    return SalesForecaster(history(rows, **others), no_campaign, ets()).forecast(origins)


@pytest.fixture(scope="module")
def made() -> pa.Table:
    return forecast(entries())


def test_nothing_that_was_not_known_at_the_origin_changes_its_forecast(made: pa.Table) -> None:
    """Payments of after the origin, days after it, and rows written after it."""
    known = [entry for entry in entries() if entry[1] <= ORIGIN]
    assert len(known) < len(entries())
    later = ORIGIN + ONE_DAY
    leaks: list[Entry] = [
        (ORIGIN, later, "web", "Shoes", 0, Decimal(90_000)),  # paid after the origin
        (later, later, "web", "Shoes", 500, Decimal(90_000)),  # of the next day
        (ORIGIN - ONE_DAY * 20, later, "fax", "Hats", 900, Decimal(90_000)),  # written late, of a channel yet unknown
        (ORIGIN - ONE_DAY * 40, later, "web", None, -300, Decimal(0)),  # cancelled after the origin
    ]
    assert forecast([*known, *leaks]).equals(made)
    assert forecast(known, loaded=[day for day in DAYS if day <= ORIGIN]).equals(made)
    # What was known in time does change it.
    assert not forecast([*known, (ORIGIN, ORIGIN, "web", "Shoes", 0, Decimal(90_000))]).equals(made)


def test_levels_add_up_to_the_cent_and_ends_of_intervals_are_in_order(made: pa.Table) -> None:
    sums: dict[object, Counter[str]] = defaultdict(Counter)
    for row in made.to_pylist():
        assert row["lower_95"] <= row["lower_80"] <= row["mean"] <= row["upper_80"] <= row["upper_95"]
        assert row["target_date"] == row["business_date"] + ONE_DAY * row["horizon"]
        assert row["sum_lower_80"] <= row["sum_upper_80"]
        for column in ("mean", "baseline"):
            sums[row["measure"], row["horizon"], column][row["level"]] += row[column]
    assert len(sums) == 2 * HORIZON * 2
    for (measure, *_), of_levels in sums.items():
        assert set(of_levels) == {"all", "channel"} | ({"category"} if measure == "net_amount" else set())
        assert len(set(of_levels.values())) == 1
    assert made["published"].unique().to_pylist() == [True]
    [model, version] = (made[name].unique().to_pylist() for name in ("model", "version"))
    assert model == ["ets"]
    assert version[0].startswith("statsforecast ")
    assert json.loads(made["parameters"][0].as_py())["mase_ratio"] < 0.9


def test_the_interval_of_a_sum_holds_most_sums_and_is_no_sum_of_intervals() -> None:
    origins = DAYS[100 : -HORIZON - 1 : 2]
    came = dict.fromkeys(DAYS, 0.0)
    for day, *_, amount in entries():
        came[day] += float(amount)
    rows = forecast(entries(), origins).filter((pc.field("level") == "all") & (pc.field("measure") == "net_amount"))
    held = []
    for origin in origins:
        of_origin = rows.filter(pc.field("business_date") == origin)
        mean, lower, upper, first, last = (
            np.asarray(of_origin[name], dtype=np.float64)
            for name in ("mean", "sum_lower_80", "sum_upper_80", "lower_80", "upper_80")
        )
        assert (lower + upper) / 2 == pytest.approx(np.cumsum(mean))
        assert upper[-1] - lower[-1] < np.sum(last - first)
        actual = np.cumsum([came[origin + ONE_DAY * step] for step in range(1, HORIZON + 1)])
        held.append((lower <= actual) & (actual <= upper))
    assert 0.6 <= np.mean(held) <= 0.95


def test_origins_at_once_are_forecast_as_one_by_one(made: pa.Table) -> None:
    origins = [ORIGIN - ONE_DAY * back for back in (9, 1, 0)]
    at_once = forecast(entries(), origins)
    assert at_once.equals(pa.concat_tables([forecast(entries(), [origin]) for origin in origins]))
    assert at_once.filter(pc.field("business_date") == ORIGIN).equals(made)


def test_days_that_are_not_paid_in_full_yet_do_not_lower_the_forecast(made: pa.Table) -> None:
    whole = made.filter((pc.field("level") == "all") & (pc.field("measure") == "net_amount")).to_pylist()
    expected = [1000 * WEEKDAYS[row["target_date"].weekday()] for row in whole]
    assert [float(row["mean"]) for row in whole] == pytest.approx(expected, rel=0.05)
    # The last week counts with what it will be, also for the baseline.
    assert [float(row["baseline"]) for row in whole] == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize(("days", "model"), [(55, "seasonal_naive"), (3, "seasonal_naive")])
def test_with_too_little_history_the_baseline_is_published_and_says_so(days: int, model: str) -> None:
    rows = forecast(entries(), loaded=[day for day in DAYS if day > ORIGIN - ONE_DAY * days]).to_pylist()
    assert {(row["model"], row["published"], row["mean"] == row["baseline"]) for row in rows} == {(model, False, True)}
    assert {json.loads(row["parameters"])["days"] for row in rows} == {days}


def test_days_before_a_day_that_is_not_loaded_are_no_history() -> None:
    gap = ORIGIN - ONE_DAY * 30
    [days] = {
        json.loads(text)["days"]
        for text in forecast(entries(), loaded=[d for d in DAYS if d != gap])["parameters"].to_pylist()
    }
    assert days == 30


def test_a_shop_without_sales_yet_has_no_forecast() -> None:
    assert forecast(entries(), [FIRST - ONE_DAY]).num_rows == 0


def test_a_model_that_is_no_better_than_naive_is_not_published() -> None:
    """Weeks of equal days jump from one level to another: nothing beats the week before."""
    exact: list[Entry] = [
        (
            day,
            day,
            "web",
            category,
            0 if category else 10,
            Decimal(100 + 10 * day.weekday()) if category else Decimal(0),
        )
        for day in DAYS
        for category in ("Books", None)
    ]
    chance = np.random.default_rng(3)
    walk = np.cumsum(chance.normal(0, 40, len(DAYS) // 7 + 1)) + 1000
    jumps = [
        (day, known, channel, category, orders, Decimal(f"{walk[(day - FIRST).days // 7]:.2f}") if category else amount)
        for day, known, channel, category, orders, amount in exact
    ]
    rows = forecast(jumps).to_pylist()
    refused = [row for row in rows if row["measure"] == "net_amount"]
    assert {row["published"] for row in refused} == {False}
    assert all(row["mean"] == row["baseline"] for row in refused)
    assert json.loads(refused[0]["parameters"])["instead_of"] == "ets"
    assert json.loads(refused[0]["parameters"])["mase_ratio"] > 0.9


def test_planned_campaigns_are_expected_to_do_what_past_ones_did() -> None:
    past, planned = DAYS[60:67], [ORIGIN + ONE_DAY * ahead for ahead in (3, 4)]
    rows = entries(uplift=1.6, campaign=past)
    names = dict.fromkeys((*past, *planned), "sale")
    made = SalesForecaster(history(rows), lambda day: names.get(day, ""), ets()).forecast([ORIGIN]).to_pylist()
    whole = {row["target_date"]: row for row in made if (row["level"], row["measure"]) == ("all", "net_amount")}
    for day, row in whole.items():
        usual = 1000 * WEEKDAYS[day.weekday()]
        assert float(row["mean"]) == pytest.approx(usual * (1.6 if day in planned else 1), rel=0.08), day


def test_a_campaign_seen_on_few_noisy_days_is_drawn_to_the_mean_of_all() -> None:
    days = DAYS[:120]
    campaigns = ["big" if 30 <= n < 40 else "small" if 60 <= n < 70 else "once" if n == 90 else "" for n in range(120)]
    lift = {"big": 1.5, "small": 1.2, "once": 3.0, "": 1.0}
    noise = np.random.default_rng(5).normal(0, 0.3, 120)
    values = np.array([100 * lift[name] for name in campaigns]) * np.exp(noise)
    found = campaign_effects(values, days, campaigns)
    effects, variances = found.on(["big", "small", "once", "unseen", ""])
    assert effects[0] == pytest.approx(np.log(1.5), abs=0.2)
    assert effects[2] < np.log(2), "one day proves little"
    assert min(effects[:3]) < effects[3] < max(effects[:3])
    assert variances[0] < variances[2] < variances[3]
    assert (effects[4], variances[4]) == (0, 0)
    assert campaign_effects(values, days, [""] * 120) == NO_EFFECTS


def test_the_share_of_outcomes_in_intervals_is_that_of_earlier_origins() -> None:
    forecaster = SalesForecaster(history(entries()), no_campaign, ets())
    now = DAYS[-1]
    earlier = forecaster.forecast(back_origins(now))
    share = forecaster.covered(now, "net_amount", earlier)
    assert share is not None
    assert 0.6 < share < 1
    wide = earlier.set_column(earlier.column_names.index("upper_80"), "upper_80", earlier["upper_95"])
    assert (forecaster.covered(now, "net_amount", wide) or 0) > share
    assert forecaster.covered(now, "net_amount", forecaster.forecast([now - timedelta(days=3)])) is None


def test_the_origins_of_a_week_share_what_was_fitted_on_its_sunday_and_know_their_own_days() -> None:
    sunday = next(day for day in reversed(DAYS[:-14]) if day.isoweekday() == 7)
    week = [sunday + ONE_DAY * number for number in range(8)]
    thursday = week[4]
    rows = [*entries(), (thursday, thursday, "web", "Shoes", 90, Decimal(900))]
    together = forecast(rows, week)

    def fitted(day: date) -> list[object]:
        keys = ("alpha", "gamma")
        of_day = together.filter(pc.field("business_date") == day)["parameters"].to_pylist()
        return [tuple(json.loads(one).get(key) for key in keys) for one in of_day]

    assert all(fitted(day) == fitted(sunday) for day in week[:7])
    assert fitted(week[7]) != fitted(sunday)
    for day in week:
        assert forecast(rows, [day]).equals(together.filter(pc.field("business_date") == day)), "alone or together"

    def mean(made: pa.Table, day: date) -> Decimal:
        whole = (pc.field("level") == "all") & (pc.field("measure") == "net_amount")
        first = made.filter(whole & (pc.field("business_date") == day) & (pc.field("horizon") == 1))
        [amount] = first["mean"].to_pylist()
        return Decimal(amount)

    without = forecast(entries(), week)
    assert mean(together, week[3]) == mean(without, week[3])
    assert mean(together, thursday) > mean(without, thursday)
