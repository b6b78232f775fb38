"""Why no order of a shop is sold: nothing says that any is paid, or no word of its states is known."""

from typing import Final

from ecommerce_pipeline.resources.warehouse import Warehouse

WORDS_SHOWN: Final = 5


def why_unsold(warehouse: Warehouse, sold_by: str) -> str:
    """Return why no order is sold, and the remedy.

    Args:
        warehouse: Where the orders are.
        sold_by: The setting SOLD_BY.
    """
    if sold_by == "payments":
        return (
            "No order is sold: neither approved payments nor paid_amount cover the total of any. Map payment_attempts, "
            "give paid_amount in the view of transactions, or set SOLD_BY=state (docs/own_shop.md)."
        )
    words = warehouse.query(
        f"""
        SELECT shop_status, count(*) AS orders FROM {warehouse.schema_of("core")}.fact_order
        WHERE order_state <> 'cancelled' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {WORDS_SHOWN}
        """  # noqa: S608 - names of the platform
    ).to_pylist()
    found = ", ".join(f"{row['shop_status'] or 'none'} ({row['orders']:,} orders)" for row in words)
    return (
        f"No order is sold: SOLD_BY=state, but none of the states means paid: {found}. Add those that do to "
        "ecommerce_dbt/seeds/shop_words.csv, or give paid_amount in the view of transactions (docs/own_shop.md)."
    )
