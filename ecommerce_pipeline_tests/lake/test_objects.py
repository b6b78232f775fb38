"""How much of an object is read, and held in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecommerce_pipeline.lake.objects import object_path

ROWS = 16_000_000
TABLE, DAY = "sessions", "2026-03-01"
READ = f"""
import sys
from pathlib import Path
from ecommerce_pipeline.lake.objects import reading_object
from ecommerce_pipeline.resources.object_store.folder import FolderStore

def peak():
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) * 1024

with reading_object(FolderStore(folder=sys.argv[1]), "{TABLE}", "{DAY}") as stream:
    before = peak()
    print(sum(batch.num_rows for batch in stream), peak() - before)
"""
"""Prints the rows that it read, and the bytes by which its peak memory grew."""


def test_reading_an_object_holds_a_few_row_groups_however_many_it_has(tmp_path: Path) -> None:
    file = tmp_path / object_path(TABLE, DAY)
    file.parent.mkdir(parents=True)
    numbers = pa.table({"session_id": np.random.default_rng(7).integers(0, 2**63, ROWS)})
    pq.write_table(numbers, file, row_group_size=ROWS // 80, use_dictionary=False)
    reader = [sys.executable, "-c", READ, str(tmp_path)]
    rows, grown = subprocess.run(reader, check=True, capture_output=True, text=True).stdout.split()
    assert int(rows) == ROWS
    assert int(grown) < file.stat().st_size / 3
