"""Dagster's home directory, and the instance in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dagster import AssetKey, DagsterInstance

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.storage_errors import (
    check_path,
    explaining_configuration_errors,
    explaining_storage_errors,
)
from ecommerce_pipeline.locks import locked
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.places import make_data_dir

CONFIGURATION: Final = Path(__file__).with_name("dagster.yaml").resolve()
"""The project's dagster.yaml: a link in the checkout, a file in the wheel."""


def prepare_home(settings: Settings) -> Path:
    """Create Dagster's home, DAGSTER_HOME or a project folder, with the project's dagster.yaml; return its path.

    Raises:
        PlatformError: It cannot be created.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or settings.dagster_home).resolve()
    check_path(home)
    try:
        if home.is_relative_to(settings.data_dir.resolve()):
            make_data_dir(settings.data_dir)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        configuration = home / "dagster.yaml"
        if not configuration.exists():
            configuration.unlink(missing_ok=True)
            configuration.symlink_to(CONFIGURATION)
    except OSError as error:
        raise PlatformError(
            f"Dagster's home {home} cannot be used ({error.strerror}): make it a folder that this user can write to, "
            "or set DAGSTER_HOME (by default DATA_DIR/dagster) to another"
        ) from None
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator[DagsterInstance]:
    """Open the Dagster instance of the home; one process at a time creates the tables of its storages.

    Raises:
        PlatformError: A file of the home is locked, read-only, damaged or malformed, also if that happens in the block.
    """
    home = prepare_home(settings)
    with explaining_storage_errors(home):
        with locked(home), explaining_configuration_errors(home):
            instance = DagsterInstance.get()
            # Dagster creates some of them on first access, and fails if two processes do so at the same time; a query
            # opens the index of events.
            _ = (instance.run_storage, instance.schedule_storage, instance.has_asset_key(AssetKey("none")))
        with instance:
            yield instance
