"""Failures without a failed run: checks, ticks and late partitions."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    DailyPartitionsDefinition,
    Definitions,
    RepositoryDefinition,
    asset,
    build_schedule_from_partitioned_job,
    define_asset_job,
)
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._utils.error import serializable_error_info_from_exc_info

from ecommerce_pipeline.alerts.delivery import Report
from ecommerce_pipeline.alerts.tick import Alerting
from ecommerce_pipeline_tests.alerts.shop import ORDERS, Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox, html_of, text_of

HOUR = 3_600


def test_a_failed_check_of_a_run_that_succeeded_is_reported_and_recovers(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    shop.failing_checks = True
    assert shop.run().success
    for _ in range(2):
        shop.tick()
    [mail] = mailbox.mails
    assert "1 check failed after load for 2026-03-01" in str(mail["Subject"])
    assert "shop/orders: orders_have_customers (3 orders of customer <nobody>)" in text_of(mail)
    assert "customer &lt;nobody&gt;" in html_of(mail)
    assert "mart/sales" in text_of(mail)
    assert "run --job load --from 2026-03-01 --to 2026-03-01" in text_of(mail)
    shop.run()
    shop.tick()
    assert len(mailbox.mails) == 1, "the check failed again"
    shop.failing_checks = False
    shop.run()
    shop.tick()
    assert "has recovered" in mailbox.subjects[1]


def test_the_failed_checks_of_a_failed_run_are_in_that_run_s_email(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    shop.failing_checks = True
    shop.broken["sales"] = ValueError("no sales")
    shop.run("everything")
    shop.tick()
    [mail] = mailbox.mails
    assert "ValueError: no sales" in text_of(mail)
    assert "shop/orders: orders_have_customers" in text_of(mail)


def test_a_failed_check_of_a_run_that_was_canceled_later_is_reported(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    job = shop.repository.get_job("everything")
    run = shop.instance.create_run_for_job(job, tags={"dagster/partition": "2026-03-01"})
    shop.instance.report_dagster_event(
        DagsterEvent(
            DagsterEventType.ASSET_CHECK_EVALUATION.value,
            job.name,
            event_specific_data=AssetCheckEvaluation(
                ORDERS, "orders_have_customers", passed=False, metadata={}, severity=AssetCheckSeverity.ERROR
            ),
        ),
        run.run_id,
    )
    shop.tick()
    assert mailbox.mails == [], "the run may still fail, and name the check in its own email"
    shop.instance.report_run_canceled(run)
    for _ in range(2):
        shop.tick()
    [subject] = mailbox.subjects
    assert subject.startswith("[ecommerce] 1 check failed after everything for 2026-03-01")


@pytest.mark.parametrize(("severity", "mails"), [(AssetCheckSeverity.ERROR, 1), (AssetCheckSeverity.WARN, 0)])
def test_a_check_reported_from_outside_is_emailed_if_it_is_an_error(
    shop: Shop, mailbox: Mailbox, severity: AssetCheckSeverity, mails: int
) -> None:
    shop.tick()
    shop.instance.report_runless_asset_event(
        AssetCheckEvaluation(ORDERS, "orders_have_customers", passed=False, metadata={}, severity=severity)
    )
    shop.tick()
    assert len(mailbox.mails) == mails


def instigator(shop: Shop, kind: InstigatorType, name: str, since: float = 0) -> InstigatorState:
    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file="shop.py"))
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
    data = SensorInstigatorData() if kind == InstigatorType.SENSOR else ScheduleInstigatorData("0 1 * * *", since)
    state = InstigatorState(origin, kind, InstigatorStatus.RUNNING, data)
    shop.instance.add_instigator_state(state)
    return state


def tick_of(shop: Shop, state: InstigatorState, status: TickStatus, message: str = "") -> None:
    try:
        raise LookupError(message)
    except LookupError:
        import sys

        error = serializable_error_info_from_exc_info(sys.exc_info())
    shop.instance.create_tick(
        TickData(
            state.instigator_origin_id,
            state.instigator_name,
            state.instigator_type,
            status,
            time.time(),
            error=error if message else None,
            selector_id=state.selector_id,
        )
    )


def test_a_failed_tick_is_reported_once_and_so_is_its_recovery(shop: Shop, mailbox: Mailbox) -> None:
    new_files = instigator(shop, InstigatorType.SENSOR, "new_files")
    shop.tick()
    for _ in range(3):
        tick_of(shop, new_files, TickStatus.FAILURE, "no bucket <b>")
        shop.tick(later=60)
    [mail] = mailbox.mails
    assert "A tick of sensor new_files failed: LookupError: no bucket <b>" in str(mail["Subject"])
    assert "/locations/__repository__@ecommerce_pipeline/sensors/new_files" in text_of(mail)
    tick_of(shop, new_files, TickStatus.SKIPPED)
    shop.tick()
    assert "sensor new_files has recovered" in mailbox.subjects[1]
    assert "2 " not in mailbox.subjects[1]


def test_failures_that_were_read_before_a_source_broke_off_are_reported_by_the_next_tick(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the position in the event log would have moved past a failure that nobody was told of."""
    sensors = [instigator(shop, InstigatorType.SENSOR, name) for name in ("new_files", "old_files")]
    shop.tick()
    for sensor in sensors:
        tick_of(shop, sensor, TickStatus.FAILURE, f"no bucket for {sensor.instigator_name}")
    whole, asked = shop.instance.get_ticks, iter((False, True))

    def breaks_off(*arguments: Any, **more: Any) -> Any:
        if next(asked):
            raise ConnectionError("the database is gone")
        return whole(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(shop.instance, "get_ticks", breaks_off)
        assert "failed ticks cannot be read: ConnectionError" in shop.tick().error
    assert next(asked, None) is None, "it broke off after the first sensor"
    assert mailbox.mails == []
    shop.tick()
    assert sorted(subject.partition("bucket for ")[2] for subject in mailbox.subjects) == ["new_files", "old_files"]


def test_a_failed_tick_of_the_alerts_sensor_itself_is_not_emailed(shop: Shop, mailbox: Mailbox) -> None:
    own = instigator(shop, InstigatorType.SENSOR, "alerts")
    shop.tick()
    tick_of(shop, own, TickStatus.FAILURE, "mail server down")
    shop.tick()
    assert mailbox.mails == []


TODAY = datetime.now(tz=UTC).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = f"{TODAY - timedelta(days=1):%Y-%m-%d}"


@pytest.fixture
def scheduled() -> RepositoryDefinition:
    days = DailyPartitionsDefinition(f"{TODAY - timedelta(days=30):%Y-%m-%d}")

    @asset(key=ORDERS, partitions_def=days)
    def orders() -> None: ...

    job = define_asset_job("load", [ORDERS], partitions_def=days)
    daily = build_schedule_from_partitioned_job(job, name="daily", hour_of_day=1)
    return Definitions(assets=[orders], jobs=[job], schedules=[daily]).get_repository_def()


def tick_at(shop: Shop, repository: RepositoryDefinition, hour: float) -> Report:
    """Tick at an hour of today (UTC)."""
    return Alerting(shop.instance, repository, shop.settings, clock=lambda: TODAY.timestamp() + hour * HOUR).tick()


def test_a_scheduled_partition_that_is_missing_hours_later_is_reported_once(
    shop: Shop, mailbox: Mailbox, scheduled: RepositoryDefinition
) -> None:
    instigator(shop, InstigatorType.SCHEDULE, "daily", since=TODAY.timestamp() - 24 * HOUR)
    shop.instance.report_runless_asset_event(
        AssetMaterialization(ORDERS, partition=f"{TODAY - timedelta(days=2):%Y-%m-%d}")
    )
    tick_at(shop, scheduled, 3.9)
    assert mailbox.mails == [], "due at 1, late three hours after"
    tick_at(shop, scheduled, 4.1)
    tick_at(shop, scheduled, 5)
    [mail] = mailbox.mails
    assert mail["Subject"] == f"[ecommerce] load is late for {YESTERDAY}"
    assert "no run of it was launched. Is Dagster's daemon running" in text_of(mail)
    assert f"run --job load --from {YESTERDAY} --to {YESTERDAY}" in text_of(mail)
    shop.instance.report_runless_asset_event(AssetMaterialization(ORDERS, partition=YESTERDAY))
    tick_at(shop, scheduled, 6)
    assert mailbox.subjects[1] == f"[ecommerce] load has recovered for {YESTERDAY}"


def test_partitions_that_are_late_together_are_one_email(
    shop: Shop, mailbox: Mailbox, scheduled: RepositoryDefinition
) -> None:
    instigator(shop, InstigatorType.SCHEDULE, "daily", since=TODAY.timestamp() - 3 * 24 * HOUR)
    tick_at(shop, scheduled, 5)
    assert [subject.partition(":")[0] for subject in mailbox.subjects] == ["[ecommerce] 4 partitions of load are late"]


def test_a_partition_that_was_built_is_not_late(shop: Shop, mailbox: Mailbox, scheduled: RepositoryDefinition) -> None:
    instigator(shop, InstigatorType.SCHEDULE, "daily", since=TODAY.timestamp() - HOUR)
    shop.instance.report_runless_asset_event(AssetMaterialization(ORDERS, partition=YESTERDAY))
    tick_at(shop, scheduled, 5)
    assert mailbox.mails == []


def test_nothing_is_late_if_no_schedule_is_on_or_it_was_turned_on_later(
    shop: Shop, mailbox: Mailbox, scheduled: RepositoryDefinition
) -> None:
    tick_at(shop, scheduled, 5)
    instigator(shop, InstigatorType.SCHEDULE, "daily", since=TODAY.timestamp() + 2 * HOUR)
    tick_at(shop, scheduled, 6)
    assert mailbox.mails == []


def test_a_partition_whose_failure_was_reported_is_not_reported_as_late_too(
    new_shop: Callable[..., Shop], mailbox: Mailbox, scheduled: RepositoryDefinition
) -> None:
    shop = new_shop()
    instigator(shop, InstigatorType.SCHEDULE, "daily", since=TODAY.timestamp() - HOUR)
    tick_at(shop, scheduled, 2)
    run = shop.instance.create_run_for_job(scheduled.get_job("load"), tags={"dagster/partition": YESTERDAY})
    shop.instance.report_run_failed(run, "killed")
    tick_at(shop, scheduled, 3)
    tick_at(shop, scheduled, 5)
    assert len(mailbox.mails) == 1
    assert "load failed" in mailbox.subjects[0]
