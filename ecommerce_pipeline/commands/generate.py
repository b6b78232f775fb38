"""`python -m ecommerce_pipeline.commands.generate [--check]`: write the files that are derived from others.

What is in them is decided in `schema.dbt`, `schema.personal`, `schema.postgres`, `dashboard.exposures`,
`mapping.template` and `metrics.reference`. With --check nothing is written: it fails if a file is not current. Of the
last one, which dbt must parse the project for, a test checks that.
"""

import sys
from pathlib import Path
from typing import Final

from ecommerce_pipeline.dashboard.exposures import EXPOSURES, exposures
from ecommerce_pipeline.mapping.template import VIEWS, template_files
from ecommerce_pipeline.metrics.compiler import MetricCompiler
from ecommerce_pipeline.metrics.reference import reference
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.dbt import MACROS, MODELS, dbt_files
from ecommerce_pipeline.schema.dialects import DUCKDB
from ecommerce_pipeline.schema.personal import with_places
from ecommerce_pipeline.schema.postgres import EXTRACT_ROLE, with_granted_tables
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import dbt_workspace

EDITED: Final = {"docs/privacy.md": with_places, EXTRACT_ROLE: with_granted_tables}
"""Files that are written by hand, but for a part."""
REFERENCE: Final = PROJECT_ROOT / "docs" / "metrics.md"


def outdated(root: Path = PROJECT_ROOT) -> dict[Path, str | None]:
    """Return the files that are missing or not current, with their text; None for a file that must not exist."""
    dbt_dir = root / DBT_DIR.name
    wanted = {dbt_dir / path: text for path, text in (dbt_files() | {EXPOSURES: exposures(dbt_dir)}).items()}
    wanted |= {root / path: text for path, text in template_files().items()}
    patterns = [f"{DBT_DIR.name}/{pattern}" for pattern in (f"{MODELS}/*.*", f"{MACROS}/*.*", EXPOSURES)]
    found = {path: path.read_text("utf-8") for pattern in [*patterns, f"{VIEWS}/*.*"] for path in root.glob(pattern)}
    for name, edit in EDITED.items():
        if (path := root / name).exists():
            found[path] = path.read_text("utf-8")
            wanted[path] = edit(found[path])
    return {path: wanted.get(path) for path in sorted(wanted.keys() | found) if wanted.get(path) != found.get(path)}


def generate(root: Path = PROJECT_ROOT) -> None:
    """Write the files that are not current, and delete those of tables that are no longer in the contract."""
    for path, text in outdated(root).items():
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


def write_reference() -> None:
    """Write the page of the metrics."""
    settings = Settings.from_environment()
    compiler = MetricCompiler(dbt_workspace(settings).project().manifest_path, DUCKDB)
    REFERENCE.write_text(reference(compiler), "utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if names := [str(path.relative_to(PROJECT_ROOT)) for path in outdated()]:
            sys.exit(f"error: not current: {', '.join(names)}. Run: make generate")
    else:
        generate()
        write_reference()
