"""The source tables of the shop, as SQLAlchemy tables: the one description that all others derive from.

Rows change in place: orders are edited, paid later, cancelled, deleted. An event belongs to one business day, which the
lake and staging hold in a column of their own; `STAGING` has it. Events' keys are not enforced, nor are the references
between tables in `Column.info["references"]`: a shop's application may write a row twice, and rows in any order.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from ecommerce_pipeline.schema.keys import Key

SCHEMA: Final = "ecommerce"
"""The schema of the source tables in PostgreSQL."""

BUSINESS_DATE: Final = "business_date"
"""The column of an event's business day in the lake, in staging and in dbt's models: their partition."""

HAPPENED_AT: Final = "created_at"
"""The column of every event table that says when it happened; its day, in the shop's time zone, is the business day."""

UPDATED_AT: Final = "updated_at"
"""The column of every table that orders the versions of a row: the newest wins."""

ORDERS: Final = "transactions"
ORDER_KEY: Final = "transaction_id"

GUEST_EMAIL: Final = "guest_email"

GUEST_KEY: Final = "guest_key"
"""The column of orders in the lake and in all that follows by which a guest is known; the source has none."""

CHANNELS: Final = ("web", "mobile_app", "marketplace", "store")

Kind = Literal["dimension", "event"]

Personal = Literal["drop", "year"]
"""What becomes of a personal value where it is not needed: nothing, or the year; see `personal`."""

metadata = MetaData(schema=SCHEMA)

# Money is exact. Amounts have up to four digits after the point: every currency's minor unit fits; the price of a
# unit may have more, if it comes from a price for many. Goods are sold by weight and length too. Marts have amounts in
# REPORTING_CURRENCY: products of an amount and a rate, with as many digits as BigQuery's NUMERIC has.
UNIT_PRICE: Final = Numeric(18, 6)
AMOUNT: Final = Numeric(18, 4)
REPORTING_AMOUNT: Final = Numeric(38, 9)
QUANTITY: Final = Numeric(14, 3)
RATE: Final = Numeric(18, 9)
INSTANT: Final = DateTime(timezone=True)


def _column(
    name: str,
    type_: TypeEngine[Any],
    comment: str,
    *,
    null: bool = False,
    default: str | None = None,
    to: str | None = None,
    alias: str = "",
    personal: Personal | None = None,
    is_address: bool = False,
) -> Column[Any]:
    """Return a column.

    Args:
        name: Its name.
        type_: Its type.
        comment: What it holds.
        null: Whether it may be null; a source that has no such column has nulls.
        default: In PostgreSQL's SQL, the value where the source has none, or has no such column.
        to: The table whose keys it holds.
        alias: Its name in dbt's models, if that is another one.
        personal: Of what tells who a person is, or may: what becomes of it. Such a column may be null.
        is_address: Whether it holds the e-mail address by which a person is known.
    """
    info = {"references": to, "default": default, "alias": alias, "personal": personal, "is_address": is_address}
    info = {key: value for key, value in info.items() if value}
    comment = f"{comment} Default: {default}." if default else comment
    return Column(name, type_, nullable=null, comment=comment, info=info)


def _key(name: str, comment: str) -> Column[Any]:
    return Column(name, Key(), nullable=False, autoincrement=False, comment=comment)


def _dimension(name: str, grain: str, without: str, *columns: Column[Any]) -> Table:
    """Return a dimension; `without` says what its absence costs."""
    return Table(
        name,
        metadata,
        *columns,
        _column(UPDATED_AT, INSTANT, "When the row last changed.", default="TIMESTAMPTZ '1970-01-01 00:00+00'"),
        PrimaryKeyConstraint(columns[0].name),
        comment=grain,
        info={"kind": "dimension", "key": columns[0].name, "without": without},
    )


def _event(name: str, grain: str, without: str | None, *columns: Column[Any], of_order: bool = False) -> Table:
    """Return an event table; rows that are parts `of_order` belong to the business day of their order.

    `without` says what its absence costs; None of a table that every shop has.
    """
    key = columns[0].name
    at = "When the event happened."
    if of_order:
        # Without an order, they are of a day that no calendar has.
        time = _column(HAPPENED_AT, INSTANT, at, default="TIMESTAMPTZ '1970-01-01 00:00+00'")
    else:
        time = _column(HAPPENED_AT, INSTANT, at)
    updated = _column(UPDATED_AT, INSTANT, "When the row last changed.", default=HAPPENED_AT)
    # The extraction finds the rows of days, the search for changed days those that changed since its last look.
    indexes = [Index(f"{name}_{column}_idx", column) for column in (key, HAPPENED_AT, UPDATED_AT)]
    if key != ORDER_KEY and any(column.name == ORDER_KEY for column in columns):
        indexes.append(Index(f"{name}_{ORDER_KEY}_idx", ORDER_KEY))
    return Table(
        name,
        metadata,
        *columns,
        time,
        updated,
        *indexes,
        comment=grain,
        info={"kind": "event", "key": key, "of_order": of_order, "without": without},
    )


customers = _dimension(
    "customers",
    "One row per registered customer.",
    "no countries, segments' names, or loyalty tiers",
    _key("customer_id", "Customer number."),
    _column("first_name", Text(), "Given name.", null=True, personal="drop"),
    _column("last_name", Text(), "Family name.", null=True, personal="drop"),
    _column("email", Text(), "E-mail address, where known.", null=True, personal="drop", is_address=True),
    _column("country", Text(), "ISO 3166-1 alpha-2 code of the home country.", default="'unknown'"),
    _column("city", Text(), "Home city.", default="'unknown'"),
    _column("birth_date", Date(), "Date of birth, where given.", null=True, personal="year"),
    _column("loyalty_tier", Text(), "Loyalty tier: basic, silver, gold or platinum.", default="'unknown'"),
    _column("marketing_opt_in", Boolean(), "Whether marketing e-mail is allowed.", default="FALSE"),
    _column("registered_at", INSTANT, "When the customer registered, UTC.", null=True),
)

products = _dimension(
    "products",
    "One row per product (stock-keeping unit).",
    "no categories, brands or margins: products are known by their keys only",
    _key("product_id", "Product number."),
    _column("sku", Text(), "Stock-keeping unit code, unique.", null=True),
    _column("product_name", Text(), "Name shown in the shop."),
    _column("category", Text(), "Top-level category.", default="'unknown'"),
    _column("subcategory", Text(), "Category below it.", default="'unknown'"),
    _column("brand", Text(), "Brand.", default="'unknown'"),
    _column("list_price", UNIT_PRICE, "Current list price, in REPORTING_CURRENCY.", null=True),
    _column("unit_cost", UNIT_PRICE, "Current cost of one unit, in REPORTING_CURRENCY.", null=True),
    _column("is_active", Boolean(), "Whether the product can be bought now.", default="TRUE"),
    _column("launched_at", INSTANT, "When the product was first offered, UTC.", null=True),
)

payment_methods = _dimension(
    "payment_methods",
    "One row per payment method that the shop accepts.",
    "payment methods are known by their keys only, without fees",
    _key("payment_method_id", "Payment method number."),
    _column("code", Text(), "Short code, unique."),
    _column("method_name", Text(), "Name shown at checkout.", default="code"),
    _column("method_type", Text(), "card, wallet, bank_transfer, pay_later, gift_card or cash.", default="'unknown'"),
    _column("provider", Text(), "Company that processes the payment.", default="'unknown'"),
    _column("fee_percent", Numeric(5, 2), "Provider's fee, per cent of the amount.", default="0"),
    _column("is_online", Boolean(), "Whether it can be used outside the stores.", default="TRUE"),
)

stores = _dimension(
    "stores",
    "One row per physical store.",
    "stores are known by their keys only",
    _key("store_id", "Store number."),
    _column("code", Text(), "Short code, unique."),
    _column("store_name", Text(), "Name of the store.", default="code"),
    _column("country", Text(), "ISO 3166-1 alpha-2 code.", default="'unknown'"),
    _column("region", Text(), "Sales region.", default="'unknown'"),
    _column("city", Text(), "City.", default="'unknown'"),
    _column("floor_area_m2", Integer(), "Sales floor, square metres.", null=True),
    _column("opened_on", Date(), "First day of business.", null=True),
)

exchange_rates = _dimension(
    "exchange_rates",
    "One row per currency and day from which a rate to REPORTING_CURRENCY is valid, until the next one.",
    "all orders must be in REPORTING_CURRENCY",
    _column("exchange_rate_id", Text(), "Currency and day.", default="currency || ' ' || valid_from"),
    _column("currency", Text(), "ISO 4217 code of the currency exchanged."),
    _column("valid_from", Date(), "First business day of the rate."),
    _column("rate", RATE, "Price of one unit of the currency, in REPORTING_CURRENCY."),
)

sessions = _event(
    "sessions",
    "One row per visit to the shop's website, app or marketplace page.",
    "no visits, funnel or conversion",
    _key("session_id", "Session number."),
    _column("customer_id", Key(), "Customer, where signed in.", null=True, to="customers"),
    _column("channel", Text(), "web, mobile_app or marketplace.", default="'unknown'"),
    _column("device", Text(), "desktop, mobile or tablet.", default="'unknown'"),
    _column(
        "traffic_source",
        Text(),
        "direct, organic, paid_search, social, email, affiliate or referral.",
        default="'unknown'",
    ),
    _column("campaign", Text(), "Marketing campaign running on that day, where the visit came from it.", null=True),
    _column("page_views", Integer(), "Pages seen.", default="0"),
    _column("product_views", Integer(), "Product pages seen.", default="0"),
    _column("cart_adds", Integer(), "Products put into the cart.", default="0"),
    _column("checkout_started", Boolean(), "Whether the checkout was entered.", default="FALSE"),
    _column("duration_seconds", Integer(), "Length of the visit, seconds.", default="0"),
)

transactions = _event(
    "transactions",
    "One row per order (order header).",
    None,
    _key("transaction_id", "Order number."),
    _column("customer_id", Key(), "Who bought; none for a guest.", null=True, to="customers"),
    _column(
        GUEST_EMAIL,
        Text(),
        "E-mail address of a buyer without an account.",
        null=True,
        personal="drop",
        is_address=True,
    ),
    _column("session_id", Key(), "Visit that led to the order; none in a store.", null=True, to="sessions"),
    _column("store_id", Key(), "Store of an in-store sale; none online.", null=True, to="stores"),
    _column("channel", Text(), "web, mobile_app, marketplace or store; or the shop's own word.", default="'unknown'"),
    _column("payment_method_id", Key(), "Payment method chosen at checkout.", null=True, to="payment_methods"),
    _column("currency", Text(), "ISO 4217 code; none is REPORTING_CURRENCY.", null=True),
    _column("coupon_code", Text(), "Coupon, where one was used.", null=True),
    _column("line_count", Integer(), "Number of order lines, for comparison.", null=True),
    _column("gross_amount", AMOUNT, "Sum of the lines' gross amounts, for comparison.", null=True),
    _column("discount_amount", AMOUNT, "Discount on the whole order, apart from its lines' discounts.", default="0"),
    _column("shipping_amount", AMOUNT, "Shipping charged; not part of revenue.", default="0"),
    _column("tax_amount", AMOUNT, "Tax charged on top of the prices, 0 if they include it.", default="0"),
    _column("other_amount", AMOUNT, "Surcharges, tips, gift wrapping, rounding; not part of revenue.", default="0"),
    _column("total_amount", AMOUNT, "To pay: gross - discounts of lines and order + shipping + tax + other."),
    _column("paid_amount", AMOUNT, "Captured so far, where the shop has no payments of its own.", null=True),
    _column("status", Text(), "The shop's word for the order's state.", null=True),
    _column("cancelled_at", INSTANT, "When the order was cancelled, where it was.", null=True),
)

transaction_items = _event(
    "transaction_items",
    "One row per order line.",
    None,
    _key("transaction_item_id", "Order line number, unique over all orders."),
    _column("transaction_id", Key(), "Order that the line belongs to.", to="transactions"),
    _column("line_number", Integer(), "Position in the order, from 1.", default="1"),
    _column("product_id", Key(), "Product bought; none where it was deleted.", null=True, to="products"),
    _column("quantity", QUANTITY, "Units bought, greater than 0.", default="1"),
    _column("unit_price", UNIT_PRICE, "Price of one unit at that moment.", null=True),
    _column("gross_amount", AMOUNT, "Price of the line before any discount, as the shop has it."),
    _column("discount_amount", AMOUNT, "Discount on this line, apart from its share of the order's.", default="0"),
    _column("tax_amount", AMOUNT, "Tax that the line's price includes, 0 if it is on top; no revenue.", default="0"),
    of_order=True,
)

payment_attempts = _event(
    "payment_attempts",
    "One row per attempt to pay an order, in whole or in part.",
    "no failed or repeated payments; SOLD_BY=state says what is sold",
    _key("payment_attempt_id", "Payment attempt number."),
    _column("transaction_id", Key(), "Order to be paid.", to="transactions"),
    _column("attempt_number", Integer(), "Position among the order's attempts, from 1.", default="1"),
    _column("payment_method_id", Key(), "Payment method tried.", null=True, to="payment_methods"),
    _column("amount", AMOUNT, "Amount asked for: the order's total, or a part of it."),
    _column("status", Text(), "approved, declined, error or pending.", default="'approved'"),
    _column("failure_reason", Text(), "Why it failed, where it did.", null=True),
    of_order=True,
)

refunds = _event(
    "refunds",
    "One row per refund of an order or an order line, in whole or in part.",
    "nothing is refunded",
    _key("refund_id", "Refund number."),
    _column("transaction_id", Key(), "Order refunded.", to="transactions"),
    _column(
        "transaction_item_id",
        Key(),
        "Order line refunded; none of a refund of the order as a whole, which its lines share.",
        null=True,
        to="transaction_items",
    ),
    _column("customer_id", Key(), "Who got the money back; none is the order's customer.", null=True, to="customers"),
    _column("product_id", Key(), "Product returned; none is the line's.", null=True, to="products"),
    _column("store_id", Key(), "Store of the sale; none is the order's.", null=True, to="stores"),
    _column("channel", Text(), "Channel of the sale; none is the order's.", null=True),
    _column(
        "payment_method_id",
        Key(),
        "Payment method the money went back to; none is the order's.",
        null=True,
        to="payment_methods",
    ),
    _column("currency", Text(), "ISO 4217 code; none is the order's.", null=True),
    _column("quantity", QUANTITY, "Units returned; 0 if only money is.", default="0"),
    _column("goods_amount", AMOUNT, "Money returned for goods, without tax.", default="0"),
    _column("shipping_amount", AMOUNT, "Money returned for shipping.", default="0"),
    _column("tax_amount", AMOUNT, "Tax returned.", default="0"),
    # In dbt's models, where `reason` is why a row is quarantined, it has another name.
    _column(
        "reason",
        Text(),
        "damaged, wrong_item, not_as_described, changed_mind or late_delivery; or the shop's own word.",
        default="'unknown'",
        alias="refund_reason",
    ),
)

reviews = _event(
    "reviews",
    "One row per review of a bought product.",
    "no ratings",
    _key("review_id", "Review number."),
    _column("transaction_id", Key(), "Order in which the product was bought.", null=True, to="transactions"),
    _column("product_id", Key(), "Product reviewed.", null=True, to="products"),
    _column("customer_id", Key(), "Who wrote it.", null=True, to="customers"),
    _column("rating", Integer(), "Stars, 1 to 5."),
    _column("title", Text(), "Headline.", null=True, personal="drop"),
    _column("body", Text(), "Text.", null=True, personal="drop"),
    _column(
        "sentiment",
        Text(),
        "negative (1, 2 stars), neutral (3) or positive (4, 5).",
        default="CASE WHEN rating <= 2 THEN 'negative' WHEN rating = 3 THEN 'neutral' ELSE 'positive' END",
    ),
)

ad_spend = _event(
    "ad_spend",
    "One row per day, traffic source, campaign and ad group that cost something; marts sum over ad groups.",
    "no acquisition cost, ROAS, or marketing efficiency",
    _key("ad_spend_id", "Number of the cost entry."),
    _column(
        "traffic_source",
        Text(),
        "Marketing channel that was paid, in the words of `sessions.traffic_source`, so that cost meets its visits.",
        default="'unknown'",
    ),
    _column("campaign", Text(), "Campaign, in the words of `sessions.campaign`; none outside campaigns.", null=True),
    _column("ad_group", Text(), "Ad group, ad set or the like, where the account has them.", null=True),
    _column("cost_amount", AMOUNT, "What the day's ads cost, in REPORTING_CURRENCY."),
    _column("clicks", BigInteger(), "Clicks on the ads, no fewer than the visits that they brought.", default="0"),
    _column("impressions", BigInteger(), "How often the ads were shown.", default="0"),
)

stock_levels = _event(
    "stock_levels",
    "One row per day, product and store or warehouse whose stock moved on that day: stock after the day's last "
    "movement, valid until the next row of the same product and place; what has no row yet is not known.",
    "no stock cover, sell-through, or lost sales",
    _key("stock_level_id", "Number of the stock entry."),
    _column("product_id", Key(), "Product in stock.", to="products"),
    _column("store_id", Key(), "Store that holds it; none of a warehouse.", null=True, to="stores"),
    _column("warehouse", Text(), "Warehouse that holds it, where there are several; none of a store.", null=True),
    _column("on_hand", QUANTITY, "Units there after the day's last movement; 0 or less if it is out of stock."),
    _column("incoming", QUANTITY, "Units ordered from suppliers that have not arrived by then.", default="0"),
)

TABLES: Final[Mapping[str, Table]] = {table.name: table for table in metadata.tables.values()}
"""Every source table by name, in the order of definition: dimensions first."""

REQUIRED: Final = tuple(name for name, table in TABLES.items() if table.info["without"] is None)
"""The tables that a source must have; of others it may have no rows."""

DIMENSIONS: Final = tuple(name for name, table in TABLES.items() if table.info["kind"] == "dimension")
EVENTS: Final = tuple(name for name, table in TABLES.items() if table.info["kind"] == "event")


def kind(table: Table) -> Kind:
    """Return whether the table is a dimension, replaced whole, or an event table, partitioned by business day."""
    return "event" if table.info["kind"] == "event" else "dimension"


def _business_date() -> Column[Any]:
    return Column(
        BUSINESS_DATE,
        Date(),
        nullable=False,
        comment="Business day in the shop's time zone; of an order's lines and payments, the order's. The partition.",
    )


def _guest_key() -> Column[Any]:
    return _column(
        GUEST_KEY,
        Text(),
        "Pseudonym of a guest: SHA-256 of PERSON_KEY_SECRET and the e-mail address in lower case, without spaces "
        "around it.",
        null=True,
    )


@cache
def staged(table: Table) -> Table:
    """Return the contract of a source table's rows in the lake and in staging.

    Events have their business date too, and orders the pseudonym of a guest.
    """
    if kind(table) == "dimension" or BUSINESS_DATE in table.columns:
        return table
    copied = table.to_metadata(MetaData(schema=SCHEMA))
    if table.name == ORDERS:
        copied.append_column(_guest_key())
    copied.append_column(_business_date())
    return copied


reconciliation = Table(
    "reconciliation",
    MetaData(),
    _column("table_name", Text(), "Source table."),
    _column("rows_source", BigInteger(), "Rows in PostgreSQL when they were read."),
    _column("rows_lake", BigInteger(), "Rows in the lake's object."),
    _column("rows_staging", BigInteger(), "Rows in the staging table."),
    _column("checksum_source", Text(), "Checksum of these rows, whatever their order."),
    _column("checksum_lake", Text(), "The same of the lake's object."),
    _column("checksum_staging", Text(), "The same of the staging table."),
    _business_date(),
    comment="One row per event table and business day: what is in PostgreSQL, in the lake and in staging.",
    info={"kind": "event", "key": "table_name"},
)
"""Not of the shop: the account of how its rows got to staging, a staging table itself."""

first_orders = Table(
    "first_orders",
    MetaData(),
    _column("person_key", Text(), "A customer, or a guest by `guest_key`, as in fact_order."),
    _column("first_order_at", INSTANT, "When the person's first order was placed."),
    _column("channel", Text(), "The shop's word for its channel."),
    comment="One row per person with an order before the first day that was loaded.",
    info={"kind": "dimension", "key": "person_key"},
)
"""Not a table of the shop, but a query of it, so that it is known who is new, however much of the history is loaded."""

STAGING: Final[Mapping[str, Table]] = {
    **{name: staged(table) for name, table in TABLES.items()},
    reconciliation.name: reconciliation,
    first_orders.name: first_orders,
}
"""Every staging table of the warehouse by name. The lake's objects have the same columns."""


def extracted_columns(table: Table) -> "list[Column[Any]]":
    """Return the columns that queries to the source have: all of the lake's but the business date."""
    return [column for column in staged(table).columns if column.name != BUSINESS_DATE]


def is_part_of_order(table: Table) -> bool:
    """Return whether the table's rows belong to the business day of their order, not to a day of their own."""
    return bool(table.info.get("of_order"))


def business_key(table: Table) -> str:
    """Return the name of the column that identifies the thing described, whatever the number of its copies."""
    return str(table.info["key"])
