"""Compares every metric by day with the marts and the ledger: `python -m benchmarks.metrics` over 396 days at scale 1.

Marts are built directly from the shop's rows; a differing day is listed, and makes the exit code 1.
`python -m benchmarks.metrics 30` compares 30 days.
"""

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline_tests.support.marts import build_marts
from ecommerce_pipeline_tests.support.metrics import Measures, Values, differing
from ecommerce_pipeline_tests.support.true_metrics import true_metrics

DAYS = 396
"""A year and the month before it, so that the days a year ago are there."""


def compare(settings: Settings, days: Days) -> list[str]:
    """Compare the metrics of a warehouse, print how many were, and return a line for each that differs."""
    measures, began = Measures(settings), time.monotonic()
    metrics = measures.compiler.metrics
    asked: dict[str, Values] = {}
    for name in metrics:
        asked |= measures.asked([name])
    answered = time.monotonic()
    in_marts = {
        f"{name} of {mart}": differing(asked[name], values)
        for name, metric in metrics.items()
        for mart, values in measures.in_marts(metric)
    }
    truth = true_metrics(metrics, shop_settings(settings), days, days)
    in_ledger = {f"{name} of the ledger": differing(asked[name], truth[name]) for name in metrics}
    zero = [name for name, values in asked.items() if not any(values.values())]
    print(f"{len(metrics)} metrics by day, {len(days)} days, asked in {answered - began:.0f} s")  # noqa: T201
    print(f"0 on all days: {', '.join(zero) or 'none'}")  # noqa: T201
    for what, found in (("marts", in_marts), ("ledger", in_ledger)):
        days_differing = sum(map(len, found.values()))
        print(f"{what}: {len(found)} compared, {days_differing} of {len(found) * len(days):,} days differ")  # noqa: T201
    return [
        f"{what}: {day} {one} instead of {other}"
        for what, found in {**in_marts, **in_ledger}.items()
        for day, (one, other) in found.items()
    ]


def main(number: int) -> int:
    """Build so many days and compare them; return the exit code."""
    with tempfile.TemporaryDirectory() as kept:
        last = Settings().end_date
        first = last - timedelta(days=number - 1)
        days = Days((Window(first, last + ONE_DAY),))
        # The shop begins with the first day, so that no order is older than the warehouse.
        settings = Settings.from_environment({"DATA_DIR": str(Path(kept)), "START_DATE": first.isoformat()})
        build_marts(settings, days)
        lines = compare(settings, days)
    print("\n".join(lines))  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else DAYS))
