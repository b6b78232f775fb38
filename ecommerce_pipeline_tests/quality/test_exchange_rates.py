"""Whether a run stops before it adds amounts of which nobody knows the rate."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.exchange_rates import check_rates
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline_tests.support.staged import Row, stage_days, staged_row, with_staging

DAYS = Days.parse("2026-03-01 to 2026-03-20")


def order(key: int, day: int, currency: str | None) -> Row:
    return staged_row("transactions", transaction_id=key, currency=currency, business_date=date(2026, 3, day))


def refund(key: int, order: int, day: int, currency: str | None) -> Row:
    row = {"refund_id": key, "transaction_id": order, "currency": currency}
    return staged_row("refunds", **row, business_date=date(2026, 3, day))


def rate(currency: str, day: int, price: str = "1.1") -> Row:
    first = date(2026, 2, 28) + timedelta(days=day)
    key = {"exchange_rate_id": f"{currency} {day}", "currency": currency, "valid_from": first}
    return staged_row("exchange_rates", **key, rate=Decimal(price))


def shop(path: Path, orders: list[Row], refunds: list[Row], rates: list[Row]) -> DuckDBWarehouse:
    file = with_staging(path / "warehouse.duckdb")
    stage_days(file, {"transactions": orders, "refunds": refunds, "exchange_rates": rates}, DAYS)
    return DuckDBWarehouse(path=str(file), place=str(file))


def test_orders_with_a_rate_of_the_last_week_pass(tmp_path: Path) -> None:
    orders = [order(1, 3, None), order(2, 3, "usd"), order(3, 3, " eur "), order(4, 12, "EUR"), order(5, 3, "")]
    refunds = [refund(1, 9, 10, "EUR"), refund(2, 9, 20, None), refund(3, 3, 20, "EUR")]
    warehouse = shop(tmp_path, orders, refunds, [rate("EUR", 0), rate("Eur", 5)])
    check_rates(warehouse, DAYS, "USD")
    # Days without amounts need no rate.
    check_rates(warehouse, Days.parse("2026-03-15"), "USD")


def test_a_currency_without_a_rate_stops_the_run_and_is_named_with_its_orders_days_and_the_remedy(
    tmp_path: Path,
) -> None:
    orders = [order(1, 3, "EUR"), order(2, 13, "EUR"), order(3, 14, "eur"), order(4, 2, "JPY"), order(5, 3, "KWD")]
    # The rate of a refund is that of its order's day, whatever its own, unless the order is not here.
    refunds = [refund(1, 1, 20, "EUR"), refund(2, 77, 20, "CHF")]
    warehouse = shop(tmp_path, orders, refunds, [rate("EUR", 1), rate("EUR", 5), rate("JPY", 3), rate("KWD", 3, "0")])
    with pytest.raises(PlatformError) as caught:
        check_rates(warehouse, DAYS, "USD")
    assert str(caught.value) == (
        "orders or refunds have no exchange rate to REPORTING_CURRENCY=USD. CHF: 1 of 2026-03-20; "
        "EUR: 2 of 2026-03-13 to 2026-03-14; JPY: 1 of 2026-03-02; KWD: 1 of 2026-03-03. Set REPORTING_CURRENCY to the "
        "shop's currency if it has only one, or let the source's table exchange_rates have a rate of each such "
        "currency that is valid from the day or at most 7 days before"
    )
