"""Broken rows: additional rows, each a copy of a real row that breaks exactly one rule. Real rows never change."""

from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.schema.tables import TABLES, business_key
from ecommerce_pipeline.synthetic.arrow_columns import Rows, concat, take
from ecommerce_pipeline.synthetic.orders import LINES_PER_ORDER, NUMBERS_PER_DAY
from ecommerce_pipeline.synthetic.random_streams import Ints, Stream
from ecommerce_pipeline.synthetic.rules import BREAKS, CONFLICTING_DUPLICATE, REASONS, Case
from ecommerce_pipeline.synthetic.seasons import DAY, SECOND, day_number, instant
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_FIRST_BROKEN: Final = 90_000_000  # in the day's numbers; those of real events are far lower


def broken_rows(settings: ShopSettings, table: str, day: date, rows: Rows, real: Ints) -> Rows:
    """Return the broken rows written on the day.

    Args:
        settings: The shop's settings.
        table: Name of the event table.
        day: The written day.
        rows: The events of the day, with `recorded_at`.
        real: Positions of the real rows written on the day, which are copied.

    Returns:
        Rows with the columns of `rows`, and `reason_code`, the position in REASONS.
    """
    # Leaves a second for a conflicting row later on the same day.
    real = real[rows["recorded_at"][real] < instant(day) + DAY - SECOND]
    key = business_key(TABLES[table])
    stream = Stream(settings.seed, f"broken:{table}", day)
    start, luck = stream.below(2, 2**40)
    available = len(real)
    # A fraction of a row becomes a row with that probability.
    size = min(available, int((available * int(settings.broken_rate * 2**40) + int(luck)) >> 40))
    # Evenly spread, so that no row is copied twice.
    which = (int(start) + np.arange(size, dtype=np.int64) * (available // max(size, 1))) % max(available, 1)
    copies = take(rows, real[which])
    since = instant(day) + DAY - 1 - copies["recorded_at"]
    copies["recorded_at"] = copies["recorded_at"] + 1 + stream.below(size, since)
    rules = list(BREAKS[table].items())
    turn = (int(start) + day_number(day) + np.arange(size)) % len(rules)
    numbers = day_number(day) * NUMBERS_PER_DAY + _FIRST_BROKEN + np.arange(size, dtype=np.int64)
    if table == "transaction_items":
        numbers = numbers * LINES_PER_ORDER + 1
    parts = []
    for position, (rule, breaks) in enumerate(rules):
        chosen = np.flatnonzero(turn == position)
        broken = take(copies, chosen)
        if rule != CONFLICTING_DUPLICATE:
            broken[key] = numbers[chosen]
        broken |= breaks(Case(stream, broken, settings.lateness_days))
        broken["reason_code"] = np.full(len(chosen), REASONS.index(rule), dtype=np.int64)
        parts.append(broken)
    return concat(parts)
