"""Where the project's files are, and which folder a platform works in."""

import os
from pathlib import Path
from typing import Final

PROJECT_ROOT: Final = Path(__file__).resolve().parents[2]
"""The folder of this package and of the dbt project: the checkout or, once installed from a wheel, `site-packages`."""


def _base_dir() -> Path:
    # A wheel is installed beside its metadata; of a checkout, they are elsewhere.
    installed = any(PROJECT_ROOT.glob("ecommerce_pipeline-*.dist-info"))
    return Path.cwd() if installed else PROJECT_ROOT


BASE_DIR: Final = _base_dir()
"""The folder of `.env` and, by default, of all data: the checkout, or the current folder of an installed package."""

IS_CHECKOUT: Final = BASE_DIR == PROJECT_ROOT


def make_data_dir(folder: Path) -> None:
    """Create the data folder for its owner only; root's lets the embedded PostgreSQL's user pass through to its own."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
