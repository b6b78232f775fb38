"""What a target is: a lake, a warehouse, and all that depends on which ones they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.warehouse import TableName, Warehouse

MOST_STEPS_AT_ONCE: Final = 4
"""The memory of parallel steps adds up, and the source database has other work to do."""

Check = Callable[[], str]
"""A check of `doctor`: returns what it found, or raises a PlatformError that says what to do."""


@dataclass(frozen=True)
class Target:
    """A lake and a warehouse, configured by the settings.

    Attributes:
        lake_kinds: Dagster's kinds of the lake assets, shown as icons.
        warehouse_kinds: The same of the warehouse assets; dbt models get theirs from dbt's adapter.
        steps_at_once: How many independent steps of a run run in parallel.
        lake: The store of the lake's objects.
        dashboard: The store of the dashboard's page.
        warehouse: The warehouse.
        dbt_environment: The environment variables that the target's profile in profiles.yml reads.
        checks: What `doctor` checks of lake and warehouse, by name.
        warehouse_file: DuckDB's file; None of a target without one.
        person_key: Where a random PERSON_KEY_SECRET is kept if none is set: beside the lake; None of a lake that other
            machines use too.
        parallel_writes: Whether steps of one run write to the warehouse at once; those of different runs never do.
        set_aside: Gives a table another name, and returns its address; None of a target whose warehouse is a file.
    """

    lake_kinds: frozenset[str]
    warehouse_kinds: frozenset[str]
    steps_at_once: int
    lake: ObjectStore
    dashboard: ObjectStore
    warehouse: Warehouse
    dbt_environment: Mapping[str, str]
    checks: Mapping[str, Check]
    warehouse_file: Path | None = None
    person_key: Path | None = None
    parallel_writes: bool = False
    set_aside: Callable[[TableName, str], str] | None = None
