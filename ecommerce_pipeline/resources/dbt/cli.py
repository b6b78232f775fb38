"""The program `ecommerce-pipeline-dbt`: dbt, run in the folder of the warehouse.

So the profile names DuckDB's file without its folder. With the path in the profile, dbt would parse the whole project
again for every other folder.
"""

import os
import sys
from pathlib import Path
from typing import Final

from ecommerce_pipeline.process import tune_garbage_collection

FOLDER_VARIABLE: Final = "WAREHOUSE_DIR"


def main() -> None:
    """Run dbt for the project in the current folder, from the folder in WAREHOUSE_DIR."""
    tune_garbage_collection()
    os.environ.setdefault("DBT_PROJECT_DIR", str(Path.cwd()))
    os.chdir(os.environ.get(FOLDER_VARIABLE) or ".")

    from dbt.cli.main import cli

    sys.exit(cli())
