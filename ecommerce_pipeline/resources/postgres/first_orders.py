"""The first order of each person before the first loaded day, as SQL of PostgreSQL.

So it is known who is new, however much of the history is loaded. `person_key` is that of dbt's models, by the macro of
the same name.
"""

from collections.abc import Sequence
from datetime import date

from psycopg import sql

from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.resources.postgres.business_days import end_of
from ecommerce_pipeline.resources.postgres.relations import Relations
from ecommerce_pipeline.schema.tables import ORDERS

_GUEST = " WHEN guest_key IS NOT NULL THEN 'guest:' || guest_key"
_PAID = (
    " AND coalesce((SELECT sum(amount) FROM {payments} AS payments "
    "WHERE payments.transaction_id = rows_.transaction_id AND lower(btrim(payments.status)) = ANY({words})), "
    "paid_amount, 0) >= total_amount"
)
_QUERY = """
    SELECT DISTINCT ON (person_key) person_key, created_at AS first_order_at, channel
    FROM (
        SELECT
            CASE WHEN customer_id IS NOT NULL THEN 'customer:' || customer_id{guest} END AS person_key,
            created_at, transaction_id, channel
        FROM {orders} AS rows_
        WHERE created_at < {end} AND cancelled_at IS NULL{paid}
    ) AS orders
    WHERE person_key IS NOT NULL
    ORDER BY person_key, created_at, transaction_id
"""


def first_orders_query(
    source: Relations, before: date, time_zone: str, *, guests: bool, approved: Sequence[str]
) -> sql.Composed:
    """Return the query of the first orders, by person.

    Args:
        source: The orders and the payments.
        before: The first business day whose orders are left out.
        time_zone: The shop's.
        guests: Whether guests are persons.
        approved: The words of a payment that is approved: an order counts only if such payments cover it. None of a
            shop whose orders are sold by their state.
    """
    payments, words = source["payment_attempts"].rows, sql.Literal(list(approved))
    paid = sql.SQL(_PAID).format(payments=payments, words=words) if approved else sql.SQL("")
    return sql.SQL(_QUERY).format(
        guest=sql.SQL(_GUEST if guests else ""),
        orders=source[ORDERS].rows,
        end=end_of(before - ONE_DAY, time_zone),
        paid=paid,
    )
