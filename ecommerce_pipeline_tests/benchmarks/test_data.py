import os
import subprocess
import sys
from pathlib import Path

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
