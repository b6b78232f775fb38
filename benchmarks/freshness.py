"""How old the page is: `python -m benchmarks.freshness [minutes]`, by default 60, writes docs/freshness.md.

`dagster dev` runs with the schedule `refresh` on a platform whose calendar ends with today. A shop's application writes
a paid order now and then, and the page is read until it has the order's amount. Then the shop is silent, and the
cost of refreshes that find nothing is measured.
"""

import atexit
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks.cpu_meter import CpuMeter
from benchmarks.data import HOME
from benchmarks.freshness_report import Empty, Measured, Setting, report
from benchmarks.graph import Platform
from benchmarks.live_shop import LiveShop, Order, zone_late_in_the_day
from benchmarks.report import DOCS
from benchmarks.start import Ui, running_ui
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.settings import Settings

REPORT: Final = DOCS / "freshness.md"
MINUTES: Final = 60
SECONDS_BETWEEN_LOOKS: Final = 0.25
SECONDS_TO_BE_SHOWN: Final = 900
EMPTY_REFRESHES: Final = 5
NOT_MEASURED: Final = timedelta(minutes=40)
"""At most, before and after the orders."""

SCHEDULE: Final = {"repositoryName": "__repository__", "repositoryLocationName": "ecommerce_pipeline"}
START: Final = (
    """mutation($selector: ScheduleSelector!) { startSchedule(scheduleSelector: $selector) { __typename } }"""
)
HISTORY: Final = """query($selector: InstigationSelector!) {
    instigationStateOrError(instigationSelector: $selector) {
        ... on InstigationState { ticks { timestamp endTimestamp status } }
    }
    runsOrError { ... on Runs { results { status creationTime endTime } } }
}"""


@dataclass
class LoadAverage:
    """The machine's load average, noted once a minute."""

    values: list[float] = field(default_factory=lambda: [os.getloadavg()[0]])
    _noted: float = field(default_factory=time.monotonic)

    def note(self) -> None:
        """Note it, if a minute has passed."""
        if time.monotonic() - self._noted >= 60:  # noqa: PLR2004
            self.values.append(os.getloadavg()[0])
            self._noted += 60


def main() -> None:
    """Measure, and write the report."""
    # A shell starts background jobs with SIGINT ignored; so would be the programs that `dagster dev` stops with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    setting = Setting(minutes, scale=10, whole_days=14, refresh_minutes=2, between_orders=(5, 25))
    HOME.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="freshness-", dir=HOME))
    atexit.register(shutil.rmtree, folder)  # after the platforms in it have been reset
    report_progress(f"writing {setting.whole_days} days and today to a shop's database")
    zone = zone_late_in_the_day(timedelta(minutes=minutes) + NOT_MEASURED, datetime.now(UTC))
    shop = LiveShop(folder / "shop", scale=setting.scale, whole_days=setting.whole_days, time_zone=zone)
    refreshes = {"REFRESH_MINUTES": str(setting.refresh_minutes)}
    platform = Platform(folder / "platform", **shop.settings_of_reader(), **refreshes)
    report_progress("building them")
    platform.call("run", "--from", str(shop.first), "--to", str(shop.today))
    with running_ui(platform) as ui:
        measured = measure(setting, shop, platform, ui)
    report_progress(str(measured))
    platform.call("verify", "--from", str(shop.today), "--to", str(shop.today))
    REPORT.write_text(report(setting, measured))
    report_progress(f"wrote {REPORT}")


def measure(setting: Setting, shop: LiveShop, platform: Platform, ui: Ui) -> Measured:
    """Write orders and wait for them on the page; then wait for the refreshes of a silent shop."""
    load, began, orders_before = LoadAverage(), time.time(), shop.orders_of_today()
    ui.ask(START, selector={**SCHEDULE, "scheduleName": "refresh"})
    delays = list(delays_of_orders(setting, shop, platform, load))
    history(ui)
    silent, dbt_before = time.time(), dbt_invocations(platform)
    report_progress("the shop is silent")
    server = shop.database.embedded()
    pids = [ui.pid, *([pid] if server and (pid := server.status().pid) else [])]
    meter = CpuMeter(pids)
    with meter.reading():
        while time.time() < silent + (EMPTY_REFRESHES + 0.5) * setting.refresh_minutes * 60:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            load.note()
        ended = time.time()
    ticks, runs = history(ui)
    runs = [one for one in runs if one["creationTime"] > began]
    spans = [(one["timestamp"], one["endTimestamp"]) for one in ticks if one["timestamp"] > silent]
    empty = [Empty(end - due, meter.between(due, end)) for due, end in spans]
    pause = ended - silent - sum(one.seconds for one in empty)
    return Measured(
        began=f"{datetime.fromtimestamp(began, ZoneInfo(shop.time_zone)):%H:%M} in {shop.time_zone}",
        orders_before=orders_before,
        delays=delays,
        runs=[one["endTime"] - one["creationTime"] for one in runs],
        failed=sum(one["status"] not in {"SUCCESS", "SKIPPED"} for one in (*ticks, *runs)),
        empty=empty,
        idle_cpu=(meter.between(silent, ended) - sum(one.cpu for one in empty)) / pause * 60,
        dbt_when_silent=dbt_invocations(platform) - dbt_before,
        load=load.values,
    )


def delays_of_orders(setting: Setting, shop: LiveShop, platform: Platform, load: LoadAverage) -> Iterator[float]:
    """Write orders, and yield the delay of each when the page has it, in seconds."""
    page = Settings.from_environment(platform.environment).dashboard_dir / DASHBOARD_PAGE
    before, written = net_of_stores(page, shop.today), page.stat().st_mtime_ns
    random, next_order, until = Random(setting.scale), 0.0, time.time() + setting.minutes * 60  # noqa: S311
    orders: list[Order] = []
    waiting: list[Order] = []
    while waiting or time.time() < until:
        if next_order <= time.time() < until:
            orders.append(shop.sell(len(orders)))
            waiting.append(orders[-1])
            next_order = time.time() + random.uniform(*setting.between_orders)
        if page.stat().st_mtime_ns != written:
            written, net, now = page.stat().st_mtime_ns, net_of_stores(page, shop.today), time.time()
            shown = [order for order in waiting if order.is_in(net[order.store] - before[order.store])]
            waiting = [order for order in waiting if order not in shown]
            yield from (now - order.committed for order in shown)
            report_progress(f"{len(shown)} orders on the page after {[round(now - one.committed) for one in shown]} s")
        if waiting and time.time() - waiting[0].committed > SECONDS_TO_BE_SHOWN:
            sys.exit(f"error: an order is not on the page after {SECONDS_TO_BE_SHOWN} s: see {platform.folder}/dev.log")
        load.note()
        time.sleep(SECONDS_BETWEEN_LOOKS)


def net_of_stores(page: Path, day: date) -> Counter[int]:
    """Return what the page says that each store has sold on a day, in cents, less refunds."""
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL)
    sales = json.loads(data)["tables"]["sales"]
    offset = (day - date.fromisoformat(sales["business_date"]["first_day"])).days
    columns = ("business_date", "store_id", "gross_amount", "discount_amount", "refund_amount")
    net: Counter[int] = Counter()
    for of_day, store, gross, discount, refund in zip(*(sales[name]["values"] for name in columns), strict=True):
        if of_day == offset and store is not None:
            net[store] += gross - discount - refund
    return net


def history(ui: Ui) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the ticks of the schedule and all runs, as soon as all have ended."""
    while True:
        found = ui.ask(HISTORY, selector={**SCHEDULE, "name": "refresh"})
        ticks, runs = found["instigationStateOrError"]["ticks"], found["runsOrError"]["results"]
        if all(tick["endTimestamp"] for tick in ticks) and all(run["endTime"] for run in runs):
            return ticks, runs
        time.sleep(SECONDS_BETWEEN_LOOKS)


def dbt_invocations(platform: Platform) -> int:
    """Return how often dbt was started."""
    return sum(1 for _ in (platform.folder / "dbt" / "runs").iterdir())


def report_progress(text: str) -> None:
    """Print a line of progress."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)  # noqa: T201 - the output of a command


if __name__ == "__main__":
    main()
