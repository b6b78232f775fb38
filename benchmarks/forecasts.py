"""How good forecasts are: `python -m benchmarks.forecasts [folder]` writes the last part of docs/forecasts.md.

Without the data folder of a platform, the synthetic shop is built with 396 days in one of its own. Its last 120 days
are forecast, each with what was known at its end, and compared with what came.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.data import HOME
from benchmarks.forecast_truth import customers, pairs
from benchmarks.graph import LAST, Platform
from benchmarks.report import DOCS, machine
from ecommerce_pipeline.forecasts.sales_daily import HORIZON
from ecommerce_pipeline.forecasts.sales_history import SEASON
from ecommerce_pipeline.forecasts.scores import coverage, mase, seasonal_scale
from ecommerce_pipeline.partitions import Days

REPORT: Final = DOCS / "forecasts.md"
HISTORY: Final = 396
ORIGINS: Final = 120
HEADING: Final = "## How good they are"
METHOD: Final = """\
Written by `make forecasts`, which builds 396 days of the synthetic shop at scale 1 and forecasts each of the last 120
days; `.venv/bin/python -m benchmarks.forecasts FOLDER` scores the forecasts that a data folder has. MASE is the mean
absolute error in units of the seasonal naive forecast's one week ahead before these days (Hyndman and Koehler 2006),
the mean of the series of a level; the share is that of the naive forecast's. Then come the shares of outcomes within
the intervals, and of the rows that the model has made. The second table has the sums of the first days ahead: the share
within their intervals, and half of an interval's width as a share of the sum.
"""
BUYERS: Final = """\
### Customers

The area under the ROC curve (AUC) is the probability that somebody who bought within 30 days has a higher score than
somebody who did not; that of the best single feature is the most that recency, frequency, tenure, visits or value
reach. ECE is the expected calibration error. What is true of a customer is known of the synthetic shop only: whether it
still buys on the day after the origin, and how many orders it is expected to place in 30 days."""
PAIRS: Final = """\
### Pairs of products
"""
TEXTS: Final = ("level", "member", "measure")
AHEAD: Final = {
    "days 1 to 7": (1, 7),
    "days 8 to 14": (8, 14),
    "days 15 to 28": (15, HORIZON),
    "all days": (1, HORIZON),
}

SERIES: Final = (
    ("net_amount", "all"),
    ("net_amount", "channel"),
    ("net_amount", "category"),
    ("orders_sold", "all"),
    ("orders_sold", "channel"),
)

_ACTUAL: Final = """
    CREATE TEMP TABLE actual AS
    WITH measured AS (
        UNPIVOT (
            SELECT * REPLACE (net_amount::DOUBLE AS net_amount, orders_sold::DOUBLE AS orders_sold)
            FROM datamart.marts_sales_as_known
        ) ON net_amount, orders_sold INTO NAME measure VALUE amount
    )
    SELECT level, member, measure, business_date AS target_date, sum(amount) AS amount
    FROM (
        SELECT 'all' AS level, 'all' AS member, * FROM measured
        UNION ALL SELECT 'channel', channel, * FROM measured
        UNION ALL SELECT 'category', category, * FROM measured WHERE category IS NOT NULL
    )
    GROUP BY ALL
"""
_COMPARED: Final = """
    SELECT level, member, measure, horizon, published::DOUBLE AS published, amount, mean::DOUBLE AS mean,
        baseline::DOUBLE AS baseline, lower_80::DOUBLE AS lower_80, upper_80::DOUBLE AS upper_80,
        lower_95::DOUBLE AS lower_95, upper_95::DOUBLE AS upper_95
    FROM forecast.sales_daily JOIN actual USING (level, member, measure, target_date)
    WHERE business_date > $first
"""
_SUMS: Final = """
    SELECT measure, level, horizon, avg((total BETWEEN sum_lower_80 AND sum_upper_80)::INTEGER),
        avg((sum_upper_80 - sum_lower_80) / 2 / total)
    FROM (
        SELECT *, sum(amount) OVER (
            PARTITION BY business_date, measure, level, member ORDER BY horizon
        ) AS total
        FROM forecast.sales_daily JOIN actual USING (level, member, measure, target_date)
        WHERE business_date > $first
    )
    WHERE horizon IN (7, 14, 28) GROUP BY ALL
"""
_HISTORY: Final = """
    SELECT measure, level, member, list(amount ORDER BY target_date) FROM actual
    WHERE target_date <= $first GROUP BY ALL
"""


@dataclass(frozen=True)
class Scored:
    """The scores of a measure and level.

    Attributes:
        measure: The measure.
        level: The level of the series.
        ahead: Which days ahead.
        mase: Mean absolute scaled error, the mean of the series.
        naive: That of the seasonal naive forecast.
        in_80: Share of the outcomes in intervals of 80 %.
        in_95: In intervals of 95 %.
        published: Share of the rows that a model has made.
    """

    measure: str
    level: str
    ahead: str
    mase: float
    naive: float
    in_80: float
    in_95: float
    published: float


def main(arguments: list[str]) -> None:
    """Build the platform or take one, forecast, and write the report."""
    seconds = None
    if arguments:
        folder = Path(arguments[0])
    else:
        folder = HOME / "forecasts"
        seconds = build(folder)
    warehouse = folder / "warehouse.duckdb"
    scores, of_sums = list(scored(warehouse)), sums(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        truth = [BUYERS, "", *customers(connection), "", PAIRS, pairs(connection)]
    written = REPORT.read_text().partition(HEADING)[0]
    REPORT.write_text(written + report(scores, of_sums, seconds) + "\n" + "\n".join(truth) + "\n")
    print(f"wrote {REPORT}")  # noqa: T201


def build(folder: Path) -> float:
    """Build the shop's days and forecast the last of them; return the seconds of the forecasts."""
    platform = Platform(folder)
    days = Days.of_keys(str(LAST - timedelta(days=HISTORY - 1)), str(LAST))
    for job in ("ingest", "extract", "load", "transform"):
        platform.call("run", "--job", job, *days.options)
    origins = Days.of_keys(str(LAST - timedelta(days=ORIGINS - 1)), str(LAST))
    began = time.perf_counter()
    platform.call("run", "--job", "forecast", *origins.options)
    return time.perf_counter() - began


def scored(warehouse: Path) -> Iterator[Scored]:
    """Yield the scores of the stored forecasts by measure, level and days ahead."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(_ACTUAL)
        [(last,)] = connection.execute("SELECT max(target_date) FROM actual").fetchall()
        first = {"first": last - timedelta(days=ORIGINS)}
        history = {tuple(series): amounts for *series, amounts in connection.execute(_HISTORY, first).fetchall()}
        rows = connection.execute(_COMPARED, first).to_arrow_table()
    scales = {series: seasonal_scale(amounts, SEASON) for series, amounts in history.items()}
    for measure, level in SERIES:
        of_level = (pc.field("measure") == measure) & (pc.field("level") == level)
        for ahead, (from_, to) in AHEAD.items():
            of_days = (pc.field("horizon") >= from_) & (pc.field("horizon") <= to)
            yield _score(rows.filter(of_level & of_days), scales, (measure, level), ahead)


def sums(warehouse: Path) -> dict[tuple[str, str, int], tuple[float, float]]:
    """Return the shares of sums within their intervals, and half the intervals' widths, by measure, level and days."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(_ACTUAL)
        [(last,)] = connection.execute("SELECT max(target_date) FROM actual").fetchall()
        found = connection.execute(_SUMS, {"first": last - timedelta(days=ORIGINS)}).fetchall()
    return {(measure, level, days): (held, width) for measure, level, days, held, width in found}


def _score(rows: pa.Table, scales: Mapping[Any, float], series: tuple[str, str], ahead: str) -> Scored:
    member = np.array(rows["member"].to_pylist())
    numbers = {name: np.asarray(rows[name], dtype=np.float64) for name in rows.column_names if name not in TEXTS}

    def error(name: str) -> float:
        """Return the mean MASE of the members."""
        return float(
            np.mean(
                [
                    mase(numbers["amount"][member == one], numbers[name][member == one], scales[*series, one])
                    for one in set(member.tolist())
                ]
            )
        )

    in_80, in_95 = (coverage(numbers["amount"], numbers[f"lower_{end}"], numbers[f"upper_{end}"]) for end in (80, 95))
    return Scored(*series, ahead, error("mean"), error("baseline"), in_80, in_95, float(numbers["published"].mean()))


def report(
    scores: Sequence[Scored], of_sums: Mapping[tuple[str, str, int], tuple[float, float]], seconds: float | None
) -> str:
    """Return the scores as Markdown."""
    lines = [HEADING, "", *METHOD.splitlines(), "", machine(), ""]
    if seconds is not None:
        lines += [f"Forecasting the {ORIGINS} origins in one run took {seconds:.0f} s, with the start of Python.", ""]
    lines += [
        "| measure | level | ahead | MASE | of naive | share | in 80 % | in 95 % | by the model |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {one.measure} | {one.level} | {one.ahead} | {one.mase:.2f} | {one.naive:.2f} | "
        f"{one.mase / one.naive:.2f} | {one.in_80:.0%} | {one.in_95:.0%} | {one.published:.0%} |"
        for one in scores
    ]
    lines += ["", "| measure | level | sum of days | in 80 % | half the width |", "| --- | --- | ---: | ---: | ---: |"]
    lines += [
        f"| {measure} | {level} | {days} | {held:.0%} | {width:.0%} |"
        for measure, level in SERIES
        if level != "category"
        for days in (7, 14, 28)
        for held, width in [of_sums[measure, level, days]]
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
