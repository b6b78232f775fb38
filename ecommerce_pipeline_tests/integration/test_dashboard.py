"""The dashboard of 30 days at scale 1 in a real browser, compared with the marts and the shop's ledger."""

import base64
import csv
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster import AssetKey
from playwright.sync_api import Browser

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.dashboard.charts import SECTIONS
from ecommerce_pipeline.dashboard.datasets import read_datasets
from ecommerce_pipeline.dashboard.definitions import Definitions, read_definitions
from ecommerce_pipeline.dashboard.forecast_queries import FORECASTS
from ecommerce_pipeline.dashboard.queries import tables_of_dataset, tables_read
from ecommerce_pipeline.dashboard.render import render
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.forecasts.ets import ets
from ecommerce_pipeline.forecasts.sales_daily import SalesForecaster
from ecommerce_pipeline.forecasts.sales_history import SalesHistory
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.schema.duckdb import create_table
from ecommerce_pipeline.schema.forecasts import sales_daily
from ecommerce_pipeline.schema.tables import CHANNELS
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import Totals, ledger
from ecommerce_pipeline.targets import dbt_workspace
from ecommerce_pipeline_tests.support.browser import OpenPage, address_of, launch_browser, open_page
from ecommerce_pipeline_tests.support.marts import build_marts
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

EVERY_CHART = {chart.name: chart for section in SECTIONS for chart in section.charts}
OF_FORECASTS = {name for name, chart in EVERY_CHART.items() if set(chart.reads) <= set(FORECASTS)}
CHARTS = {name: chart for name, chart in EVERY_CHART.items() if name not in OF_FORECASTS}
OVER_MONTHS = {"lifetime_value", "repeat_rate"}
"""Of 30 days, these say that they need more."""
OF_NEWEST_DAY = {"lost_sales", "stock_cover", "sell_through"}
"""Of stock, as it is on the newest day, whatever days are selected."""
DRAWN = [name for name, chart in CHARTS.items() if chart.draw and name not in OVER_MONTHS]
FIRST, LAST = "2026-03-02", "2026-03-31"
PERIODS = {"7d": 7, "14d": 14, "28d": 28}
SALES = "datamart.marts_channel_store_daily"
DEFAULTS = {
    name: str(default) for name in SMALL_SHOP if (default := Settings.model_fields[name.lower()].default) is not None
}
SMALLER = {"CUSTOMERS": "20000", "PRODUCTS": "6000"}
WHOLE_LIFE = {"START_DATE": FIRST}
"""So that the marts have every order that is refunded or moved to these days, as the ledger has."""

NO_VALUE = "\N{EN DASH}"

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The shop of `make run`, 30 days at scale 1, with fewer customers and products to save time."""
    with closing(Platform(tmp_path_factory.mktemp("month"), DEFAULTS | SMALLER | WHOLE_LIFE)) as platform:
        build_marts(platform.settings, Days.of_keys(FIRST, LAST))
        forecast(platform.settings.warehouse_path)
        platform.run(FIRST, LAST, job="dashboard")
        yield platform


def forecast(warehouse: Path) -> None:
    """Add the forecast of the last day. A month is too little for the model: the rows are the baseline's."""
    with duckdb.connect(str(warehouse)) as connection:
        columns = ", ".join(SalesHistory.COLUMNS)
        sales = connection.execute(f"SELECT {columns} FROM datamart.marts_sales_as_known").to_arrow_table()
        days = list(Days.of_keys(FIRST, LAST))
        rows = SalesForecaster(SalesHistory(sales, days), lambda _: "", ets()).forecast([days[-1]])
        connection.execute("CREATE SCHEMA forecast")
        connection.execute(create_table(sales_daily, "forecast"))
        connection.register("rows", rows)
        connection.execute("INSERT INTO forecast.sales_daily BY NAME FROM rows")


@pytest.fixture(scope="module")
def address(month: Platform) -> str:
    return address_of(month.settings.dashboard_dir / DASHBOARD_PAGE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as running:
        yield running


@pytest.fixture(scope="module")
def visit(browser: Browser, address: str) -> Iterator[OpenPage]:
    """The open page; each test makes its own selection."""
    with open_page(browser, address) as visit:
        yield visit


def definitions_of(platform: Platform) -> Definitions:
    return read_definitions(dbt_workspace(platform.settings).project().manifest_path)


def cents(amount: object) -> int:
    assert isinstance(amount, Decimal | int), amount
    return int(amount * 100)


def short(amount: object) -> str:
    """Return an amount as the page writes it in a sentence: three digits."""
    millions = cents(amount) / 100_000_000
    if millions >= 0.9995:
        return f"${float(f'{millions:.3g}'):g}M"
    return f"${float(f'{millions * 1000:.3g}'):g}K"


def period_condition(period: str) -> str:
    """Return the condition for the days of a period."""
    if period == "all":
        return "true"
    return f"business_date > DATE '{LAST}' - {PERIODS[period]} AND business_date <= DATE '{LAST}'"


def selection_condition(period: str, channel: str) -> str:
    return period_condition(period) + ("" if channel == "all" else f" AND channel = '{channel}'")


def test_the_page_opens_without_errors_and_sends_no_network_request(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        for period, channel in (("all", "store"), ("7d", "web")):
            visit.choose(period, channel)
        assert visit.console_output == []
        assert visit.requests == [address]


def test_the_page_is_smaller_than_three_megabytes(month: Platform) -> None:
    assert (month.settings.dashboard_dir / DASHBOARD_PAGE).stat().st_size < 3_000_000


@pytest.mark.parametrize("period", ["14d", "all"])
def test_every_chart_has_marks(visit: OpenPage, period: str) -> None:
    visit.choose(period, "all")
    marks = "svg :is(.mark-rect, .mark-symbol, .mark-line, .mark-area):not(.role-axis-grid *) path"
    for name in DRAWN:
        assert visit.page.locator(f"#{name} {marks}").count() > 0, name


def test_every_id_is_unique(visit: OpenPage) -> None:
    """A chart once had the id of its section."""
    names = visit.page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert sorted(names) == sorted(set(names))


def test_every_chart_shows_its_title_unit_tables_and_date(visit: OpenPage) -> None:
    for name, chart in CHARTS.items():
        figure = visit.page.locator(f"#{name}")
        assert figure.locator("h3").inner_text() == chart.title
        assert figure.locator(".unit").inner_text().startswith(chart.unit.format(money="USD"))
        source = figure.locator(".source").inner_text()
        for dataset in chart.reads:
            for layer, table in tables_of_dataset(dataset):
                if layer != "forecast":  # of a month there is none to show
                    assert f"{layer}.{re.sub(r'^quarantine_.*', 'quarantine_*', table)}" in source
        assert "as of 31 Mar 2026" in source


@pytest.mark.parametrize(("period", "channel"), product(["7d", "14d", "28d", "all"], ["all", *CHANNELS]))
def test_the_key_figures_equal_the_marts(visit: OpenPage, month: Platform, period: str, channel: str) -> None:
    visit.choose(period, channel)
    where = selection_condition(period, channel)
    [(gross, discount, refund, placed, paid, units)] = month.query(
        "SELECT sum(gross_amount), sum(discount_amount), sum(refund_amount), sum(orders_placed), sum(orders_sold),"
        f" sum(units) FROM {SALES} WHERE {where}"
    )
    [(new,)] = month.query(f"SELECT sum(orders_new) FROM datamart.marts_customer_daily WHERE {where}")
    [(visits, bought)] = month.query(
        f"SELECT sum(sessions), sum(sessions_with_sold_order) FROM datamart.marts_funnel_daily WHERE {where}"
    )
    sold = cents(gross) - cents(discount)
    [(margin, known, returned)] = month.query(
        "SELECT sum(margin_amount), sum(net_amount_with_cost), sum(units_returned)"
        f" FROM datamart.marts_unit_economics_daily WHERE {where}"
    )
    [(attempts, approved)] = month.query(
        f"SELECT sum(attempts), sum(attempts_approved) FROM datamart.marts_payment_channel_daily WHERE {where}"
    )
    expected: dict[str, Any] = {
        "net_revenue": sold - cents(refund),
        "orders_sold": paid,
        "units": units,
        "orders_new": new,
        "average_order_value": pytest.approx(sold / paid),  # type: ignore[operator]
        "sold_rate": pytest.approx(paid / placed),  # type: ignore[operator]
        "refund_rate": pytest.approx(cents(refund) / sold),
        "margin": cents(margin),
        "margin_rate": pytest.approx(cents(margin) / cents(known)),
        "payment_approval_rate": pytest.approx(approved / attempts),  # type: ignore[operator]
        "return_rate": pytest.approx(float(returned) / float(units)),  # type: ignore[arg-type]
    }
    if channel != "store":
        expected["conversion_rate"] = pytest.approx(bought / visits)  # type: ignore[operator]
    assert visit.figures() == expected


def test_the_key_figures_equal_the_ledger(visit: OpenPage, month: Platform) -> None:
    days = Days.of_keys(FIRST, LAST)
    truth = ledger(shop_settings(month.settings), days, as_of=days.last)

    def figures_of(totals: Totals) -> dict[str, float]:
        net = totals.gross_cents - totals.discount_cents - totals.refund_cents
        return {"net_revenue": net, "orders_sold": totals.orders_sold, "units": totals.units}

    visit.choose("all", "all")
    found = visit.figures()
    assert figures_of(truth.total) == {name: found[name] for name in figures_of(truth.total)}
    for channel in CHANNELS:
        visit.choose("all", channel)
        found = visit.figures()
        expected = figures_of(sum((cell for (_, of), cell in truth.by_channel.items() if of == channel), Totals()))
        assert expected == {name: found[name] for name in expected}, channel


def test_each_key_figure_is_compared_with_the_previous_period(visit: OpenPage, month: Platform) -> None:
    visit.choose("14d", "all")
    now, before = (
        month.query(f"SELECT sum(orders_sold) FROM {SALES} WHERE business_date BETWEEN '{first}' AND '{last}'")[0][0]
        for first, last in (("2026-03-18", "2026-03-31"), ("2026-03-04", "2026-03-17"))
    )
    change = (now - before) / before  # type: ignore[operator]
    shown = visit.page.locator("[data-figure=orders_sold] .change").inner_text()
    assert shown == f"{'▲' if change > 0 else '▼'} {abs(change):.1%} vs 4\N{EN DASH}17 Mar"
    visit.choose("all")
    assert set(visit.texts(".change")) == {"no earlier period"}


def test_the_filters_change_exactly_the_charts_that_they_apply_to(visit: OpenPage) -> None:
    shapes = ".drawing :is(path, text), div.numbers td, .empty"
    drawn = f"figure => [...figure.querySelectorAll('{shapes}')].map((one) => one.outerHTML).sort().join('')"

    def drawings() -> dict[str, str]:
        return {name: str(visit.page.locator(f"#{name}").evaluate(drawn)) for name in CHARTS}

    def texts() -> dict[str, list[str]]:
        return {name: sorted(visit.texts(f"#{name} :is(.drawing text, div.numbers td, .empty)")) for name in CHARTS}

    visit.choose("14d", "all")
    start, first_texts = drawings(), texts()
    visit.choose("7d", "all")
    changed_by_period = {name for name, text in drawings().items() if text != start[name]}
    visit.choose("14d", "web")
    changed_by_channel = {name for name, text in drawings().items() if text != start[name]}
    unfiltered = {name for name in CHARTS if visit.texts(f"#{name} .unfiltered")}
    assert changed_by_period == CHARTS.keys() - OVER_MONTHS - OF_NEWEST_DAY
    filtered = {name for name, chart in CHARTS.items() if chart.scope == "period and filters"}
    assert changed_by_channel == filtered - unfiltered - OVER_MONTHS
    assert unfiltered == {"ad_spend", "campaigns", "source_revenue"} | OF_NEWEST_DAY
    visit.choose("14d", "all")
    assert texts() == first_texts


@pytest.mark.parametrize(("period", "channel"), product(["14d", "all"], ["all", "web", "store"]))
def test_the_best_products_are_those_of_the_period_and_channel(
    visit: OpenPage, month: Platform, period: str, channel: str
) -> None:
    visit.choose(period, channel)
    for chart, measure in (("products_by_revenue", "net_amount"), ("products_by_units", "units")):
        expected = month.query(
            "SELECT product_name, sum(net_amount), sum(units), sum(units_returned) FROM datamart.marts_product_daily"
            f" JOIN core.dim_product USING (product_id) WHERE {selection_condition(period, channel)}"
            f" GROUP BY product_id, product_name ORDER BY sum({measure}) DESC, product_id LIMIT 10"
        )
        found = [(row["Product"], row["Net revenue"], row["Units"], row["Returned"]) for row in visit.table(chart)]
        assert found == [(name, cents(net), *counts) for name, net, *counts in expected], chart


@pytest.mark.parametrize("channel", ["all", "mobile_app"])
def test_payments_channels_stores_and_visits_equal_the_marts(visit: OpenPage, month: Platform, channel: str) -> None:
    visit.choose("14d", channel)
    where = selection_condition("14d", channel)
    payments = {
        name: counts
        for name, *counts in month.query(
            "SELECT method_name, sum(orders_sold), sum(attempts), sum(attempts_approved), sum(retries), sum(recoveries)"
            " FROM datamart.marts_payment_channel_daily JOIN core.dim_payment USING (payment_method_id)"
            f" WHERE {where} GROUP BY ALL"
        )
    }
    shares = {row["Method"]: row["Orders sold"] for row in visit.table("payment_shares")}
    assert shares == {name: counts[0] for name, counts in payments.items() if counts[0]}
    columns = ("Payment attempts", "Attempts approved")
    success = {row["Method"]: [row[name] for name in columns] for row in visit.table("payment_success")}
    assert success == {name: counts[1:3] for name, counts in payments.items() if counts[1]}
    retries = {row["Method"]: [row["Retries"], row["Recoveries"]] for row in visit.table("retry_recovery")}
    assert retries == {name: counts[3:] for name, counts in payments.items() if counts[3]}

    labels = {"web": "Web", "mobile_app": "Mobile app", "marketplace": "Marketplace", "store": "Stores"}
    sales = month.query(f"SELECT channel, sum(net_amount), sum(orders_sold) FROM {SALES} WHERE {where} GROUP BY ALL")
    found = {row["Channel"]: (row["Net revenue"], row["Orders sold"]) for row in visit.table("channel_revenue")}
    assert found == {labels[str(name)]: (cents(net), orders) for name, net, orders in sales}

    [steps] = month.query(
        "SELECT sum(sessions), sum(sessions_with_product_view), sum(sessions_with_cart), sum(sessions_with_checkout),"
        f" sum(sessions_with_order), sum(sessions_with_sold_order) FROM datamart.marts_funnel_daily WHERE {where}"
    )
    assert [row["Visits"] for row in visit.table("funnel")] == list(steps)
    if channel == "all":
        stores = month.query(
            f"SELECT store_name, sum(net_amount) FROM {SALES} JOIN core.dim_store USING (store_id) WHERE {where}"
            " GROUP BY ALL ORDER BY 2 DESC"
        )
        found = [(row["Store"], row["Net revenue"]) for row in visit.table("stores")]
        assert found == [(name, cents(net)) for name, net in stores]
    else:
        assert "Stores" in visit.page.locator("#stores .empty").inner_text()


def test_revenue_and_customers_by_day_equal_the_marts(visit: OpenPage, month: Platform) -> None:
    visit.choose("all", "all")
    net = [cents(amount) for (amount,) in month.query("SELECT net_amount FROM datamart.marts_sales_daily ORDER BY ALL")]
    assert sorted(row["Net revenue"] for row in visit.table("revenue_by_day")) == sorted(net)
    [orders] = month.query("SELECT sum(orders_new), sum(orders_returning) FROM datamart.marts_customer_daily")
    rows = visit.table("new_and_returning")
    assert (sum(row["First orders"] for row in rows), sum(row["Further orders"] for row in rows)) == orders


@pytest.mark.parametrize(("period", "channel"), [("all", "all"), ("14d", "web")])
def test_segments_and_retention_equal_the_facts(visit: OpenPage, month: Platform, period: str, channel: str) -> None:
    """Segments are computed as in the marts; retention is computed in another way, from pairs of orders."""
    visit.choose(period, channel)
    segments = month.query(
        "WITH net AS (SELECT business_date, channel, customer_id, net_amount FROM core.fact_transaction WHERE is_sold"
        " UNION ALL SELECT business_date, channel, customer_id, -refund_amount FROM core.fact_refund WHERE is_counted)"
        " SELECT sum(net.net_amount),"
        " (SELECT count(*) FROM datamart.marts_customer_rfm WHERE segment = rfm.segment)"
        " FROM net LEFT JOIN datamart.marts_customer_rfm AS rfm USING (customer_id)"
        f" WHERE {selection_condition(period, channel)} GROUP BY segment, customer_id = -1"
    )
    assert sorted((row["Net revenue"], row["Customers, all days"]) for row in visit.table("rfm_segments")) == sorted(
        (cents(net), customers) for net, customers in segments
    )
    first_week = "2026-03-16" if period == "14d" else "2026-03-02"
    of_channel = "true" if channel == "all" else f"channel = '{channel}'"
    retention = month.query(
        "WITH orders AS (SELECT DISTINCT customer_id, channel, created_at, transaction_id,"
        " date_trunc('week', business_date)::DATE AS week FROM core.fact_transaction"
        " WHERE is_sold AND customer_id <> -1),"
        " firsts AS (FROM orders QUALIFY row_number()"
        " OVER (PARTITION BY customer_id ORDER BY created_at, transaction_id) = 1)"
        " SELECT firsts.week, (orders.week - firsts.week) // 7, count(DISTINCT customer_id)"
        f" FROM (FROM firsts WHERE {of_channel} AND week >= '{first_week}') AS firsts"
        " JOIN orders USING (customer_id) WHERE orders.week > firsts.week GROUP BY ALL ORDER BY ALL"
    )
    found = [(row["Weeks later"], row["Customers"]) for row in visit.table("cohort_retention")]
    assert found == [(weeks, customers) for _, weeks, customers in retention]


def test_quality_and_quarantine_equal_the_marts(visit: OpenPage, month: Platform) -> None:
    visit.choose("all", "all")
    quality = month.query(
        "SELECT table_name, sum(rows_in), sum(rows_valid), sum(rows_quarantined), sum(rows_duplicate)"
        f" FROM datamart.marts_data_quality WHERE business_date <= '{LAST}' GROUP BY ALL ORDER BY ALL"
    )
    found = [
        (row["Table"], row["Staging"], row["Valid"], row["Quarantined"], row["Exact copies"])
        for row in visit.table("rows_accounted")
    ]
    assert found == quality
    assert visit.texts(".verdict") == [
        f"All {sum(row[1] for row in quality):,} rows accounted for",  # type: ignore[misc]
        "All 7 totals agree to the cent",
    ]
    quarantined = sum(row["Rows"] for row in visit.table("quarantine_reasons"))
    assert quarantined == sum(row[3] for row in quality)  # type: ignore[misc]


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["desktop", "dark", "phone"])
def test_axe_finds_no_serious_problem(browser: Browser, address: str, options: dict[str, Any]) -> None:
    with open_page(browser, address, **options) as visit:
        visit.table("revenue_by_day")  # axe checks only tables that are open
        assert visit.findings() == []


def test_the_page_can_be_used_by_keyboard_alone(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        focused = (
            "document.activeElement.id || document.activeElement.getAttribute('href')"
            " || document.activeElement.parentElement.dataset.filter"
        )
        stops = []
        while "channel" not in stops:  # a date has a stop for each of its parts
            visit.page.keyboard.press("Tab")
            stops.append(visit.page.evaluate(focused))
        sections = [f"#{section.name}" for section in SECTIONS]
        assert list(dict.fromkeys(stops)) == ["#main", *sections, "period", "from", "to", "compare", "channel"]
        before = visit.figures()
        for key in ("Enter", "Tab", "Space"):
            visit.page.keyboard.press(key)
        visit.settle()
        assert visit.page.url.endswith("&channel=web")
        assert visit.figures() != before
        visit.page.keyboard.press("Escape")
        assert visit.page.evaluate(focused) == "channel"
        assert not visit.page.locator(".pick[open]").count()
        visit.page.locator("#revenue_by_day summary").focus()
        visit.page.keyboard.press("Enter")
        visit.page.locator("#revenue_by_day table").wait_for()


def test_the_selection_is_shown_and_kept_in_the_address(browser: Browser, address: str) -> None:
    with open_page(browser, f"{address}#period=7d&channel=web") as visit:
        status = visit.page.locator("[role=status]")
        assert status.inner_text().startswith("25 Mar 2026 \N{EN DASH} 31 Mar 2026, Web: $")
        visit.choose("28d", "store")
        assert visit.page.url.endswith("#period=28d&channel=store")
        assert status.inner_text().startswith("4 Mar 2026 \N{EN DASH} 31 Mar 2026, Stores: $")


def test_filters_combine_and_what_they_leave_equals_the_facts(visit: OpenPage, month: Platform) -> None:
    visit.choose("14d", ["web", "mobile_app"], country=["DE", "FR"], device="mobile", category="Home")
    chosen = (
        f"{period_condition('14d')} AND channel IN ('web', 'mobile_app') AND customer_country IN ('DE', 'FR')"
        " AND device = 'mobile'"
    )
    [(sold, units)] = month.query(
        "SELECT sum(net_amount), sum(quantity) FROM core.fact_transaction"
        f" WHERE is_sold AND category = 'Home' AND {chosen}"
    )
    [(refunded, returned)] = month.query(
        "SELECT sum(refund_amount), sum(quantity) FROM core.fact_refund_line"
        f" WHERE is_counted AND category = 'Home' AND {chosen}"
    )
    [(orders, value)] = month.query(f"SELECT count(*), sum(net_amount) FROM core.fact_order WHERE is_sold AND {chosen}")
    [(visits,)] = month.query(
        f"SELECT count(*) FROM core.dim_session WHERE {period_condition('14d')}"
        " AND channel IN ('web', 'mobile_app') AND device = 'mobile'"
    )
    found = visit.figures()
    assert found["net_revenue"] == cents(sold) - cents(refunded)
    assert found["units"] == units
    assert found["return_rate"] == pytest.approx(float(returned) / float(units))  # type: ignore[arg-type]
    assert found["refund_rate"] == pytest.approx(cents(refunded) / cents(sold))
    # An order has no category, and a visit no country: what is of them says so.
    assert found["orders_sold"] == orders
    assert found["average_order_value"] == pytest.approx(cents(value) / orders)  # type: ignore[operator]
    assert visit.table("funnel")[0]["Visits"] == visits
    notes = {
        "[data-figure=orders_sold]": ["Not filtered by category, which is not known here."],
        "[data-figure=net_revenue]": [],
        "#funnel": ["Not filtered by country and category, which is not known here."],
        "#categories": [],
        "#quarantine_by_day": [],
    }
    assert {element: visit.texts(f"{element} .unfiltered") for element in notes} == notes
    for chart, column, condition in (
        ("categories", "category", f"category = 'Home' AND {chosen}"),
        ("countries", "customer_country", f"category = 'Home' AND {chosen}"),
    ):
        expected = month.query(
            f"SELECT {column}, sum(amount) FROM ("
            f"SELECT {column}, net_amount AS amount FROM core.fact_transaction WHERE is_sold AND {condition} UNION ALL"
            f" SELECT {column}, -refund_amount FROM core.fact_refund_line WHERE is_counted AND {condition})"
            " GROUP BY ALL ORDER BY 2 DESC"
        )
        names = {"DE": "Germany", "FR": "France"}
        rows = visit.table(chart)
        assert [list(row.values())[:2] for row in rows] == [
            [names.get(str(name), name), cents(amount)] for name, amount in expected
        ], chart
    assert visit.page.url.endswith(
        "#period=14d&channel=web&channel=mobile_app&country=FR&country=DE&device=mobile&category=Home"
    )
    assert visit.page.locator("[data-filter=country] summary").inner_text() == "Country: 2 countries"
    visit.page.click("#clear")
    visit.settle()
    assert visit.page.url.endswith("#period=14d")


def test_margin_campaigns_coupons_and_returns_equal_their_marts(visit: OpenPage, month: Platform) -> None:
    visit.choose("14d", "web")
    where = selection_condition("14d", "web")
    [(margin,)] = month.query(f"SELECT sum(margin_amount) FROM datamart.marts_unit_economics_daily WHERE {where}")
    assert sum(row["Margin"] for row in visit.table("margin_by_day")) == cents(margin)
    assert sum(row["Margin"] for row in visit.table("margin_by_category")) == cents(margin)
    assert visit.table("revenue_to_margin")[-1]["Amount"] == cents(margin)
    coupons = month.query(
        f"SELECT sum(orders_sold), sum(net_amount) FROM datamart.marts_coupon_daily WHERE {where} GROUP BY coupon_code"
        " ORDER BY 2 DESC"
    )
    found = [(row["Orders sold"], row["Net revenue"]) for row in visit.table("coupons")]
    assert found == [(orders, cents(net)) for orders, net in coupons]
    returned = month.query(
        f"SELECT sum(refund_amount) FROM datamart.marts_returns WHERE {where} GROUP BY refund_reason ORDER BY 1 DESC"
    )
    assert [row["Refunds"] for row in visit.table("return_reasons")] == [cents(amount) for (amount,) in returned]
    assert sum(row["Refunds"] for row in visit.table("return_days")) == sum(cents(amount) for (amount,) in returned)
    campaigns = month.query(
        f"SELECT sum(sessions), sum(net_amount) FROM datamart.marts_campaign_daily WHERE {period_condition('14d')}"
        " GROUP BY campaign ORDER BY 2 DESC"
    )
    rows = visit.table("campaigns")
    assert [(row["Visits"], row["Net revenue"]) for row in rows] == [(n, cents(net)) for n, net in campaigns]
    [note] = visit.texts("#campaigns .unfiltered")
    assert note.startswith("Not filtered by channel")


def test_stock_is_that_of_the_newest_day_by_category_and_without_stock_levels_there_is_no_chart_of_it(
    visit: OpenPage, browser: Browser, page_after: Callable[..., str], month: Platform
) -> None:
    cover = "datamart.marts_inventory_cover"
    for category in ("all", ["Home", "Toys"]):
        visit.choose("14d", channel="web", category=category)
        where = "true" if category == "all" else "category IN ('Home', 'Toys')"
        columns = f"product_name, on_hand, days_of_cover, amount_lost FROM {cover} WHERE is_active AND {where}"
        shown = ("Product", "On hand", "Days of cover", "Sales lost")
        for chart, wanted in (
            ("lost_sales", "AND amount_lost > 0 ORDER BY amount_lost DESC, product_name"),
            (
                "stock_cover",
                "AND on_hand > 0 AND units_sold > 0 ORDER BY days_of_cover, amount_before_refunds DESC, product_id",
            ),
        ):
            rows = month.query(f"SELECT {columns} {wanted} LIMIT 10")
            found = [tuple(row[name] for name in shown) for row in visit.table(chart)]
            assert found == [
                (name, left, NO_VALUE if days is None else days, pytest.approx(float(lost) * 100))  # type: ignore[arg-type]
                for name, left, days, lost in rows
            ]
            assert len(found) == 10
            assert visit.texts(f"#{chart} .unfiltered") == ["Not filtered by channel, which is not known here."]
        [(lost, out, products)] = month.query(
            "SELECT sum(amount_lost), count(*) FILTER (is_active AND on_hand <= 0), count(*)"
            f" FROM {cover} WHERE {where}"
        )
        [outlook] = visit.texts("#lost_sales .outlook")
        assert outlook == f"About {short(lost)} lost in all. {out} of {products:,} products are out of stock."
        rates = month.query(
            f"SELECT category, sum(units_sold) / sum(units_available) FROM {cover} WHERE {where}"
            " GROUP BY 1 ORDER BY 2 DESC"
        )
        assert [(row["Category"].lower(), row["Sell-through"]) for row in visit.table("sell_through")] == [
            (str(name).lower(), pytest.approx(float(rate)))
            for name, rate in rates  # type: ignore[arg-type]
        ]
    visit.choose(channel="all", category="all")
    with open_page(browser, page_after(f"DELETE FROM {cover}")) as without:
        assert without.console_output == []
        assert not any(without.page.locator(f"#{name}").count() for name in OF_NEWEST_DAY)


def test_chosen_days_are_shown_and_wrong_ones_are_refused(visit: OpenPage, month: Platform) -> None:
    visit.choose("14d", "all")
    visit.page.fill("#from", "2026-03-25")
    visit.page.fill("#to", "2026-03-28")
    visit.settle()
    [(net, before)] = month.query(
        "SELECT sum(net_amount) FILTER (business_date >= '2026-03-25'), sum(net_amount) FILTER"
        " (business_date < '2026-03-25') FROM datamart.marts_sales_daily"
        " WHERE business_date BETWEEN '2026-03-21' AND '2026-03-28'"
    )
    assert visit.figures()["net_revenue"] == cents(net)
    change = cents(net) / cents(before) - 1
    assert visit.texts("[data-figure=net_revenue] .change") == [
        f"{'▲' if change > 0 else '▼'} {abs(change):.1%} vs 21\N{EN DASH}24 Mar"
    ]
    assert visit.page.input_value("#period") == "custom"
    assert visit.page.url.endswith("#from=2026-03-25&to=2026-03-28")
    visit.page.fill("#to", "2026-03-01")
    notice = visit.page.locator("#notice")
    assert notice.inner_text() == "Choose days from 2 Mar 2026 to 31 Mar 2026, the first before the last."
    assert visit.figures()["net_revenue"] == cents(net)
    visit.page.evaluate("location.hash = 'period=365d&channel=kiosk&device=mobile'")
    visit.page.wait_for_function("document.getElementById('notice').textContent.includes('365d')")
    visit.settle()
    assert notice.inner_text() == (
        "There is no period “365d” in this data, which has 7d, 14d, 28d, all. Shown: last 14 days."
        " Channel “kiosk” is not in this data, and is left out."
    )
    assert visit.page.locator("[data-filter=device] summary").inner_text() == "Device: Mobile"
    visit.choose("28d", device="all")
    assert not notice.is_visible()


def test_a_bar_leads_to_its_rows_and_filters_and_each_number_to_its_definition(
    visit: OpenPage, month: Platform
) -> None:
    visit.choose("7d", "all")
    page = visit.page
    page.locator("#channel_revenue svg .mark-rect path").nth(1).click()
    dialog = page.locator("#behind")
    assert dialog.locator("h2").inner_text() == "Rows behind Mobile app"
    values = page.evaluate(
        "[...document.querySelectorAll('#behind tbody tr')].map((row) => [row.cells[0].textContent,"
        " Number(row.cells[3].dataset.value)])"
    )
    where = selection_condition("7d", "mobile_app")
    rows = month.query(f"SELECT business_date, net_amount FROM {SALES} WHERE {where}")
    assert len(values) == len(rows)
    assert sum(value for _, value in values) == sum(cents(net) for _, net in rows)
    assert visit.findings() == []
    dialog.locator(".only").click()
    visit.settle()
    assert page.url.endswith("#period=7d&channel=mobile_app")
    page.locator("[data-figure=refund_rate] .info").click()
    text = page.locator("#info").inner_text()
    metric = definitions_of(month).metrics["refund_rate"]
    assert metric.description in text
    assert "= refunds ÷ (gross sales \N{MINUS SIGN} discounts)" in text
    assert "docs/metrics.md#refund_rate" in text
    assert visit.findings() == []
    page.keyboard.press("Escape")
    visit.table("revenue_by_day")
    page.locator("#revenue_by_day .drill").last.click()
    assert dialog.locator("h2").inner_text() == "Rows behind 31 Mar 2026"
    dialog.locator(".only").click()
    visit.settle()
    assert page.url.endswith("#from=2026-03-31&to=2026-03-31&channel=mobile_app")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_every_figure_and_chart_shows_its_definitions_offline(
    browser: Browser, page_after: Callable[..., str], month: Platform, options: dict[str, Any]
) -> None:
    """Those of ratios without a metric, such as retention, had none; others named a page that was not there."""
    known = definitions_of(month)
    with open_page(browser, page_after(BUYERS, BOUGHT_TOGETHER), **options) as visit:
        page = visit.page
        figures = page.evaluate("[...document.querySelectorAll('.figure')].map((tile) => tile.dataset.figure)")
        behind = {f"[data-figure={name}]": [name] for name in figures}
        behind |= {f"#{name}": [*chart.metrics, *chart.columns] for name, chart in EVERY_CHART.items()}
        assert len(figures) == 12
        for place, names in behind.items():
            page.locator(f"{place} .info").click()
            texts = page.locator("#info").inner_text().split("\n")
            for name in names:
                of = known.metrics.get(name) or known.columns[name]
                assert of.description in texts, (place, name)
                assert ("number" if of.unit == "count" else of.unit or "") in " ".join(texts), (place, name)
            formulas = [name for name in names if name in known.metrics and known.metrics[name].expression != name]
            assert sum(text.startswith("= ") for text in texts) == len(formulas), place
            if place in {"#currencies", "[data-figure=margin_rate]"}:
                assert visit.findings() == []
            page.keyboard.press("Escape")
        assert visit.console_output == []


def test_a_chart_is_saved_as_csv_and_png(visit: OpenPage) -> None:
    visit.choose("7d", "all")
    table = visit.table("channel_revenue")
    with visit.page.expect_download() as download:
        visit.page.locator("#channel_revenue .csv").click()
    assert download.value.suggested_filename == "revenue-by-channel.csv"
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [(row["Channel"], round(float(row["Net revenue"]) * 100)) for row in rows] == [
        (row["Channel"], row["Net revenue"]) for row in table
    ]
    with visit.page.expect_download() as download:
        visit.page.locator("#revenue_by_day .png").click()
    picture = download.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000  # bars and labels, not an empty canvas
    assert visit.console_output == []


def test_every_chart_has_a_text_alternative(visit: OpenPage) -> None:
    visit.choose("14d", "all")
    for name in DRAWN:
        words = visit.page.locator(f"#{name} .words").inner_text()
        assert re.search(r"\d", words), (name, words)
    assert visit.page.locator(".drawing svg:not([aria-hidden=true])").count() == 0


def test_a_phone_shows_the_page_without_horizontal_scrolling(browser: Browser, address: str) -> None:
    with open_page(browser, address, **PHONE) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
        for drawing in visit.page.locator(".drawing:visible svg").all():
            box = drawing.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        for name in ("period", "from", "compare"):
            box = visit.page.locator(f"#{name}").bounding_box()
            assert box is not None
            assert box["height"] >= 44


def test_print_has_a_white_background_even_in_dark_mode(browser: Browser, address: str) -> None:
    with open_page(browser, address, color_scheme="dark") as visit:
        background = "getComputedStyle(document.body).backgroundColor"
        assert visit.page.evaluate(background) == "rgb(15, 19, 27)"
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate(background) == "rgb(255, 255, 255)"
        assert not visit.page.locator("nav").is_visible()
        assert len(visit.page.pdf()) > 10_000


def test_dagster_shows_the_command_an_image_the_key_figures_and_the_lineage(month: Platform, visit: OpenPage) -> None:
    event = month.instance.get_latest_materialization_event(AssetKey(["dashboard", "report"]))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = {name: entry.value for name, entry in event.asset_materialization.metadata.items()}
    assert metadata["open it with"] == "ecommerce-pipeline dashboard"  # no UI runs; with one there is a link: test_ui
    assert Path(str(metadata["dagster/uri"])).stat().st_size == metadata["bytes"]
    image = re.fullmatch(r"!\[.*\]\(data:image/png;base64,(.*)\)", str(metadata["net revenue per day"]))
    assert image is not None
    assert base64.b64decode(image[1]).startswith(b"\x89PNG")
    visit.choose("14d", "all")
    figures = visit.figures()
    assert metadata["net revenue"] == f"{figures['net_revenue'] / 100:,.2f} USD"
    assert metadata["orders sold"] == figures["orders_sold"]
    lineage = str(metadata["charts and their tables"]).replace("\\_", "_").splitlines()
    assert len(lineage) == 2 + len(EVERY_CHART)
    [funnel] = [line for line in lineage if "From visit to purchase" in line]
    assert "datamart/marts_funnel_daily" in funnel
    assert "payment_attempts" in funnel
    assert "sessions" in funnel


def test_a_run_for_a_range_builds_the_page_once_after_the_marts(month: Platform) -> None:
    for name in ("report", "looker_studio"):
        key = AssetKey(["dashboard", name])
        assert month.instance.get_latest_materialization_event(key) is not None
        records = month.instance.fetch_materializations(key, limit=100).records
        assert len(records) == len({record.partition_key for record in records}), "a day was built twice"
        assert len({record.run_id for record in records}) == 1
    steps = [progress.step for progress in month.run(LAST, job="dashboard") if progress.kind == "ended"]
    assert sorted(steps) == ["dashboard/looker_studio", "dashboard/report"]


def test_the_same_marts_give_the_same_page(month: Platform) -> None:
    path = month.settings.dashboard_dir / DASHBOARD_PAGE
    before = path.read_bytes()
    month.run(LAST, job="dashboard")
    assert path.read_bytes() == before


@pytest.fixture
def page_after(month: Platform, tmp_path: Path) -> Callable[..., str]:
    """Build a page from the month's tables after changes to them; return its address."""

    def page(*changes: str, read_at: datetime | None = None) -> str:
        path = tmp_path / "warehouse.duckdb"
        shutil.copy(month.settings.warehouse_path, path)
        with duckdb.connect(str(path)) as connection:
            for change in changes:
                connection.execute(change)
        report = tmp_path / "report.html"
        datasets = read_datasets(DuckDBWarehouse(path=str(path)), "USD", lambda _: read_at)
        report.write_bytes(render("A shop", datasets, definitions_of(month), month.settings.dashboard_dir))
        return address_of(report)

    return page


def test_without_rows_every_chart_says_that_there_are_no_orders(
    browser: Browser, page_after: Callable[..., str]
) -> None:
    address = page_after(*(f"DELETE FROM {layer}.{name}" for layer, name in tables_read()))
    with open_page(browser, address) as visit:
        assert visit.console_output == []
        assert visit.texts("#as-of") == ["No orders yet. Run the platform for a day to fill this page."]
        assert set(visit.texts(".empty:visible")) == {"No orders yet."}
        assert visit.page.locator(".empty:visible").count() == sum(not chart.optional for chart in CHARTS.values())
        assert not visit.page.locator(".filters").is_visible()
        assert visit.findings() == []


def test_a_single_day_is_shown_correctly(browser: Browser, page_after: Callable[..., str]) -> None:
    tables = [f"{layer}.{name}" for layer, name in tables_read()]
    words = ("_daily", "fact_", "session", "summary", "quarantine_", "quality")
    by_day = [name for name in tables if any(word in name for word in words)]
    address = page_after(
        *(f"DELETE FROM {name} WHERE business_date <> DATE '{LAST}'" for name in by_day),
    )
    with open_page(browser, address) as visit:
        assert visit.console_output == []
        assert visit.texts("#period option") == ["All days", "Chosen days"]
        assert visit.page.locator("[role=status]").inner_text().startswith("31 Mar 2026, all channels: $")
        assert set(visit.texts(".change")) == {"no earlier period"}
        assert "31 Mar" in visit.texts("#revenue_by_day svg text")
        for name in ("revenue_by_day", "new_and_returning", "channel_trends"):
            box = visit.page.locator(f"#{name} svg :is(.mark-rect, .mark-symbol) path").first.bounding_box()
            assert box is not None, name
            assert box["width"] > 0, name
        assert visit.figures()["net_revenue"] == sum(row["Net revenue"] for row in visit.table("revenue_by_day"))


A_YEAR_AGO = (
    "INSERT INTO datamart.{mart} SELECT * REPLACE (CAST(business_date - INTERVAL 1 YEAR AS DATE) AS business_date)"
    " FROM datamart.{mart} WHERE business_date >= DATE '2026-03-25'"
)


def test_the_same_days_a_year_ago_are_compared_and_drawn(browser: Browser, page_after: Callable[..., str]) -> None:
    half = (
        f"UPDATE {SALES} SET gross_amount = gross_amount / 2, discount_amount = discount_amount / 2,"
        " refund_amount = refund_amount / 2 WHERE business_date < DATE '2026-01-01'"
    )
    marts = ("marts_channel_store_daily", "marts_data_quality")
    address = page_after(*(A_YEAR_AGO.format(mart=mart) for mart in marts), half)
    with open_page(browser, f"{address}#period=7d&compare=year") as visit:
        [shown] = visit.texts("[data-figure=net_revenue] .change")
        assert shown == "▲ 100.0% vs 25 Mar 2025 \N{EN DASH} 31 Mar 2025"
        assert "7-day average, year ago" in visit.texts("#revenue_by_day .keys li:visible")
        *_, last = visit.table("revenue_by_day")
        assert last["7-day average, year ago"] == pytest.approx(last["7-day average"] / 2, rel=1e-3)
        tips = visit.page.evaluate("document.getElementById('revenue_by_day').found.rows.map((row) => row.tip)")
        assert all("7-day average, year ago" in tip for tip in tips)
        visit.page.select_option("#compare", "before")
        visit.settle()
        assert "vs 18\N{EN DASH}24 Mar" in visit.texts("[data-figure=net_revenue] .change")[0]
        assert visit.console_output == []


def test_a_day_that_has_not_ended_is_marked_and_is_in_no_mean(
    browser: Browser, page_after: Callable[..., str], month: Platform
) -> None:
    """Of a morning, the average fell by a seventh, and its weekday was the worst of all."""
    noon = datetime.fromisoformat(f"{LAST}T12:30:59")
    with open_page(browser, page_after(read_at=noon)) as visit:
        [as_of] = visit.texts("#as-of")
        assert as_of.startswith("As of 31 Mar 2026, until 12:30, ")
        visit.choose("all", "all")
        *_, whole, today = visit.table("revenue_by_day")
        assert whole["7-day average"] != NO_VALUE == today["7-day average"]
        assert today["Net revenue"] > 0
        assert {value for name, value in visit.table("channel_trends")[-1].items() if name != "Day"} == {NO_VALUE}
        assert sum(row["Days"] for row in visit.table("weekdays")) == 29
        assert "Day so far" in visit.texts("#revenue_by_day .keys li:visible")
        visit.choose("7d", "all")
        assert visit.page.locator("[role=status]").inner_text().startswith(f"24 Mar 2026 {NO_VALUE} 30 Mar 2026")
        assert "Day so far" not in visit.texts("#revenue_by_day .keys li:visible")
        visit.choose("today", "all")
        assert set(visit.texts(".change")) == {"no earlier period"}
        for name in ("weekdays", "channel_trends"):
            assert visit.texts(f"#{name} .empty") == ["A mean is of whole days; this day has not ended."]
        assert visit.console_output == []
    with open_page(browser, page_after(read_at=datetime.fromisoformat("2026-04-01T00:00:05"))) as visit:
        assert visit.texts("#as-of")[0].startswith("As of 31 Mar 2026, data since")


BY_MODEL = "UPDATE forecast.sales_daily SET published = true"
AS_OF_20_MARCH = (
    *(
        f"DELETE FROM datamart.{mart} WHERE business_date > DATE '2026-03-20'"
        for mart in ("marts_channel_store_daily", "marts_data_quality")
    ),
    "UPDATE forecast.sales_daily SET business_date = business_date - 11, target_date = target_date - 11",
)
WITH_1_MARCH = (
    "INSERT INTO datamart.marts_data_quality SELECT * REPLACE (DATE '2026-03-01' AS business_date)"
    f" FROM datamart.marts_data_quality WHERE business_date = DATE '{FIRST}'"
)
SERIES = "forecast.sales_daily WHERE measure = 'net_amount' AND member ="
OF_SUM = "sum(mean), max_by(sum_lower_80, horizon), max_by(sum_upper_80, horizon)"


def test_the_newest_forecast_follows_the_days_of_a_period_that_ends_with_the_newest(
    browser: Browser, page_after: Callable[..., str], month: Platform
) -> None:
    keys = {"Forecast", "80 % interval", "95 % interval"}
    with open_page(browser, page_after(BY_MODEL)) as visit:
        for channel in ("all", "web"):
            visit.choose("7d", channel)
            rows = visit.table("revenue_by_day")
            assert {row["Forecast"] for row in rows[:7]} == {NO_VALUE}
            assert [(row["Net revenue"], row["Forecast"], row["80 % from"]) for row in rows[7:]] == [
                (NO_VALUE, cents(mean), cents(lower))
                for mean, lower in month.query(f"SELECT mean, lower_80 FROM {SERIES} '{channel}' ORDER BY target_date")
            ]
            [(total, lower, upper)] = month.query(f"SELECT {OF_SUM} FROM {SERIES} '{channel}'")
            [outlook] = visit.texts("#revenue_by_day .outlook")
            assert outlook == (
                f"Expected in the 28 days to 28 Apr 2026: {short(total)} (80 %: from {short(lower)} to {short(upper)})."
            )
        assert keys < set(visit.texts("#revenue_by_day .keys li:visible"))
        assert "forecast.sales_daily" in visit.page.locator("#revenue_by_day .source").inner_text()
        assert visit.console_output == []
        assert visit.findings() == []


BUYERS = """
    CREATE TABLE forecast.customer_purchase AS FROM (VALUES
        (DATE '2026-03-31', true, 'guest:0123456789abcdef', 3, 2, 0.5, 20.00, 4.50, 2),
        (DATE '2026-03-31', true, 'customer:7', 40, 9, 0.125, 80.00, 120.50, 1),
        (DATE '2026-03-30', true, 'customer:8', 40, 9, 0.125, 80.00, 120.50, 1)
    ) AS rows (
        business_date, published, person_key, recency_days, purchase_days, probability_30d, expected_net_90d,
        at_risk_90d, at_risk_rank
    )
"""
BOUGHT_TOGETHER = """
    CREATE TABLE forecast.product_affinity AS FROM (VALUES
        (DATE '2026-03-31', true, 1, 2, 40, 0.25, 12.4, 30.0), (DATE '2026-03-31', true, 2, 1, 40, 0.5, 12.4, 30.0),
        (DATE '2026-03-31', false, 3, 1, 40, 0.5, 12.4, 30.0)
    ) AS rows (business_date, published, product_id, other_product_id, pair_orders, confidence, lift, evidence)
"""


def test_customers_at_risk_and_pairs_are_those_of_the_newest_forecasts(
    browser: Browser, page_after: Callable[..., str], month: Platform
) -> None:
    names = dict(month.query("SELECT product_id, product_name FROM core.dim_product WHERE product_id IN (1, 2)"))
    with open_page(browser, page_after(BUYERS, BOUGHT_TOGETHER)) as visit:
        assert [tuple(row.values()) for row in visit.table("at_risk")] == [
            ("7", 40, 9, 0.125, 8000, 12050),
            ("guest 01234567", 3, 2, 0.5, 2000, 450),
        ]
        assert visit.texts("#at_risk .outlook") == ["Of $100 expected in the next 90 days, $125 are at risk."]
        [(product, other, orders, confidence, lift)] = (tuple(row.values()) for row in visit.table("pairs"))
        assert (product, other) == (names[2], names[1])
        assert (orders, confidence, lift) == (40, 0.5, pytest.approx(12.4))
        assert visit.console_output == []
        assert visit.findings() == []
    refused = "UPDATE forecast.customer_purchase SET published = false, at_risk_rank = NULL, at_risk_90d = NULL"
    with open_page(browser, page_after(BUYERS, refused)) as visit:
        [reason] = visit.texts("#at_risk .empty")
        assert reason == "The model has not shown that it is better than one feature alone, so it names nobody."
        assert visit.page.locator("#pairs").count() == 0


def test_what_is_expected_until_the_end_of_the_month_has_what_was_sold_so_far(
    browser: Browser, page_after: Callable[..., str], month: Platform
) -> None:
    [(sold,)] = month.query(
        "SELECT sum(net_amount) FROM datamart.marts_sales_daily WHERE business_date <= '2026-03-20'"
    )
    [(ahead, lower, upper)] = month.query(f"SELECT {OF_SUM} FROM {SERIES} 'all' AND horizon <= 11")
    total, lower, upper = (short(sold + amount) for amount in (ahead, lower, upper))  # type: ignore[operator]
    with open_page(browser, page_after(BY_MODEL, *AS_OF_20_MARCH, WITH_1_MARCH)) as visit:
        assert visit.texts("#revenue_by_day .outlook") == [
            f"Expected until the end of Mar 2026: {total} (80 %: from {lower} to {upper}), {short(sold)} so far."
        ]
    with open_page(browser, page_after(BY_MODEL, *AS_OF_20_MARCH)) as visit:  # 1 March is not known
        assert visit.texts("#revenue_by_day .outlook")[0].startswith("Expected in the 28 days to 17 Apr 2026: ")


def test_a_refused_model_is_named_and_without_a_forecast_of_the_newest_day_there_is_none(
    browser: Browser, page_after: Callable[..., str], address: str
) -> None:
    tried = "UPDATE forecast.sales_daily SET parameters = json_merge_patch(parameters, '{\"earlier_origins\": 8}')"
    with open_page(browser, page_after(tried)) as visit:
        [outlook] = visit.texts("#revenue_by_day .outlook")
        assert outlook.endswith(" The model did not beat the same weekday a week before: this is that baseline.")
    too_old = "UPDATE forecast.sales_daily SET business_date = business_date - 1, target_date = target_date - 1"
    for changes in ((BY_MODEL, too_old), ("DROP SCHEMA forecast CASCADE",), ()):
        with open_page(browser, page_after(*changes) if changes else address) as visit:
            assert visit.texts("#revenue_by_day .outlook") == []
            assert "Forecast" not in visit.texts("#revenue_by_day .keys li:visible")
            assert "Forecast" not in visit.table("revenue_by_day")[0]
            assert visit.console_output == []


def test_a_day_that_has_not_ended_is_forecast_too(browser: Browser, page_after: Callable[..., str]) -> None:
    yesterday = "UPDATE forecast.sales_daily SET business_date = business_date - 1, target_date = target_date - 1"
    noon = datetime.fromisoformat(f"{LAST}T12:30:59")
    with open_page(browser, page_after(BY_MODEL, yesterday, read_at=noon)) as visit:
        visit.choose("today", "all")
        today, *ahead = visit.table("revenue_by_day")
        assert today["Net revenue"] > 0
        assert today["Forecast"] > 0
        assert len(ahead) == 27


def test_a_lost_row_or_a_differing_total_is_reported(browser: Browser, page_after: Callable[..., str]) -> None:
    address = page_after(
        "UPDATE datamart.marts_data_quality SET rows_source = rows_in, rows_lake = rows_in",
        "UPDATE datamart.marts_data_quality SET rows_lake = rows_in - 2"
        f" WHERE table_name = 'refunds' AND business_date = DATE '{LAST}'",
        "UPDATE datamart.marts_product_daily SET net_amount = net_amount + 0.01"
        " WHERE (business_date, product_id, channel) = (SELECT"
        " (max(business_date), max(product_id), any_value(channel))"
        f" FROM datamart.marts_product_daily WHERE business_date = DATE '{LAST}' AND channel = 'web')",
    )
    with open_page(browser, address) as visit:
        assert visit.texts(".verdict") == [
            "Rows of 1 table are unaccounted for",
            "1 of 7 totals differ from the facts",
        ]
        [refunds] = [row for row in visit.table("rows_accounted") if row["Table"] == "refunds"]
        assert (refunds["PostgreSQL"] - refunds["Lake"], refunds["Unaccounted"]) == (2, 4)


def test_names_from_the_shop_are_shown_as_text_only(browser: Browser, page_after: Callable[..., str]) -> None:
    payload = "</script><img src=x onerror=alert(1)><script>alert(2)</script>"
    address = page_after(
        f"UPDATE core.dim_product SET product_name = '{payload}', category = '{payload}'",
        f"UPDATE core.dim_store SET store_name = '{payload}'",
        f"UPDATE core.dim_payment SET method_name = '{payload}'",
    )
    with open_page(browser, address) as visit:
        dialogs: list[object] = []
        visit.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        assert {row["Product"] for row in visit.table("products_by_revenue")} == {payload}
        assert {row["Store"] for row in visit.table("stores")} == {payload}
        assert visit.page.locator("main img").count() == 0
        assert dialogs == []
        assert visit.console_output == []
        assert visit.requests == [address]
