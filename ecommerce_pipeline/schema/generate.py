"""`python -m ecommerce_pipeline.schema.generate [--check]`: write the dbt files derived from the table contract.

What is in them is decided in `dbt`. With --check nothing is written: it fails if a file is not current.
"""

import sys
from pathlib import Path
from typing import Final

from ecommerce_pipeline.schema.dbt import MACROS, MODELS, dbt_files

DBT_DIR: Final = Path(__file__).parents[2] / "ecommerce_dbt"


def outdated(dbt_dir: Path = DBT_DIR) -> dict[Path, str | None]:
    """Return the files that are missing or not as the contract has them, with their text; None for one too many."""
    wanted = {dbt_dir / path: text for path, text in dbt_files().items()}
    found = {path: path.read_text() for folder in (MODELS, MACROS) for path in (dbt_dir / folder).glob("*.*")}
    return {path: wanted.get(path) for path in sorted(wanted.keys() | found) if wanted.get(path) != found.get(path)}


def generate(dbt_dir: Path = DBT_DIR) -> None:
    """Write the files that are not current, and delete those of tables that the contract has no more."""
    for path, text in outdated(dbt_dir).items():
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if names := [str(path.relative_to(DBT_DIR.parent)) for path in outdated()]:
            sys.exit(
                f"error: not as ecommerce_pipeline/schema/tables.py has it: {', '.join(names)}. Run: make generate"
            )
    else:
        generate()
