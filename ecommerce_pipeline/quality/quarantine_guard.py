"""Whether so many rows of a day are in quarantine that the day's figures cannot be trusted."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Final

from ecommerce_pipeline.quality.rows_by_day import Model

SHOWN: Final = 3
FEW_ROWS: Final = 5
"""As many rows in quarantine are never too many: of a day's few dozen refunds, two are a large share by chance."""
PREFIX: Final = "quarantine_"

Quarantined = Mapping[Model, Mapping[str, Counter[str | None]]]
"""Rows by model, day and rule, of models of any kind."""


def excessive(quarantined: Quarantined, loaded: Mapping[tuple[str, date], int], most_percent: float) -> list[str]:
    """Return a message for each table and day with too many rows in quarantine, the worst first.

    Args:
        quarantined: Rows in quarantine.
        loaded: Rows in staging, by table and day.
        most_percent: The share that is not too many.

    >>> from datetime import date
    >>> rows = {("core", "quarantine_refunds"): {"2026-03-01": Counter({"bad_amount": 6})}}
    >>> excessive(rows, {("refunds", date(2026, 3, 1)): 80}, 2)
    ['6 of the 80 rows of refunds of 2026-03-01, 7.5 %: bad_amount 6']
    """
    found = []
    for (_, model), by_day in quarantined.items():
        if not model.startswith(PREFIX):
            continue
        table = model.removeprefix(PREFIX)
        for day, rules in by_day.items():
            rows, total = rules.total(), loaded.get((table, date.fromisoformat(day)), 0)
            if rows > FEW_ROWS and rows * 100 > most_percent * total:
                share = 100 * rows / max(total, rows)
                reasons = ", ".join(f"{rule} {count:,}" for rule, count in rules.most_common(SHOWN))
                found.append((share, f"{rows:,} of the {total:,} rows of {table} of {day}, {share:.1f} %: {reasons}"))
    return [text for _, text in sorted(found, reverse=True)]
