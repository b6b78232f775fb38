"""The whole platform on each application's own tables, through its pack: the figures of `shops/<pack>/truth.csv`.

Rates, which no application has, come from a folder that stands on the pack.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from google.cloud import storage

from ecommerce_pipeline.mapping.packs import SHOPS, load
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.targets import target_of
from ecommerce_pipeline_tests.support.faults import Proxy
from ecommerce_pipeline_tests.support.googlesql import Analyzer, Catalog, sent_queries
from ecommerce_pipeline_tests.support.platform import Platform

FOLDER = Path(__file__).parents[1] / "shops"
PACKS = sorted(path.parent.name for path in FOLDER.glob("*/truth.csv"))
DAYS = ("2026-03-02", "2026-03-10")
"""The day of the orders, but of one old import, and those of their refunds."""
RATES = {"USD": Decimal("1.25"), "JPY": Decimal("0.008"), "KWD": Decimal("3")}
"""In euros."""
SECRET = "a-long-random-text-of-this-test"
AMOUNTS = ("gross", "line_discount", "order_discount", "shipping", "tax", "other", "total", "paid")


@pytest.fixture
def shop(
    new_platform: Callable[..., Platform], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Platform]]:
    monkeypatch.setenv("PERSON_KEY_SECRET", SECRET)

    def make(pack: str, **environment: str) -> Platform:
        views = tmp_path / "my_shop" / "views"
        views.mkdir(parents=True)
        (views.parent / "pack.toml").write_text(f'base = "{pack}"\n')
        rates = ", ".join(f"('{currency}', {rate})" for currency, rate in RATES.items())
        (views / "exchange_rates.sql").write_text(
            f"SELECT currency, day::date AS valid_from, rate FROM (VALUES {rates}) AS rates (currency, rate),\n"
            "    generate_series(date '2026-03-02', date '2026-03-10', interval '1 day') AS days (day)\n"
        )
        platform = new_platform(
            pack,
            SOURCE="external",
            SHOP_MAPPING=str(views.parent),
            KEY_TYPE=load(SHOPS / pack).key_type or "integer",
            REPORTING_CURRENCY="EUR",
            START_DATE=DAYS[0],
            **environment,
        )
        demo = SHOPS / pack / "demo" / "schema.sql"
        with platform.source() as connection:
            connection.execute("SET search_path = public")
            for file in (demo if demo.exists() else FOLDER / pack / "schema.sql", FOLDER / pack / "rows.sql"):
                connection.execute(file.read_bytes())
        return platform

    yield make
    use_keys("integer")


def truth(pack: str) -> list[dict[str, Any]]:
    """Return the orders of the day, with what they are to become."""
    rows = list(csv.DictReader((FOLDER / pack / "truth.csv").open(newline="")))
    words = {"order", "buyer", "currency", "cancelled"}
    orders: list[dict[str, Any]] = []
    for row in rows:
        order: dict[str, Any] = {name: row[name] if name in words else Decimal(row[name]) for name in row}
        if order["currency"] == "KWD":  # the old import
            continue
        included = order.pop("tax_included")  # is no revenue
        order["gross"] -= included
        order["tax"] += included
        order["paid"] = order.pop("captured")
        order["state"] = state_of(order)
        orders.append(order)
    return orders


def state_of(order: dict[str, Any]) -> str:
    if order["cancelled"] == "yes":
        return "cancelled"
    if order["paid"] >= order["total"]:
        return "sold"
    return "part_paid" if order["paid"] else "unpaid"


def person(buyer: str) -> str | None:
    """Return the key of a person: a customer's number, or the keyed hash of a guest's address; none of nobody."""
    if "@" in buyer:
        return f"guest:{sha256(f'{SECRET}{buyer}'.encode()).hexdigest()}"
    return f"customer:{buyer}" if buyer else None


def rows_of(platform: Platform, layer: str, select: str) -> list[tuple[Any, ...]]:
    warehouse = target_of(platform.settings).warehouse
    return [tuple(row.values()) for row in warehouse.query(select.format(warehouse.schema_of(layer))).to_pylist()]


def assert_true(platform: Platform, orders: Sequence[dict[str, Any]]) -> None:
    columns = ", ".join(f"{name}_amount" for name in AMOUNTS)
    found = rows_of(
        platform,
        "core",
        f"SELECT transaction_id, person_key, currency, order_state, {columns} FROM {{}}.fact_order",
    )
    expected = [
        (order["order"], person(order["buyer"]), order["currency"], order["state"], *(order[name] for name in AMOUNTS))
        for order in orders
    ]
    assert {str(key): tuple(values) for key, *values in found} == {key: tuple(values) for key, *values in expected}

    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for order in orders:
        if order["state"] == "sold":
            discount = order["line_discount"] + order["order_discount"]
            for position, amount in enumerate((order["gross"], discount, order["refunded_goods"])):
                sums[order["currency"]][position] += amount
    net = {currency: gross - discount - refund for currency, (gross, discount, refund) in sums.items()}
    marts = rows_of(
        platform,
        "datamart",
        "SELECT currency, sum(gross_amount), sum(discount_amount), sum(refund_amount), sum(net_amount), "
        "sum(net_amount_in_reporting_currency) FROM {}.marts_currency_daily WHERE orders_sold + refunds > 0 GROUP BY 1",
    )
    assert {currency: tuple(amounts) for currency, *amounts in marts} == {
        currency: (*sums[currency], net[currency], net[currency] * RATES.get(currency, Decimal(1))) for currency in sums
    }
    [(whole,)] = rows_of(platform, "datamart", "SELECT sum(net_amount) FROM {}.marts_sales_daily")
    assert whole == sum(amount * RATES.get(currency, Decimal(1)) for currency, amount in net.items())


@pytest.mark.parametrize("pack", PACKS)
def test_a_shop_in_an_application_s_tables_has_true_marts(shop: Callable[..., Platform], pack: str) -> None:
    platform = shop(pack)
    platform.run(*DAYS)
    assert_true(platform, truth(pack))
    assert platform.changes(exact=True) == []


def test_a_shop_with_text_keys_has_true_marts_on_google_cloud(
    shop: Callable[..., Platform], storage_client: storage.Client, bigquery_proxy: Proxy, project: str
) -> None:
    bucket = f"{project}-lake"
    storage_client.create_bucket(bucket, location="US")
    platform = shop("saleor", TARGET="gcp", GCP_PROJECT=project, GCS_BUCKET=bucket)
    platform.run(*DAYS)
    assert_true(platform, truth("saleor"))
    assert Analyzer().errors(sent_queries(bigquery_proxy.requests), Catalog.of_platform(platform.settings)) == {}
