"""Why dbt failed: the texts are those of dbt 1.12."""

import signal
from pathlib import Path

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.resources.dbt.errors import dbt_error

FOLDER = Path("runs/1")


def error(text: str, exit_code: int = 1, warehouse: Path | None = Path("w.duckdb")) -> PlatformError:
    return dbt_error("dbt could not build the models", text, exit_code, FOLDER, warehouse)


def test_a_full_disk_short_memory_and_a_killed_dbt_are_named_and_retried() -> None:
    full = error("Unhandled error while executing runs/1/run/stg_stores.sql\n[Errno 28] No space left on device")
    assert str(full).startswith("dbt could not build the models: no space left for runs/1 (No space left on device")
    memory = error("  Runtime Error in test unique\n  Out of Memory Error: failed to allocate data of size 2 MiB")
    assert "memory is too short: DuckDB needs more" in str(memory)
    python = error("Traceback (most recent call last):\n  File x\nMemoryError")
    assert "memory is too short: dbt needs more" in str(python)
    killed = error("", -signal.SIGKILL)
    assert "dbt was killed by SIGKILL, which the system sends when memory is short" in str(killed)
    assert "dbt was ended by SIGTERM: run it again" in str(error("", -signal.SIGTERM))
    assert {type(one) for one in (full, memory, python, killed)} == {TransientError}


def test_other_errors_are_dbt_s_own_and_are_not_retried() -> None:
    missing = error("  Runtime Error in model a\n  Catalog Error: Table with name [Errno 2] does not exist!")
    assert str(missing).startswith("dbt could not build the models. Runtime Error in model a\n  Catalog Error")
    assert type(missing) is PlatformError
    assert str(error("")).endswith("models. dbt ended with code 1; its log is runs/1/dbt.log")
    on_bigquery = error("  Database Error in model a\n  IO Error: x", warehouse=None)
    assert "IO Error: x" in str(on_bigquery)
    assert "rebuild-warehouse" not in str(on_bigquery)
