"""The rows of a business day that are in the shop's database at the end of a day of its life."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.schema.tables import TABLES, business_key
from ecommerce_pipeline.synthetic.arrow_columns import Rows, concat, schema_of, take, to_arrow
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.defects import broken_rows
from ecommerce_pipeline.synthetic.histories import HISTORIES
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings
from ecommerce_pipeline.synthetic.written import check_event_table, clean_rows, copies


def state(settings: ShopSettings, table: str, business_day: date, as_of: date, *, defects: bool = True) -> pa.Table:
    """Return the rows of an event table and business day that are there at the end of the day `as_of`, by key.

    Order lines and payment attempts belong to the business day of their order.

    Args:
        settings: The shop's settings.
        table: Name of the event table.
        business_day: Day in the shop's time zone.
        as_of: Day of the shop's life.
        defects: Whether to include exact copies and broken rows.

    Raises:
        ValueError: The table is not an event table.
    """
    check_event_table(table)
    if table not in HISTORIES:
        return schema_of(table).empty_table()
    source = HISTORIES[table]
    parts: list[Rows] = []
    for back in range(source.days_after, -source.days_before - 1, -1):
        begun = business_day - timedelta(days=back)
        if back == 0 or settings.start_date <= begun <= as_of:
            history = source.history(settings, begun)
            age = min((as_of - begun).days, LONGEST_LIFE)
            there = history.present(age)
            parts.append(history.at(there[history.business_day(there, age) == day_number(business_day)], age))
    rows = concat(parts)
    if defects:
        parts = [rows, copies(settings, table, rows)]
        if business_day <= as_of:
            parts.append(broken_rows(settings, table, business_day, clean_rows(settings, table, business_day)))
        rows = concat(parts)
    return to_arrow(table, take(rows, np.argsort(rows[business_key(TABLES[table])], kind="stable")))
