"""Forecasts of customers of a shop whose seed and calendar were not used to build the models."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ecommerce_pipeline.forecasts import extra, logistic
from ecommerce_pipeline.forecasts.customer_history import CustomerHistory
from ecommerce_pipeline.forecasts.customer_models import HORIZON
from ecommerce_pipeline.forecasts.customer_purchase import (
    LEAST_DAYS_OF_MODEL,
    LEAST_GAIN,
    MOST_ERROR,
    CustomerForecaster,
)
from ecommerce_pipeline.forecasts.scores import auc, expected_calibration_error
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.synthetic import ShopSettings
from ecommerce_pipeline.synthetic.truth import alive
from ecommerce_pipeline_tests.forecasts.shop import sale, sales_of, visits_of

SHOP = ShopSettings(seed=20261129, start_date=date(2025, 1, 1))
DAYS = [SHOP.start_date + ONE_DAY * number for number in range(300)]
LAST = DAYS[-1]
ORIGIN = LAST - timedelta(days=HORIZON)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    with extra.one_thread():
        yield


@pytest.fixture(scope="module")
def sales() -> pa.Table:
    return sales_of(SHOP, DAYS)


@pytest.fixture(scope="module")
def visits() -> pa.Table:
    return visits_of(SHOP, DAYS[-200:])


@pytest.fixture(scope="module")
def history(sales: pa.Table, visits: pa.Table) -> CustomerHistory:
    return CustomerHistory(sales, visits, DAYS, "UTC")


@pytest.fixture(scope="module")
def made(history: CustomerHistory) -> pa.Table:
    return CustomerForecaster(history).forecast([ORIGIN])


def number(rows: pa.Table, name: str) -> np.ndarray:
    return np.asarray(rows[name].cast(pa.float64()))


def outcome(sales: pa.Table, rows: pa.Table) -> np.ndarray:
    """Return who bought in the days after the origin, by what is known at their end."""
    day, known = pc.field("business_date"), pc.field("sold_on")
    after = sales.filter((day > ORIGIN) & (day <= LAST) & (known <= LAST) & pc.field("cancelled_at").is_null())
    return np.asarray(pc.is_in(rows["person_key"], after["person_key"].combine_chunks()))


def test_probabilities_are_better_than_any_one_feature_and_come_true(sales: pa.Table, made: pa.Table) -> None:
    bought, likely = outcome(sales, made), number(made, "probability_30d")
    features = ("recency_days", "purchase_days", "tenure_days", "visits_30d", "mean_value")
    areas = [auc(bought, number(made, name)) for name in features]
    assert auc(bought, likely) >= max(max(area, 1 - area) for area in areas) + LEAST_GAIN
    assert expected_calibration_error(bought, likely) <= MOST_ERROR
    assert (made["published"].unique().to_pylist(), made["model"].unique().to_pylist()) == ([True], ["logistic"])
    assert made.num_rows > 10_000


def test_who_has_left_is_thought_less_alive_and_most_is_at_risk_of_those_who_were_worth_most(made: pa.Table) -> None:
    customer = np.array([int(key.partition(":")[2]) for key in made["person_key"].to_pylist()])
    there, score = np.isin(customer, alive(SHOP, ORIGIN + ONE_DAY)), number(made, "alive")
    often = number(made, "purchase_days") > 2
    assert score[often & there].mean() > score[often & ~there].mean() + 0.1
    by_rank = made.sort_by("at_risk_rank")
    assert by_rank["at_risk_rank"].to_pylist() == [*range(1, made.num_rows + 1)]
    assert (np.diff(number(by_rank, "at_risk_90d")) <= 0).all()
    margin, net = number(made, "expected_margin_90d"), number(made, "expected_net_90d")
    assert margin == pytest.approx(0.4 * net, abs=0.011)
    assert (
        0
        < net.sum()
        == pytest.approx((number(made, "expected_orders_90d") * number(made, "mean_value")).sum(), rel=0.3)
    )


def test_nothing_that_was_not_known_at_the_origin_changes_its_forecast(
    sales: pa.Table, visits: pa.Table, made: pa.Table
) -> None:
    """Orders and visits of after the origin, payments and cancellations after it."""
    day, known = pc.field("business_date"), pc.field("sold_on")
    then = sales.filter((day <= ORIGIN) & (known <= ORIGIN))
    # A cancellation of after the origin is not known either.
    when = then["cancelled_at"]
    later = pc.greater(
        when, pa.scalar(np.datetime64(ORIGIN + ONE_DAY, "us").item(), pa.timestamp("us")).cast(when.type)
    )
    then = then.set_column(4, "cancelled_at", pc.if_else(later, None, when))
    seen = visits.filter(day <= ORIGIN)
    assert then.num_rows < sales.num_rows

    def again(*more: pa.Table) -> pa.Table:
        days = [one for one in DAYS if one <= ORIGIN]
        return CustomerForecaster(CustomerHistory(pa.concat_tables([then, *more]), seen, days, "UTC")).forecast(
            [ORIGIN]
        )

    assert again().equals(made)
    buyer = then["customer_id"][0].as_py()
    after = ORIGIN + ONE_DAY
    assert again(
        sale(buyer, ORIGIN, known=after), sale(10**9, after, known=after), sale(buyer, after, after, net=1e6)
    ).equals(made)
    assert not again(sale(buyer, ORIGIN, known=ORIGIN)).equals(made)
    # One that is cancelled by then does not count, and one that is cancelled after it does.
    assert again(sale(buyer, ORIGIN - ONE_DAY, ORIGIN - ONE_DAY, cancelled=ORIGIN)).equals(made)
    assert not again(sale(buyer, ORIGIN - ONE_DAY, ORIGIN - ONE_DAY, cancelled=after)).equals(made)


def test_origins_at_once_are_forecast_as_one_by_one_and_in_any_order_of_rows(
    sales: pa.Table, visits: pa.Table, history: CustomerHistory, made: pa.Table
) -> None:
    earlier = ORIGIN - timedelta(days=9)
    mixed = sales.take(np.random.default_rng(1).permutation(sales.num_rows))
    at_once = CustomerForecaster(CustomerHistory(mixed, visits, DAYS, "UTC")).forecast([ORIGIN, earlier])
    assert at_once.equals(pa.concat_tables([CustomerForecaster(history).forecast([earlier]), made]))


def parameters(rows: pa.Table) -> dict[str, Any]:
    [text] = rows["parameters"].unique().to_pylist()
    found: dict[str, Any] = json.loads(text)
    return found


def test_with_too_little_history_the_best_feature_s_shares_are_published_or_nothing(
    sales: pa.Table, visits: pa.Table
) -> None:
    def of_days(count: int) -> pa.Table:
        loaded = [day for day in DAYS if day > ORIGIN - timedelta(days=count)]
        return CustomerForecaster(CustomerHistory(sales, visits, loaded, "UTC")).forecast([ORIGIN])

    assert of_days(59).num_rows == 0
    rows = of_days(LEAST_DAYS_OF_MODEL - 1)
    [feature] = rows["model"].unique().to_pylist()
    assert (feature, rows["published"].unique().to_pylist()) == (parameters(rows)["trial"]["baseline"], [False])
    assert rows["probability_30d"].equals(rows["baseline_30d"])
    assert len(rows["probability_30d"].unique()) <= 10
    assert rows["expected_net_90d"].null_count == rows["at_risk_rank"].null_count == rows.num_rows
    assert parameters(rows)["trial"]["model"] == ""
    assert parameters(of_days(LEAST_DAYS_OF_MODEL))["trial"]["model"] == "logistic"


def test_a_model_that_is_no_better_than_one_feature_is_not_published(visits: pa.Table) -> None:
    """Everybody buys on any day with the same probability."""
    chance = np.random.default_rng(4)
    each = [np.flatnonzero(chance.uniform(size=3000) < 0.01) + 1 for _ in DAYS]
    customer = np.concatenate(each)
    days = pa.array(np.repeat(np.array(DAYS, dtype="datetime64[D]"), [len(one) for one in each]))
    net = pa.array(np.full(len(customer), 10.0))
    nothing = pa.nulls(len(customer))
    keys = pa.array([f"customer:{one}" for one in customer.tolist()])
    columns = [keys, pa.array(customer), days, days, nothing, net, nothing, nothing]
    forecaster = CustomerForecaster(
        CustomerHistory(pa.table(columns, names=list(CustomerHistory.SALES)), visits.slice(0, 0), DAYS, "UTC")
    )
    rows, trial = forecaster.forecast([LAST]), forecaster.trial(LAST)
    assert trial is not None
    assert trial.model
    assert trial.auc < trial.baseline_auc + LEAST_GAIN
    assert rows["published"].unique().to_pylist() == [False]
    assert number(rows, "probability_30d").mean() == pytest.approx(1 - 0.99**30, abs=0.02)
    # Without costs there is no margin.
    assert rows["expected_margin_90d"].null_count == rows.num_rows


def test_a_regression_finds_the_weights_that_made_its_cases() -> None:
    chance = np.random.default_rng(2)
    columns = chance.normal(3, 2, size=(9_999, 2))
    true = 1 / (1 + np.exp(-(0.5 + columns @ np.array([0.8, -1.2]))))
    fitted = logistic.fit(np.column_stack([columns, np.ones(9_999)]), chance.uniform(size=9_999) < true)
    assert fitted.weights[1:] / fitted.spread == pytest.approx([0.8, -1.2, 0], abs=0.08)
    assert fitted.probability(np.column_stack([columns, np.ones(9_999)])) == pytest.approx(true, abs=0.03)


def test_shares_by_bins_are_those_of_cases_with_about_the_same_measure() -> None:
    known, happened = np.arange(100.0), np.arange(100) >= 90
    # Bins of ten; two cases of the mean, 0.1, are added to each.
    assert logistic.share_by_bins(known, happened, np.array([5.0, 95.0, 1e9])) == pytest.approx(
        [0.2 / 12, 10.2 / 12, 10.2 / 12]
    )
