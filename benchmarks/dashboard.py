"""Measures the dashboard: `python -m benchmarks.dashboard` prints the table of docs/dashboard.md.

Marts of zero, one and more days are built directly from the shop's rows; then the page is rendered and opened in
Chromium. `python -m benchmarks.dashboard 10 365` measures only one scale and number of days.
"""

import sys
import tempfile
import time
from datetime import timedelta

from ecommerce_pipeline.dashboard.datasets import read_datasets
from ecommerce_pipeline.dashboard.definitions import read_definitions
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace, target_of
from ecommerce_pipeline_tests.support.browser import address_of, launch_browser, open_page
from ecommerce_pipeline_tests.support.marts import build_marts

CASES = ((1, 0), (1, 1), (1, 30), (1, 365), (10, 365))
"""Scale and number of days."""


ANSWERS = "performance.getEntriesByName('answer').map((one) => [one.startTime, one.duration])"
"""When each selection was made, and how long it took until all that is on the screen showed it, in milliseconds."""


def measure(settings: Settings) -> str:
    """Render the page of a warehouse and open it; return orders, size in MB and seconds as table cells."""
    page = settings.data_dir / "report.html"
    began = time.monotonic()
    definitions = read_definitions(dbt_workspace(settings).project().manifest_path)
    datasets = read_datasets(target_of(settings).warehouse, settings.reporting_currency)
    read = time.monotonic()
    from ecommerce_pipeline.dashboard.render import render  # imported here: a run pays for it too

    page.write_bytes(render(settings.dashboard_title, datasets, definitions, settings.dashboard_dir))
    rendered = time.monotonic()
    with launch_browser() as browser, open_page(browser, address_of(page)) as visit:
        if datasets.as_of:
            visit.choose("365d" if any(one.key == "365d" for one in datasets.periods) else "all")
            for filters in ({"channel": "web"}, {"country": "US"}, {"device": "mobile"}):
                visit.choose(**filters)
        assert not visit.console_output, visit.console_output  # noqa: S101
        (opened, took), *answers = visit.page.evaluate(ANSWERS)
    orders = sum(datasets.tables["sales"]["orders_sold"].to_pylist())
    seconds = (read - began, rendered - read, (opened + took) / 1000)
    slowest = max((duration for _, duration in answers[1:]), default=0)
    spent = " | ".join(f"{one:.1f}" for one in seconds)
    return f"{orders:,} | {page.stat().st_size / 1e6:.2f} | {spent} | {slowest:.0f}"


def row(scale: int, days: int) -> str:
    """Build a warehouse, measure it, and return a row of the table."""
    with tempfile.TemporaryDirectory() as kept:
        settings = Settings.from_environment({"SCALE": str(scale), "DATA_DIR": kept})
        first = settings.end_date - timedelta(days=days - 1)
        build_marts(settings, Days((Window(first, settings.end_date + ONE_DAY),)) if days else None)
        return f"| {scale} | {days} | {measure(settings)} |"


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    for case in [(arguments[0], arguments[1])] if arguments else CASES:
        print(row(*case), flush=True)  # noqa: T201
