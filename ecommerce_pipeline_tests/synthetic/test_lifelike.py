"""Sizes and behavior of the shop at its default settings, within wide bounds."""

from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ecommerce_pipeline.partitions import Window, start_of
from ecommerce_pipeline.synthetic import ShopSettings, written
from ecommerce_pipeline.synthetic.seasons import campaign_code, demand
from ecommerce_pipeline_tests.synthetic.support import Month

SHOP = ShopSettings()
MONTH = Window(date(2026, 3, 2), date(2026, 4, 1))


@lru_cache
def rows(table: str, settings: ShopSettings = SHOP, window: Window = MONTH) -> pa.Table:
    """What happens and is written on these days, once each."""
    return pa.concat_tables([of_day(settings, table, day) for day in window.days()])


def of_day(settings: ShopSettings, table: str, day: date) -> pa.Table:
    found = written(settings, table, day).rows
    return found.filter(pc.greater_equal(found["created_at"], pa.scalar(start_of(day))))


def one(day: date) -> Window:
    return Window(day, day + timedelta(days=1))


def test_thirty_days_have_the_size_the_project_was_specified_with() -> None:
    assert rows("transactions").num_rows == pytest.approx(16_500, rel=0.05)
    assert rows("reviews").num_rows == pytest.approx(16_500, rel=0.05)
    assert rows("sessions").num_rows == pytest.approx(50_000, rel=0.05)


def test_orders_have_about_two_and_a_half_lines_and_four_per_cent_of_them_are_refunded() -> None:
    orders, lines = rows("transactions").num_rows, rows("transaction_items").num_rows
    assert lines / orders == pytest.approx(2.4, rel=0.05)
    assert rows("refunds").num_rows / lines == pytest.approx(0.04, rel=0.1)


def test_scale_multiplies_the_events_of_a_day() -> None:
    day = one(date(2026, 3, 10))
    for table in ("transactions", "sessions"):
        small, large = rows(table, SHOP, day), rows(table, ShopSettings(scale=10), day)
        assert large.num_rows / small.num_rows == pytest.approx(10, rel=0.03)


def test_channels_are_mixed_as_intended() -> None:
    channels = Counter(rows("transactions")["channel"].to_pylist())
    total = sum(channels.values())
    for channel, share in {"web": 0.46, "mobile_app": 0.30, "marketplace": 0.09, "store": 0.15}.items():
        assert channels[channel] / total == pytest.approx(share, abs=0.02)


def test_weekends_black_friday_and_december_are_busier_than_the_days_around_them() -> None:
    def orders(day: date) -> int:
        return demand(SHOP, day, 10_000)

    saturdays = [date(2025, 3, 1) + timedelta(days=7 * week) for week in range(20)]
    assert sum(map(orders, saturdays)) > 1.1 * sum(orders(day + timedelta(days=3)) for day in saturdays)
    black_friday = date(2025, 11, 28)
    assert campaign_code(black_friday) == campaign_code(date(2025, 12, 1)) == campaign_code(date(2024, 11, 29))
    assert campaign_code(date(2025, 11, 27)) == campaign_code(date(2025, 12, 2)) == -1
    assert orders(black_friday) > 1.8 * orders(black_friday - timedelta(days=7))
    assert orders(date(2025, 12, 13)) > 1.2 * orders(date(2025, 9, 13))


def test_campaigns_show_in_visits_and_discounts_on_their_days_only() -> None:
    friday, quiet = one(date(2025, 11, 28)), one(date(2025, 11, 20))
    campaigns = Counter(rows("sessions", SHOP, friday)["campaign"].to_pylist())
    assert 0.25 < campaigns["black_friday"] / campaigns.total() < 0.45

    def discount(window: Window) -> float:
        orders = rows("transactions", SHOP, window).to_pandas()
        return float(orders.discount_amount.sum() / orders.gross_amount.sum())

    assert discount(friday) > 2 * discount(quiet)


def test_the_shop_sleeps_at_night() -> None:
    hours = Counter(when.hour for when in rows("transactions")["created_at"].to_pylist())
    assert sum(hours[hour] for hour in range(2, 6)) < 0.1 * sum(hours[hour] for hour in range(17, 21))


def test_few_products_and_customers_make_many_of_the_sales() -> None:
    for table, column in (("transaction_items", "product_id"), ("transactions", "customer_id")):
        counts = [number for _, number in Counter(rows(table)[column].drop_null().to_pylist()).most_common()]
        best = sum(counts[: len(counts) // 10]) / sum(counts)
        assert 0.15 < best < 0.6
        assert counts[0] < 0.01 * sum(counts)
    bought = Counter(rows("transactions")["customer_id"].drop_null().to_pylist())
    assert sum(number > 1 for number in bought.values()) > 0.1 * len(bought)


def test_ratings_go_with_the_latent_quality_and_every_review_reads_differently(month: Month) -> None:
    reviews = [*month.valid("reviews").values()]
    stars: dict[int, list[int]] = {}
    for row in reviews:
        stars.setdefault(row["product_id"], []).append(row["rating"])
    means = [sum(given) / len(given) for given in stars.values() if len(given) > 20]
    assert max(means) - min(means) > 0.8
    assert set(Counter(row["rating"] for row in reviews)) == {1, 2, 3, 4, 5}
    assert len({row["body"] for row in reviews}) > 0.5 * len(reviews)


def test_what_reviewers_write_agrees_with_their_stars(month: Month) -> None:
    by_rating: dict[int, set[str]] = {}
    for row in month.valid("reviews").values():
        by_rating.setdefault(row["rating"], set()).add(row["title"])
        if row["rating"] <= 2:
            assert not any(word in row["body"] for word in ("recommended", "outstanding", "buy it again", "Thank"))
        if row["rating"] >= 4:
            assert not any(word in row["body"] for word in ("money back", "useless", "Never again", "disappointment"))
    titles = [title for found in by_rating.values() for title in found]
    assert len(set(titles)) == len(titles), "no title is used for different ratings"
