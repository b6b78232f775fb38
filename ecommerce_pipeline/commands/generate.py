"""`python -m ecommerce_pipeline.commands.generate [--check]`: write the files of dbt and SQL derived from Python.

What is in them is decided in `schema.dbt`, `schema.postgres`, `dashboard.exposures` and `mapping.template`. With
--check nothing is written: it fails if a file is not current.
"""

import sys
from pathlib import Path

from ecommerce_pipeline.dashboard.exposures import EXPOSURES, exposures
from ecommerce_pipeline.mapping.template import VIEWS, template_files
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.dbt import MACROS, MODELS, dbt_files
from ecommerce_pipeline.schema.postgres import EXTRACT_ROLE, with_granted_tables
from ecommerce_pipeline.settings import PROJECT_ROOT


def outdated(root: Path = PROJECT_ROOT) -> dict[Path, str | None]:
    """Return the files that are missing or not current, with their text; None for a file that must not exist."""
    dbt_dir = root / DBT_DIR.name
    wanted = {dbt_dir / path: text for path, text in (dbt_files() | {EXPOSURES: exposures(dbt_dir)}).items()}
    wanted |= {root / path: text for path, text in template_files().items()}
    wanted[root / EXTRACT_ROLE] = with_granted_tables((PROJECT_ROOT / EXTRACT_ROLE).read_text("utf-8"))
    patterns = [f"{DBT_DIR.name}/{pattern}" for pattern in (f"{MODELS}/*.*", f"{MACROS}/*.*", EXPOSURES)]
    patterns += [f"{VIEWS}/*.*", EXTRACT_ROLE]
    found = {path: path.read_text("utf-8") for pattern in patterns for path in root.glob(pattern)}
    return {path: wanted.get(path) for path in sorted(wanted.keys() | found) if wanted.get(path) != found.get(path)}


def generate(root: Path = PROJECT_ROOT) -> None:
    """Write the files that are not current, and delete those of tables that are no longer in the contract."""
    for path, text in outdated(root).items():
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if names := [str(path.relative_to(PROJECT_ROOT)) for path in outdated()]:
            sys.exit(f"error: not current: {', '.join(names)}. Run: make generate")
    else:
        generate()
