"""`ecommerce-pipeline map` on real databases: what it shows, creates, refuses and checks."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from ecommerce_pipeline.cli import app
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.shops.conftest import Copy
from ecommerce_pipeline_tests.support.administration import administration

Call = Callable[..., Result]


@pytest.fixture
def medusa(copy_of: Copy) -> Address:
    return copy_of("medusa")


@pytest.fixture
def call(tmp_path: Path) -> Call:
    def invoke(address: Address, *arguments: str, **environment: str) -> Result:
        variables = {
            "DATA_DIR": str(tmp_path),
            "KEY_TYPE": "text",
            "POSTGRES_HOST": address.host,
            "POSTGRES_PORT": str(address.port),
            "POSTGRES_DB": address.database,
            "POSTGRES_USER": address.user,
            "POSTGRES_PASSWORD": address.password,
        }
        try:
            return CliRunner().invoke(app, ["map", *arguments], env=variables | environment)
        finally:
            use_keys("integer")

    return invoke


def run(address: Address, *statements: str) -> None:
    with psycopg.connect(address.conninfo) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def value(address: Address, query: str) -> object:
    with psycopg.connect(address.conninfo) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0]


def states(result: Result) -> dict[str, str]:
    document = json.loads(result.stdout)
    assert document["ok"]
    return {view["name"]: view["state"] for view in document["views"]}


def test_views_are_shown_then_created_once_then_replaced_or_removed(
    medusa: Address, call: Call, tmp_path: Path
) -> None:
    tables = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    before = value(medusa, tables)
    shown = call(medusa)
    assert shown.exit_code == 0, shown.output
    assert "is Medusa 2, 2.15 or newer in schema public (pack medusa)" in shown.output
    assert "+FROM public.customer AS c" in shown.output.replace('"public"."customer"', "public.customer")
    assert re.findall(r"not mapped ecommerce\.(\w+), read as empty: ", shown.output) == [
        *("stores", "exchange_rates", "sessions", "reviews", "ad_spend", "stock_levels"),
    ]
    assert "ecommerce.ad_spend, read as empty: no acquisition cost, ROAS, or marketing efficiency\n" in shown.output
    assert "settings: SOURCE=external KEY_TYPE=text" in shown.output
    assert value(medusa, "SELECT to_regnamespace('ecommerce')") is None

    created = call(medusa, "--create", "--json")
    assert set(states(created).values()) == {"new"}
    assert value(medusa, "SELECT count(*) FROM ecommerce.transactions") == 8
    assert value(medusa, tables) == before
    assert set(states(call(medusa, "--json")).values()) == {"unchanged"}

    # Another mapping: other columns in another order, one view less; the reader's grant outlives the view.
    run(medusa, "GRANT SELECT ON ecommerce.transactions TO pg_monitor")
    views = tmp_path / "mine" / "views"
    views.mkdir(parents=True)
    (views / "transactions.sql").write_text(
        'SELECT created_at, id AS transaction_id, 1.00 AS total_amount FROM public."order" -- all'
    )
    (views / "transaction_items.sql").write_text(
        "SELECT id AS transaction_item_id, order_id AS transaction_id, 1.00 AS gross_amount FROM public.order_item"
    )
    mine = call(medusa, "--pack", str(tmp_path / "mine"), "--create", "--json")
    assert states(mine) == dict.fromkeys(
        ("customers", "products", "payment_methods", "payment_attempts", "refunds"), "removed"
    ) | {"transactions": "changed", "transaction_items": "changed"}
    assert value(medusa, "SELECT count(*) FROM ecommerce.transactions") == 11
    assert value(medusa, "SELECT to_regclass('ecommerce.customers')") is None
    assert value(medusa, "SELECT has_table_privilege('pg_monitor', 'ecommerce.transactions', 'SELECT')")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("CREATE TABLE ecommerce.refunds (id text)", "ecommerce.refunds is a table"),
        ("CREATE VIEW ecommerce.refunds AS SELECT 1 AS id", "ecommerce.refunds is a view that `map` has not made"),
    ],
)
def test_what_is_not_its_own_is_left_alone_and_nothing_is_created(
    medusa: Address, call: Call, statement: str, reason: str
) -> None:
    run(medusa, "CREATE SCHEMA ecommerce", statement)
    refused = call(medusa, "--create")
    assert refused.exit_code == 1
    assert f"nothing was created: {reason}" in refused.output
    assert "Rename or drop it, then run it again" in refused.output
    assert value(medusa, "SELECT to_regclass('ecommerce.transactions')") is None
    assert "refused    ecommerce.refunds: it is a " in call(medusa).output


def test_a_view_that_was_changed_by_hand_is_not_replaced(medusa: Address, call: Call) -> None:
    assert call(medusa, "--create").exit_code == 0
    run(
        medusa,
        "CREATE OR REPLACE VIEW ecommerce.payment_methods AS SELECT id AS payment_method_id, id AS code, "
        "id AS method_name, 'x'::text AS provider, updated_at FROM payment_provider",
    )
    refused = call(medusa, "--create")
    assert refused.exit_code == 1
    assert "ecommerce.payment_methods was changed by hand after `map` had made it" in refused.output


def test_a_role_that_may_not_create_is_pointed_to_the_mapping_on_our_side(
    medusa: Address, call: Call, server: PostgresResource
) -> None:
    with administration(server) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'only for reading'")
    run(medusa, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    reader = replace(medusa, user="reader", password="only for reading")
    refused = call(reader, "--create")
    assert refused.exit_code == 1
    assert "schema ecommerce of database" in refused.output
    assert "permission denied" in refused.output
    assert "set SHOP_MAPPING to the pack" in refused.output
    checked = call(reader, "--check", SHOP_MAPPING="medusa")
    assert checked.exit_code == 0, checked.output


def test_a_day_is_checked_and_a_lost_order_ends_with_exit_code_1(medusa: Address, call: Call) -> None:
    assert call(medusa, "--create").exit_code == 0
    good = call(medusa, "--check", "--json")
    document = json.loads(good.stdout)
    assert (document["ok"], document["day"], document["pack"]) == (True, "2026-03-02", "medusa")
    assert {"name": "orders", "ok": True, "expected": 7, "found": 7} in document["checks"]
    assert "orders without lines: 0" in call(medusa, "--check").output

    run(medusa, """UPDATE order_summary SET totals = '{"current_order_total": 26.41}' WHERE id = 'su1'""")
    wrong = call(medusa, "--check", "--quiet")
    assert wrong.exit_code == 1
    assert wrong.output == "wrong total of orders without returns, USD: 63.9000, expected 63.91\n"
    assert call(medusa, "--check", "--day", "2019-06-30").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["--day", "2026-03-02"], {}, "--day 2026-03-02 is the day of --check: add --check"),
        (["--check", "--day", "March"], {}, "--day March is not a day: write it as YYYY-MM-DD"),
        (["--check", "--create"], {}, "--create, --check and --propose are different things"),
        (["--pack", "magento"], {}, "mapping magento: there is no such folder, and no such pack; the packs are medusa"),
        (["--check"], {"KEY_TYPE": "integer"}, "KEY_TYPE=integer: the keys of Medusa 2 are of type text: set KEY_TYPE"),
    ],
)
def test_what_is_wrong_is_one_message(
    medusa: Address, call: Call, arguments: list[str], environment: dict[str, str], message: str
) -> None:
    called = call(medusa, *arguments, **environment)
    assert called.exit_code == 1
    assert message in called.output
    assert "Traceback" not in called.output


def test_a_view_whose_table_is_not_there_is_left_out_and_an_order_s_is_refused(copy_of: Copy, call: Call) -> None:
    shop = copy_of("spree")
    run(shop, "ALTER TABLE spree_users RENAME TO members")
    shown = call(shop, KEY_TYPE="integer")
    assert shown.exit_code == 0, shown.output
    assert "left out   ecommerce.customers: the database has no public.spree_users" in shown.output
    run(shop, "ALTER TABLE spree_shipments DROP COLUMN cost")
    broken = call(shop, "--create", KEY_TYPE="integer")
    assert broken.exit_code == 1
    assert "shops/spree/views/transactions.sql: column s.cost does not exist" in broken.output
    assert value(shop, "SELECT to_regnamespace('ecommerce')") is None


def test_a_database_of_no_known_application_gets_the_way_out(copy_of: Copy, call: Call) -> None:
    empty = copy_of("template1")
    called = call(empty)
    assert called.exit_code == 1
    assert "the database is of no application that there is a pack for (Medusa 2" in called.output
    named = call(empty, "--pack", "medusa")
    assert "pack medusa does not fit the database: schema public lacks order, " in named.output


def test_an_unknown_shop_gets_a_draft_that_holds_on_a_day(copy_of: Copy, call: Call, tmp_path: Path) -> None:
    """By the names of its tables, as the shop of the platform's own tests has them; the totals of its orders add up."""
    shop = copy_of("template1")
    realshop = Path(__file__).parents[1] / "realshop"
    run(shop, (realshop / "schema.sql").read_text(), (realshop / "steps" / "01_open.sql").read_text())
    with psycopg.connect(shop.conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")
    folder = tmp_path / "mine"
    proposed = call(shop, "--propose", str(folder), "--json")
    assert proposed.exit_code == 0, proposed.output
    assert json.loads(proposed.stdout)["tables"] == {
        "transactions": "app.sales_order",
        "transaction_items": "app.order_line",
        "refunds": "app.refund",
        "payment_attempts": "app.payment",
        "customers": "app.customer_account",
        "products": "app.variant",
    }
    payments = (folder / "views" / "payment_attempts.sql").read_text()
    assert "-- OPEN: which words of status say that the money was taken (success)?" in payments
    assert "WHERE t.kind::text IN ('capture')" in payments
    assert "t.order_discount AS discount_amount" in (folder / "views" / "transactions.sql").read_text()

    assert "p.title::text AS product_name" in (folder / "views" / "products.sql").read_text()

    checked = call(shop, "--check", "--json", SHOP_MAPPING=str(folder))
    assert checked.exit_code == 0, checked.output
    wrong = [c for c in json.loads(checked.stdout)["checks"] if c["name"].startswith("orders whose total")]
    assert [c["found"] for c in wrong] == [0]
    assert "there is something already" in call(shop, "--propose", str(folder)).output


def test_a_draft_asks_what_names_and_types_do_not_say(copy_of: Copy, call: Call, tmp_path: Path) -> None:
    """Other names, no keys between tables, whole numbers, times without zone, no payments."""
    shop = copy_of("template1")
    run(
        shop,
        """CREATE TABLE "Orders" (
            "Id" serial PRIMARY KEY, "OrderDate" timestamp NOT NULL, "GrandTotal" integer NOT NULL,
            "Status" text NOT NULL, "CustomerEmail" text
        )""",
        """CREATE TABLE "OrderItems" (
            "Id" serial PRIMARY KEY, "OrderId" integer NOT NULL, "Sku" text, "Qty" integer NOT NULL,
            "Price" integer NOT NULL
        )""",
        """CREATE TABLE "OrderStatusHistory" ("Id" serial PRIMARY KEY, "OrderId" integer, "CreatedAt" timestamp)""",
        """INSERT INTO "Orders" VALUES (1, '2026-03-02 10:00', 2500, 'paid', 'a@example.com')""",
        """INSERT INTO "OrderItems" VALUES (1, 1, 'MUG', 2, 1250)""",
    )
    folder = tmp_path / "mine"
    proposed = call(shop, "--propose", str(folder))
    assert proposed.exit_code == 0, proposed.output
    orders = (folder / "views" / "transactions.sql").read_text()
    for question in (
        "GrandTotal has whole numbers, taken for hundredths",
        "OrderDate has no time zone: is it UTC?",
        "no payments were found: which words of Status say that an order is paid?",
        "which words of Status say that an order is cancelled?",
        "no time of change was found",
        "are carts or drafts in this table, by Status?",
    ):
        assert f"-- OPEN: {question}" in orders
    created = call(shop, "--pack", str(folder), "--create", KEY_TYPE="integer")
    assert created.exit_code == 0, created.output
    assert value(shop, "SELECT gross_amount = 25 FROM ecommerce.transaction_items") is True
    assert call(shop, "--check", KEY_TYPE="integer").exit_code == 0
    empty = call(copy_of("template1"), "--propose", str(tmp_path / "none"))
    assert "looks like orders and their lines" in empty.output
    assert not (tmp_path / "none").exists()


def test_the_example_of_the_page_is_a_whole_mapping_of_less_than_40_lines(
    copy_of: Copy, call: Call, tmp_path: Path
) -> None:
    page = (PROJECT_ROOT / "docs" / "own_shop.md").read_text()
    orders, lines, check = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len((orders + lines).splitlines()) < 40
    for name, text in {"views/transactions": orders, "views/transaction_items": lines, "checks/total": check}.items():
        path = tmp_path / "my_shop" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shop = copy_of("template1")
    run(
        shop,
        """CREATE TABLE orders (
            number text, total numeric(10, 2), goods numeric(10, 2), discount numeric(10, 2), shipping numeric(10, 2),
            state text, customer_email text, placed timestamp, changed timestamp
        )""",
        """CREATE TABLE order_lines (
            id uuid, order_number text, article text, quantity integer, price numeric(10, 2)
        )""",
        "INSERT INTO orders VALUES ('B-1', 21, 20, 2, 3, 'paid', 'a@example.com', '2026-03-02', '2026-03-02')",
        "INSERT INTO orders VALUES ('B-2', 9, 9, 0, 0, 'cart', NULL, '2026-03-02', '2026-03-02')",
        "INSERT INTO order_lines VALUES ('00000000-0000-4000-8000-000000000001', 'B-1', 'A1', 2, 10)",
    )
    mine = str(tmp_path / "my_shop")
    shown = call(shop, "--pack", mine, TIME_ZONE="Europe/Berlin")
    assert "settings: SOURCE=external KEY_TYPE=text; of your shop, TIME_ZONE (now Europe/Berlin)" in shown.output
    assert call(shop, "--pack", mine, "--create").exit_code == 0
    refused = call(shop, "--check", KEY_TYPE="integer")
    assert "KEY_TYPE=integer: the keys of the orders are of type text: set KEY_TYPE=text" in refused.output
    checked = call(shop, "--pack", mine, "--check", "--json", TIME_ZONE="Europe/Berlin")
    assert checked.exit_code == 0, checked.output
    assert {"name": "total", "ok": True, "expected": "21.00", "found": "21.00"} in json.loads(checked.stdout)["checks"]
    assert call(shop, "--check").exit_code == 0
