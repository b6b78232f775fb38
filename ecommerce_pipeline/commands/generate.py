"""`python -m ecommerce_pipeline.commands.generate [--check]`: write the dbt files that are derived from Python.

What is in them is decided in `schema.dbt` and `dashboard.exposures`. With --check nothing is written: it fails if a
file is not current.
"""

import sys
from pathlib import Path

from ecommerce_pipeline.dashboard.exposures import EXPOSURES, exposures
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.dbt import MACROS, MODELS, dbt_files


def outdated(dbt_dir: Path = DBT_DIR) -> dict[Path, str | None]:
    """Return the files that are missing or not current, with their text; None for a file that must not exist."""
    texts = dbt_files() | {EXPOSURES: exposures(dbt_dir)}
    wanted = {dbt_dir / path: text for path, text in texts.items()}
    patterns = (f"{MODELS}/*.*", f"{MACROS}/*.*", EXPOSURES)
    found = {path: path.read_text("utf-8") for pattern in patterns for path in dbt_dir.glob(pattern)}
    return {path: wanted.get(path) for path in sorted(wanted.keys() | found) if wanted.get(path) != found.get(path)}


def generate(dbt_dir: Path = DBT_DIR) -> None:
    """Write the files that are not current, and delete those of tables that are no longer in the contract."""
    for path, text in outdated(dbt_dir).items():
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if names := [str(path.relative_to(DBT_DIR.parent)) for path in outdated()]:
            sys.exit(f"error: not current: {', '.join(names)}. Run: make generate")
    else:
        generate()
