import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import SIZES
from benchmarks.case import GROUPS, cases
from benchmarks.data import FIRST_DAY, Data
from benchmarks.shop import first_rows, settings_of
from ecommerce_pipeline.assets.common import daily
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.settings import PROJECT_ROOT

ROWS = 1000
PREPARE_A_LOAD = f"""
from benchmarks.shop import database, prepare_data, stop
data = prepare_data({ROWS})
try:
    data.empty_loaded()
    tables = "ecommerce.transactions", "loaded.transactions"
    print([database(data).rows(f"SELECT count(*) FROM {{table}}")[0][0] for table in tables])
finally:
    stop(data)
"""


def test_loads_go_into_an_empty_table_apart_from_the_extracted_one(tmp_path: Path) -> None:
    """It once dropped that table: later cases extracted what the last load had left, never vacuumed."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARE_A_LOAD],
        cwd=PROJECT_ROOT,
        env=os.environ | {"BENCH_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"[{ROWS}, 0]\n", done.stderr


@pytest.mark.parametrize(
    "rows",
    sorted({min(size, case.most_rows or size) for size in SIZES[:-1] for group in GROUPS for case in cases(group)}),
)
def test_the_days_of_the_rows_are_in_the_calendar(rows: int) -> None:
    """When the calendar got an end, `make bench` failed at its first case: 20,000 rows ended six days later.

    Without the largest number of rows, which take as many days and more than a minute.
    """
    data = Data(rows)
    last = FIRST_DAY + (sum(1 for _ in first_rows(data)) - 1) * ONE_DAY
    assert last.isoformat() in daily(settings_of(data)).get_partition_keys()
