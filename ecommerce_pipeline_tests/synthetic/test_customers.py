"""Who buys and visits: lifetimes, rates and rhythms, compared with the truth behind them."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from ecommerce_pipeline.partitions import ONE_DAY, Window
from ecommerce_pipeline.synthetic import ShopSettings, snapshot
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.orders import MEAN_ORDERS, browsing, orders_of
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints
from ecommerce_pipeline.synthetic.seasons import demand
from ecommerce_pipeline.synthetic.sessions import sessions_of
from ecommerce_pipeline.synthetic.truth import alive, campaign_days, purchase_rates
from ecommerce_pipeline_tests.synthetic.support import SMALL, keys

SHOP = ShopSettings()
QUARTER = Window(date(2026, 1, 1), date(2026, 4, 1))
FORECAST = date(2026, 3, 2)  # thirty days before the quarter's end

Buys = tuple[Ints, Ints]


@pytest.fixture(scope="module")
def buys() -> Buys:
    """The day number and the customer of each order of the quarter, without guests."""
    customers = {day: orders_of(SHOP, day).headers["customer_id"] for day in QUARTER.days()}
    days = np.repeat([day_number(day) for day in customers], [len(each) for each in customers.values()])
    of = np.concatenate([*customers.values()])
    return days[of > 0], of[of > 0]


@pytest.mark.parametrize(
    ("day", "sizes"),
    [
        (date(2025, 1, 1), (357, 867, 1086)),
        (date(2025, 11, 28), (1406, 3376, 4230)),
        (date(2026, 3, 10), (466, 1108, 1418)),
    ],
)
def test_who_buys_does_not_change_how_much_happens_on_a_day(day: date, sizes: tuple[int, ...]) -> None:
    """Orders, lines and visits, as they were when one power law drew the customers."""
    orders = orders_of(SHOP, day)
    assert (len(orders.first_line), len(orders.order_of_line), len(sessions_of(SHOP, day)["session_id"])) == sizes


@pytest.mark.parametrize("settings", [SHOP, SMALL], ids=["default", "small"])
def test_nobody_buys_or_visits_before_they_come_or_after_they_leave_or_are_deleted(settings: ShopSettings) -> None:
    for day in (date(2026, 2, 18), date(2026, 3, 10), date(2026, 3, 31)):
        living = set(alive(settings, day).tolist())
        assert living < keys(settings, "customers", day) & keys(settings, "customers", day - ONE_DAY)
        for rows in (orders_of(settings, day).headers, sessions_of(settings, day)):
            assert set(rows["customer_id"].tolist()) <= living | {0}


def test_who_has_left_never_comes_back_and_about_half_leave_in_a_year() -> None:
    year = [alive(SHOP, date(2025, 3, 1) + timedelta(days=30 * month)) for month in range(13)]
    for before, after in pairwise(year):
        known = after[after <= before[-1]]
        assert np.isin(known, before).all()
        assert len(known) < len(before)
    assert 0.35 < np.isin(year[0], year[-1]).mean() < 0.65
    assert 0.2 < len(year[-1]) / snapshot(SHOP, "customers", date(2026, 2, 24)).num_rows < 0.4


def test_a_shop_whose_only_customer_is_deleted_has_guests_only() -> None:
    settings, late = replace(SHOP, customers=1, change_rate=0.5), date(2040, 1, 1)
    assert len(alive(settings, late)) == len(purchase_rates(settings, late)) == 0
    assert not orders_of(settings, late).headers["customer_id"].any()


def test_customers_buy_at_rates_of_their_own(buys: Buys) -> None:
    ids, rates = alive(SHOP, QUARTER.start), purchase_rates(SHOP, QUARTER.start)
    assert rates.sum() == pytest.approx(0.93 * demand(SHOP, QUARTER.start, MEAN_ORDERS))
    bought = np.bincount(buys[1], minlength=SHOP.customers + 1)[ids]
    by_rate = np.array_split(np.argsort(rates), 10)
    true = np.array([rates[which].sum() for which in by_rate]) / rates.sum()
    assert true[9] > 2 * true[7] > 2 * true[5] > 2 * true[2]
    assert np.array([bought[which].sum() for which in by_rate]) / bought.sum() == pytest.approx(true, abs=0.02)


def test_visits_tell_how_often_somebody_buys_but_not_exactly() -> None:
    ids, rates = alive(SHOP, FORECAST), purchase_rates(SHOP, FORECAST)
    days = Window(FORECAST, QUARTER.end).days()
    visits = np.concatenate([sessions_of(SHOP, day)["customer_id"][: browsing(SHOP, day)] for day in days])
    seen = np.bincount(visits, minlength=SHOP.customers + 1)[ids]
    few, many = seen[rates < np.quantile(rates, 0.25)], seen[rates > np.quantile(rates, 0.75)]
    assert many.mean() > 2 * few.mean() > 0.2 * many.mean()


def test_customers_buy_again_after_about_two_months(buys: Buys) -> None:
    days, of = buys
    in_order = np.lexsort((days, of))
    gap = np.diff(days[in_order])[np.diff(of[in_order]) == 0]
    assert ((gap >= 50) & (gap < 70)).sum() > 3 * ((gap >= 20) & (gap < 40)).sum()


def test_the_truth_forecasts_who_buys_within_thirty_days_and_no_simple_measure_does(buys: Buys) -> None:
    """Nor does chance: with one power law for all, the number of orders gave 0.61, and nothing gave more."""
    days, of = buys
    before = days < day_number(FORECAST)
    ids, count = np.unique(of[before], return_counts=True)
    again = np.isin(ids, of[~before])
    last, rate = np.zeros(SHOP.customers + 1, dtype=np.int64), np.zeros(SHOP.customers + 1)
    np.maximum.at(last, of[before], days[before])
    rate[alive(SHOP, FORECAST)] = purchase_rates(SHOP, FORECAST)
    simple = max(area_under_curve(again, count), area_under_curve(again, last[ids]))
    assert 0.6 < simple < 0.75
    assert area_under_curve(again, rate[ids]) > simple + 0.08


def area_under_curve(happened: Flags, score: Ints) -> float:
    """Return the chance that one to whom it happened has a higher score than one to whom it did not."""
    _, position, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[position]
    yes = happened.sum()
    return float((rank[happened].sum() - yes * (yes + 1) / 2) / (yes * (len(score) - yes)))


def test_days_of_campaigns_are_known_ahead() -> None:
    days = Window(date(2027, 11, 25), date(2027, 12, 6)).days()
    black_friday = [date(2027, 11, 26) + timedelta(days=day) for day in range(4)]
    assert campaign_days(days) == dict.fromkeys(black_friday, "black_friday") | {date(2027, 12, 5): "christmas"}
