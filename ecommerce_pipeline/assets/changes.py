"""source/changes: the days on which the source differs from what was loaded, with the tables and the reasons.

A run of the command line or of a schedule begins with a look at the source, whose days it takes along; what it found is
recorded here. Materialized in the UI, the asset compares the days of its run exactly.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Any, Final

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    RunsFilter,
    asset,
)

from ecommerce_pipeline.assets.common import ONE_RUN, OWNER, WAREHOUSE_POOL, daily, days_of_run
from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.instance.run_tags import LEFT_TAG, LOOK_TAG, LOOKED_UNTIL_TAG
from ecommerce_pipeline.io_managers import markdown
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.changes import Change, Look, look
from ecommerce_pipeline.quality.loaded import loaded_days
from ecommerce_pipeline.resources.postgres.apply import written_days
from ecommerce_pipeline.resources.postgres.changed import last_day
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import EVENTS, ORDERS, TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres

KEY: Final = AssetKey(["source", "changes"])
_LOADED: Final = AssetKey(["staging", "reconciliation"])
_BUILT: Final = AssetKey(["datamart", "marts_sales_daily"])


def changes_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset."""

    @asset(
        key=KEY,
        group_name="source",
        description="Business days on which the source differs from what was loaded: by table, with the reason.",
        kinds={"postgres"},
        owners=[OWNER],
        deps=[AssetKey(["source", table]) for table in TABLES],
        pool=WAREHOUSE_POOL,
        partitions_def=daily(settings),
        backfill_policy=ONE_RUN,
    )
    @retried
    def changes(
        context: AssetExecutionContext, postgres: PostgresResource, warehouse: ResourceParam[Warehouse]
    ) -> MaterializeResult[None]:
        days = days_of_run(context)
        can_be_new = _can_be_new(settings, postgres)
        since, again = seen(context.instance), left(context.instance)
        found = _look_at(settings, postgres, warehouse, since, can_be_new, exact=days, again=again)
        by_day = _by_day(found.changes)
        add_partition_metadata(context, KEY, {day.isoformat(): _metadata(by_day.get(day, ())) for day in days})
        return MaterializeResult(metadata={"days": days.summary, "days changed": len(found.days & set(days))})

    return changes


def look_before_run(
    settings: Settings,
    instance: DagsterInstance,
    postgres: PostgresResource,
    warehouse: Warehouse,
    *,
    exact_since: date | None = None,
    new_days: bool = True,
) -> Look:
    """Look at the source for the days that a run is to take along, and record what was found.

    Days that were extracted and not loaded, or loaded and not built, because a run was interrupted, are among them.

    Args:
        settings: The platform's settings.
        instance: Where earlier runs and looks have recorded what they saw.
        postgres: The source.
        warehouse: The warehouse.
        exact_since: The first of the days to compare whatever the times of their rows; None for no days.
        new_days: Whether the days of a warehouse that has none yet have changed, all of them.
    """
    loaded = loaded_days(warehouse)
    compared = {day for day in loaded if exact_since and day >= exact_since}
    all_days = exact_since is not None and exact_since <= settings.start_date
    since = {} if all_days or not loaded else seen(instance)
    can_be_new = _can_be_new(settings, postgres) if loaded or new_days else lambda _: False
    exact = Days.of(compared) if compared else None
    found = _look_at(settings, postgres, warehouse, since, can_be_new, exact=exact, again=left(instance))
    unfinished = [change for change in _unfinished(instance) if change.day in loaded]
    found = Look((*found.changes, *unfinished), found.until)
    for day, changes in _by_day(found.changes).items():
        instance.report_runless_asset_event(
            AssetMaterialization(KEY, partition=day.isoformat(), metadata=_metadata(changes))
        )
    if not found.changes:
        instance.daemon_cursor_storage.set_cursor_values({LOOKED_UNTIL_TAG: _times_as_text(found.until)})
    return found


def has_day(settings: Settings, day: date) -> bool:
    """Return whether the calendar has a day, which has ended."""
    return daily(settings).has_partition_key(day.isoformat())


def newest_whole_day(settings: Settings) -> date | None:
    """Return the newest day of the calendar on which the source has an order; None if it has none."""
    source = postgres(settings)
    with source.connect() as connection:
        return last_day(connection, source.relations(connection)[ORDERS], source.time_zone)


def up_to_newest(settings: Settings, days: Iterable[date]) -> set[date]:
    """Return as many days that end with the newest whole one of the source: another shop's rows may end long ago."""
    asked = set(days)
    newest = newest_whole_day(settings) if asked else None
    back = max(asked) - min(newest, max(asked)) if newest else timedelta(0)
    return {day - back for day in asked if day - back >= settings.start_date}


def tags_of_look(found: Look, days: Days) -> dict[str, str]:
    """Return the tags of a run of the days that a look found: from there the next look goes on."""
    not_built = found.days - set(days)
    tags = {LOOK_TAG: "yes", LOOKED_UNTIL_TAG: _times_as_text(found.until)}
    return {**tags, LEFT_TAG: str(Days.of(not_built))} if not_built else tags


def seen(instance: DagsterInstance) -> dict[str, datetime]:
    """Return, by table, the newest change in the source that staging has.

    It was taken along by a run which succeeded, or seen by a look that found all days as they were loaded.
    """
    by_runs = [run.tags[LOOKED_UNTIL_TAG] for run in _runs_of_looks(instance)]
    by_looks = instance.daemon_cursor_storage.get_cursor_values({LOOKED_UNTIL_TAG}).values()
    newest: dict[str, datetime] = {}
    for times in (*by_runs, *by_looks):
        for name, at in json.loads(times).items():
            time = datetime.fromisoformat(at)
            newest[name] = max(newest.get(name, time), time)
    return newest


def left(instance: DagsterInstance) -> set[date]:
    """Return the days that the last look of a run found and the run did not build: they had not ended."""
    tags = (run.tags.get(LEFT_TAG) for run in _runs_of_looks(instance))
    return {day for days in tags if days for day in Days.parse(days)}


def _runs_of_looks(instance: DagsterInstance) -> Sequence[DagsterRun]:
    """Return the newest run that built what a look found; none if there is none."""
    wanted = RunsFilter(tags={LOOK_TAG: "yes"}, statuses=[DagsterRunStatus.SUCCESS])
    return instance.get_runs(wanted, limit=1)


def _times_as_text(times: Mapping[str, datetime]) -> str:
    return json.dumps({name: at.isoformat() for name, at in times.items()})


def _look_at(
    settings: Settings,
    postgres: PostgresResource,
    warehouse: Warehouse,
    since: Mapping[str, datetime],
    can_be_new: Callable[[date], bool],
    *,
    exact: Days | None,
    again: AbstractSet[date],
) -> Look:
    overlap = timedelta(minutes=settings.changes_overlap_minutes)
    return look(postgres, warehouse, since, overlap=overlap, exact=exact, again=again, can_be_new=can_be_new)


def _can_be_new(settings: Settings, postgres: PostgresResource) -> Callable[[date], bool]:
    """Return whether a day that was never loaded is one of the shop's.

    What a synthetic shop's application writes on a day may be about orders of days that nobody has asked for.
    """
    if settings.source == "external":
        return lambda day: day >= settings.start_date
    with postgres.connect() as connection:
        written = written_days(connection)
    return lambda day: day in written


def _unfinished(instance: DagsterInstance) -> Iterator[Change]:
    """Yield the days on which a step has ended and not the one that completes it.

    Staging may have other rows than those that reconciliation has compared: whether the source has changed since then
    does not tell whether staging is as the source.
    """

    def newest(key: AssetKey) -> Mapping[str, int]:
        storage = instance.event_log_storage
        return storage.get_latest_storage_id_by_partition(key, DagsterEventType.ASSET_MATERIALIZATION)

    def unfinished(table: str, done: Mapping[str, int], completed: Mapping[str, int], reason: str) -> Iterator[Change]:
        for day, number in done.items():
            if number > completed.get(day, 0):
                yield Change(date.fromisoformat(day), table, 0, reason)

    compared = newest(_LOADED)
    for table in EVENTS:
        yield from unfinished(table, newest(AssetKey(["lake", table])), compared, "extracted and not loaded")
    yield from unfinished(_BUILT.path[-1], compared, newest(_BUILT), "loaded and not built")


def _by_day(changes: Sequence[Change]) -> dict[date, list[Change]]:
    by_day: dict[date, list[Change]] = defaultdict(list)
    for change in changes:
        by_day[change.day].append(change)
    return by_day


def _metadata(changes: Sequence[Change]) -> dict[str, Any]:
    rows = [[change.table, f"{change.rows:,}" if change.rows else "", change.reason] for change in changes]
    known = {"rows changed": sum(change.rows for change in changes)} if any(change.rows for change in changes) else {}
    return {
        "tables changed": len({change.table for change in changes}),
        **known,
        "changes": MetadataValue.md(markdown.table(["table", "rows", "reason"], rows) if rows else "none"),
    }
