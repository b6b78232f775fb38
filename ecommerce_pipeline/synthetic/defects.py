"""Broken rows: additional rows with keys of their own, copies of real rows that each break one rule.

Rows that contradict each other come in pairs of one key. Real rows never change, and none is lost with a broken one.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.schema.tables import TABLES, business_key
from ecommerce_pipeline.synthetic.arrow_columns import Rows, concat, take
from ecommerce_pipeline.synthetic.clock import SECOND, day_number, instant
from ecommerce_pipeline.synthetic.happenings import PLANTED
from ecommerce_pipeline.synthetic.orders import LINES_PER_ORDER, NUMBERS_PER_DAY
from ecommerce_pipeline.synthetic.random_streams import Ints, Stream
from ecommerce_pipeline.synthetic.rules import BREAKS, CONFLICTING_DUPLICATE, Case, bit_of
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_FIRST_BROKEN: Final = 90_000_000  # in the day's numbers; those of real events are far lower


def broken_rows(settings: ShopSettings, table: str, day: date, rows: Rows) -> Rows:
    """Return the broken rows written on the day.

    Args:
        settings: The shop's settings.
        table: Name of the event table.
        day: The day of the shop's life.
        rows: The real rows written on it.
    """
    midnight = instant(settings.time_zone, day + timedelta(days=1))
    happened = rows["created_at"] >= instant(settings.time_zone, day)
    # A copy of what never changes stays in its day.
    real = np.flatnonzero(happened & (rows[PLANTED] == 0) & (rows["updated_at"] < midnight - SECOND))
    rules, available = list(BREAKS[table].items()), len(real)
    stream = Stream(settings.seed, f"broken:{table}", day)
    start, luck = stream.below(2, 2**40)
    # A fraction of a row becomes a row with that probability; one of the rules makes two.
    share = int(settings.broken_rate * 2**40) * len(rules) // (len(rules) + 1)
    size = min(available, (int(np.count_nonzero(happened)) * share + int(luck)) >> 40)
    # Evenly spread, so that no row is copied twice.
    which = (int(start) + np.arange(size, dtype=np.int64) * (available // max(size, 1))) % max(available, 1)
    copies = take(rows, real[which])
    copies[business_key(TABLES[table])] = _numbers(table, day, size)
    turn = (int(start) + day_number(day) + np.arange(size)) % len(rules)
    parts = []
    for position, (rule, breaks) in enumerate(rules):
        broken = take(copies, np.flatnonzero(turn == position))
        broken[PLANTED] = np.full(len(broken[PLANTED]), bit_of(rule), dtype=np.int64)
        if rule == CONFLICTING_DUPLICATE:
            parts.append(broken)
        parts.append(broken | breaks(Case(stream, broken, midnight)))
    return concat(parts)


def _numbers(table: str, day: date, size: int) -> Ints:
    numbers = day_number(day) * NUMBERS_PER_DAY + _FIRST_BROKEN + np.arange(size, dtype=np.int64)
    return numbers * LINES_PER_ORDER + 1 if table == "transaction_items" else numbers
