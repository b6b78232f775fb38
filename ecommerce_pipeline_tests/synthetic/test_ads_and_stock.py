"""Ads bring the visits that they were paid for; stock is what suppliers brought less what was sold."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from ecommerce_pipeline.synthetic import ShopSettings, state
from ecommerce_pipeline.synthetic.orders import orders_of
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Month, day_of

PAID = {"paid_search", "social", "affiliate"}


def test_ads_have_no_fewer_clicks_than_their_source_and_campaign_had_visits(month: Month) -> None:
    visits, clicks = Counter(), Counter()
    for row in month.valid("sessions").values():
        if row["traffic_source"] in PAID:
            visits[day_of(row["created_at"]), row["traffic_source"], row["campaign"]] += 1
    for row in month.valid("ad_spend").values():
        clicks[day_of(row["created_at"]), row["traffic_source"], row["campaign"]] += row["clicks"]
        assert row["impressions"] >= row["clicks"] > 0 < row["cost_amount"]
        assert row["cost_amount"] == round(row["cost_amount"], 2)
    # Visits and cost of the last days are not all there: some rows are late.
    late = {cell for cell in visits.keys() | clicks.keys() if (DAYS.last - cell[0]).days < 4}
    assert visits.keys() - late == clicks.keys() - late
    assert {campaign for _, _, campaign in clicks} == {None}


def test_ads_of_a_campaign_are_apart_from_the_others() -> None:
    day = date(2026, 3, 20)
    sums = Counter()
    for row in state(SMALL, "ad_spend", day, day, defects=False).to_pylist():
        sums[row["traffic_source"], row["campaign"]] += row["clicks"]
    assert sums.keys() == {(source, campaign) for source in PAID for campaign in (None, "spring_sale")}


@pytest.mark.parametrize("shop", [SMALL, ShopSettings(products=2000, stores=5, start_date=SMALL.start_date)])
def test_stock_follows_from_sales_and_weekly_orders_to_suppliers(shop: ShopSettings) -> None:
    """Day by day: what was ordered a week ago arrives, and what was sold since then is ordered, on one weekday."""
    stock, incoming = defaultdict(Counter), defaultdict(Counter)
    sold, seen, out = defaultdict(Counter), Counter(), 0
    days = [shop.start_date + timedelta(days=each) for each in range(40)]
    for day in days:
        orders = orders_of(shop, day)
        store = orders.headers["store_id"][orders.order_of_line]
        for product, place, units in zip(orders.lines["product_id"], store, orders.lines["quantity"], strict=True):
            sold[int(product), int(place)][day] += int(units)
        for row in state(shop, "stock_levels", day, day + timedelta(days=9), defects=False).to_pylist():
            place = (row["product_id"], row["store_id"] or 0)
            assert (row["warehouse"] is None) == (row["store_id"] is not None)
            stock[place][day], incoming[place][day] = int(row["on_hand"]), int(row["incoming"])
            seen[place] += 1
    for place, levels in stock.items():
        of_day = [sold[place][day] for day in days]
        for number, day in enumerate(days):
            assert day in levels or not of_day[number], "each day with sales has a row"
        fits = [
            all((level, incoming[place][day]) == simulated[days.index(day)] for day, level in levels.items())
            for weekday in range(7)
            for simulated in [simulate(of_day, weekday, highest(levels, of_day, weekday, days))]
        ]
        assert any(fits), place
        out += sum(level == 0 for level in levels.values())
    assert 0 < out < 0.3 * sum(seen.values())


def simulate(sold: list[int], weekday: int, level: int) -> list[tuple[int, int]]:
    there, on_the_way, since, found = level, 0, 0, []
    for number, units in enumerate(sold):
        there -= units
        since += units
        if number % 7 == weekday:
            there, on_the_way, since = there + on_the_way, since, 0
        found.append((max(there, 0), on_the_way))
    return found


def highest(levels: Counter[date], sold: list[int], weekday: int, days: list[date]) -> int:
    """Return the level to which a place is filled up, from a day with stock; any if it never has some."""
    base = simulate(sold, weekday, 10**6)
    known = [level + 10**6 - base[days.index(day)][0] for day, level in levels.items() if level]
    return known[0] if known else 0
