"""A shop whose database was not made for the platform, through a mapping: true figures after each step of its life.

`realshop/rules.md` says what the figures mean, `realshop/truth` has them: computed from the database by other means.
"""

import csv
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser

from ecommerce_pipeline.assets.changes import seen
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline_tests.support.browser import OpenPage, address_of, launch_browser, open_page
from ecommerce_pipeline_tests.support.files import files_with
from ecommerce_pipeline_tests.support.platform import Platform

SHOP: Final = Path(__file__).parents[1] / "realshop"
STEPS: Final = sorted(path.stem for path in (SHOP / "steps").iterdir())

COUNTS: Final = ("orders_placed", "orders_sold", "orders_cancelled", "units")
AMOUNTS: Final = ("gross", "discount", "refund", "net", "shipping", "tax")
CENT: Final = Decimal("0.01")
COLUMNS_ON_PAGE: Final = {
    "orders_sold": "Orders sold",
    "orders_cancelled": "Cancelled",
    "units": "Units",
    "gross": "Gross",
    "discount": "Discounts",
    "refund": "Refunds",
    "net": "Net",
    "shipping": "Shipping",
    "tax": "Tax",
    "net_brl": "Net in BRL",
}
"""Of the table of sales by currency."""

NOT_BY_TIME: Final = {
    "04_corrections": "2026-03-02",  # the test order A-1011 is deleted
    "05_late_commit_and_refunds": "2026-03-05",  # A-1025 is committed with times that were looked at before
    "07_erasure": "2026-03-02",  # a customer is erased: her orders have none, and their times are the old ones
}
"""A day with figures that changed by what `updated_at` does not tell: only `--exact` finds it."""


def rows(file: str) -> list[dict[str, str]]:
    """Return the rows of a file of the fixture."""
    with (SHOP / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def truth(step: str) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Return the figures after a step, by day and currency: in the currency, and net in BRL."""
    return {
        (row["business_day"], row["currency"]): tuple(Decimal(row[name]) for name in (*COUNTS, *AMOUNTS, "net_brl"))
        for row in rows(f"truth/{step}.csv")
    }


def figures(platform: Platform) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Return the same figures from the mart, of days that have any."""
    columns = [*COUNTS, *(f"{name}_amount" for name in AMOUNTS), "net_amount_in_reporting_currency"]
    found = platform.query(f"SELECT business_date, currency, {', '.join(columns)} FROM datamart.marts_currency_daily")
    return {
        (str(day), currency): (*(Decimal(str(value)) for value in values), rounded(net))
        for day, currency, *values, net in found
        if any(values)
    }


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def totals(step: str) -> dict[tuple[str, str], Decimal]:
    """Return the figures over all days after a step, by metric and key, without those that are zero."""
    found = {(row["metric"], row["key"]): Decimal(row["value"]) for row in rows(f"truth/{step}_totals.csv")}
    return {key: value for key, value in found.items() if value}


def total_figures(platform: Platform) -> dict[tuple[str, str], Decimal]:
    """Return the same from the facts and marts."""

    def one(query: str) -> Any:
        [(value,)] = platform.query(query)
        return value

    found: dict[tuple[str, str], Decimal] = {
        ("customers_placed", "all"): one("SELECT count(DISTINCT person_key) FROM core.fact_order"),
        ("customers_sold", "all"): one("SELECT count(*) FROM datamart.marts_customer_rfm"),
        ("net_brl", "all"): rounded(one("SELECT sum(net_amount) FROM datamart.marts_sales_daily")),
    }
    for month, buyers in platform.query(
        "SELECT cohort_month, cohort_customers FROM datamart.marts_customer_cohort_retention "
        "WHERE months_since_first = 0"
    ):
        found["first_time_buyers", f"{month:%Y-%m}"] = buyers
    columns = {name: name for name in COUNTS} | {name: f"{name}_amount" for name in AMOUNTS}
    sums = ", ".join(f"sum({column})" for column in [*columns.values(), "net_amount_in_reporting_currency"])
    for currency, *values, net in platform.query(
        f"SELECT currency, {sums} FROM datamart.marts_currency_daily GROUP BY currency"
    ):
        found |= {(name, currency): value for name, value in zip(columns, values, strict=True)}
        found["net_brl", currency] = rounded(net)
    return {key: value for key, value in found.items() if value}


def page_figures(visit: OpenPage) -> dict[tuple[str, str], Decimal]:
    """Return those of the same that the page shows, of its longest period."""
    visit.choose("all")
    found = {
        (name, str(row["Currency"])): number(row[column])
        for row in visit.table("currencies")
        for name, column in COLUMNS_ON_PAGE.items()
    }
    found["net_brl", "all"] = Decimal(str(visit.figures()["net_revenue"]))  # in cents, as all amounts with a value
    return {key: rounded(value / 100) if key[0] == "net_brl" else value for key, value in found.items() if value}


def number(shown: object) -> Decimal:
    """Return the number of a cell: its value, or as it is written."""
    if isinstance(shown, int | float):
        return Decimal(str(shown))
    return Decimal(re.sub(r"[^\d.-]", "", str(shown).replace("\N{MINUS SIGN}", "-")))


@pytest.fixture
def shop(new_platform: Callable[..., Platform]) -> Iterator[Platform]:
    platform = new_platform(
        "realshop",
        SOURCE="external",
        TIME_ZONE="America/Sao_Paulo",
        START_DATE="2026-02-01",
        KEY_TYPE="text",
        REPORTING_CURRENCY="BRL",
        SHOP_MAPPING=str(SHOP / "mapping"),
        PERSONAL_DATA="none",  # its guests are persons all the same
    )
    with platform.source() as connection, connection.cursor() as cursor:
        cursor.execute((SHOP / "schema.sql").read_bytes())
        cursor.execute("CREATE TABLE app.exchange_rate (currency text, valid_from date, rate numeric(18, 9))")
        cursor.executemany("INSERT INTO app.exchange_rate VALUES (%(currency)s, %(date)s, %(rate)s)", rows("rates.csv"))
    yield platform
    use_keys("integer")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with launch_browser() as running:
        yield running


def test_the_figures_of_a_live_shop_are_true_after_each_step_of_its_life(shop: Platform, browser: Browser) -> None:
    for step in STEPS:
        with shop.source() as connection:
            connection.execute((SHOP / "steps" / f"{step}.sql").read_bytes())
        if step == STEPS[0]:
            # Without dates: the newest whole days of the shop. The newest order is of 3 March in UTC.
            called = shop.command("run")
            assert "2026-02-01 to 2026-03-02 (30 days)" in called.stdout, called.stdout + called.stderr
        by_time = {str(change.day) for change in shop.changes()}
        if day := NOT_BY_TIME.get(step):
            assert day not in by_time
            assert day in {str(change.day) for change in shop.changes(exact=True)}
        shop.run_changed(exact=step in NOT_BY_TIME)
        assert figures(shop) == truth(step), step
        assert total_figures(shop) == totals(step), step
        assert shop.changes() == []
        day = max(day for day, _ in truth(step))
        shop.run(day, day, job="dashboard")
        with open_page(browser, address_of(shop.settings.dashboard_dir / DASHBOARD_PAGE)) as visit:
            shown = page_figures(visit)
        on_page = {key for key in totals(step) if key[0] in COLUMNS_ON_PAGE}
        assert shown == {key: totals(step)[key] for key in on_page}, step
    assert shop.changes(exact=True) == []
    check_that_only_the_shop_knows_persons(shop)
    checked = shop.command("map", "--check", "--day", "2026-03-02")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    [(newest,)] = shop.query("SELECT max(updated_at) FROM staging.transactions")
    assert seen(shop.instance)["transactions"] == newest
    shares = shop.query(
        "SELECT transaction_item_id, gross_amount, line_discount_amount, order_discount_amount "
        "FROM core.fact_transaction"
    )
    allocated = {key: tuple(amounts) for key, *amounts in shares}
    for row in rows(f"truth/{STEPS[-1]}_allocation.csv"):
        wanted = tuple(Decimal(row[name]) for name in ("gross", "line_discount", "order_discount_share"))
        assert allocated[row["line_id"]] == wanted, row


def check_that_only_the_shop_knows_persons(shop: Platform) -> None:
    with shop.source() as connection:
        addresses = {
            address.strip()
            for (address,) in connection.execute(
                "SELECT email FROM app.customer_account UNION SELECT guest_email FROM app.sales_order"
            )
            if address
        }
    assert len(addresses) > len(STEPS)
    assert files_with(shop.folder, addresses, but={"postgres"}) == {}
    # Files of the lake and the warehouse are compressed, and the checks found both equal.
    assert shop.query("SELECT count(first_name), count(email) FROM staging.customers") == [(0, 0)]
    assert shop.query("SELECT count(guest_email) FROM staging.transactions") == [(0,)]
    guests = {guest for (guest,) in shop.query("SELECT DISTINCT guest_key FROM staging.transactions") if guest}
    key = (shop.folder / "person_key").read_text().strip()
    assert guests
    assert guests <= {sha256(f"{key}{address.lower()}".encode()).hexdigest() for address in addresses}
