"""Marts and the ledger of sales in one form: by cell, the mart's columns with amounts in the reporting currency."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.dialects import within

Query = Callable[[str], list[tuple[Any, ...]]]
Cells = dict[tuple[Any, ...], tuple[Any, ...]]

_NET: Final = {"gross_amount": "gross_cents", "discount_amount": "discount_cents", "refund_amount": "refund_cents"}
_KEYS_AND_MEASURES: Final[dict[str, tuple[tuple[str, ...], dict[str, str]]]] = {
    "unit_economics_daily": (
        ("business_date", "channel", "category"),
        {name: name for name in ("units", "units_returned", "units_without_cost", "units_at_earliest_cost")}
        | _NET
        | {"net_amount": "net_cents", "payment_fee_amount": "fee_cents", "net_amount_with_cost": "net_cents_with_cost"}
        | {"cost_amount": "cost_cents", "margin_amount": "margin_cents"},
    ),
    "coupon_daily": (
        ("business_date", "channel", "coupon_code"),
        {"orders_sold": "orders_sold"} | _NET | {"net_amount": "net_cents"},
    ),
    "campaign_daily": (
        ("business_date", "campaign", "traffic_source"),
        {"sessions": "sessions", "orders_sold": "orders_sold", "net_amount": "net_cents"}
        | {"margin_amount": "margin_cents"},
    ),
    "returns": (
        ("business_date", "channel", "refund_reason", "product_id", "category", "days_until_return"),
        {"refunds": "refunds", "units_returned": "units_returned", "refund_amount": "refund_cents"},
    ),
}
_UNKNOWN_IF_ABSENT: Final = {"cost_cents", "margin_cents"}


def cells_of_mart(query: Query, mart: str, days: Days) -> Cells:
    """Return the sums of a mart on these days by these of its keys."""
    keys, measures = _KEYS_AND_MEASURES[mart]
    sums = ", ".join([*keys, *(f"sum({measure})" for measure in measures)])
    rows = query(f"SELECT {sums} FROM datamart.marts_{mart} WHERE {within(days)} GROUP BY {', '.join(keys)}")
    return {row[: len(keys)]: row[len(keys) :] for row in rows}


def true_cells(mart: str, cells: dict[tuple[Any, ...], Counter[str]], days: Days) -> Cells:
    """Return what they must be by the ledger."""
    _, measures = _KEYS_AND_MEASURES[mart]
    return {
        cell: tuple(_value(totals, name) for name in measures.values())
        for cell, totals in cells.items()
        if cell[0] in days
    }


def _value(totals: Counter[str], name: str) -> Any:
    if name in _UNKNOWN_IF_ABSENT and name not in totals:
        return None
    return Decimal(totals[name]) / 100 if "cents" in name else totals[name]
