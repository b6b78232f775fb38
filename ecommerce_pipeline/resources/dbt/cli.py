"""dbt, run in the folder of the warehouse.

The profile then names DuckDB's file by its name alone. Were its path in the profile, dbt would parse the whole project
again for every other folder; so what it has parsed serves all of them.
"""

import os
import sys
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "WAREHOUSE_DIR"


def main() -> None:
    """Run dbt's command line for the project in the current folder, from the folder that the variable names."""
    os.environ.setdefault("DBT_PROJECT_DIR", str(Path.cwd()))
    os.chdir(os.environ.get(FOLDER_VARIABLE) or ".")

    from dbt.cli.main import cli

    sys.exit(cli())
