"""The tiny shop as the code location of a real daemon, with the real sensor, and jobs and sensors that fail."""

import os
from collections.abc import Iterator
from pathlib import Path

from dagster import (
    DefaultSensorStatus,
    Definitions,
    OpExecutionContext,
    RunRequest,
    SensorEvaluationContext,
    SkipReason,
    job,
    op,
    sensor,
)

from ecommerce_pipeline.automation.sensors import sensors
from ecommerce_pipeline_tests.alerts.shop import Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox

FOLDER = Path(os.environ["SHOP_FOLDER"])
shop = Shop(FOLDER, Mailbox(), dict(os.environ), failing_checks=True)


@op
def well_the_second_time(context: OpExecutionContext) -> None:
    if context.run.parent_run_id is None:
        raise ValueError("only the first time")


@op
def never_well() -> None:
    raise ValueError("every time")


@job
def flaky() -> None:
    well_the_second_time()


@job
def stubborn() -> None:
    never_well()


@sensor(
    jobs=[flaky, stubborn, shop.load],
    minimum_interval_seconds=600,
    default_status=DefaultSensorStatus.RUNNING,
)
def starter(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
    if context.cursor or "SHOP_STARTS" not in os.environ:
        yield SkipReason("started")
        return
    context.update_cursor("started")
    yield RunRequest(job_name="flaky")
    yield RunRequest(job_name="stubborn")
    yield RunRequest(job_name="load", partition_key="2026-03-01")


@sensor(job=flaky, minimum_interval_seconds=5, default_status=DefaultSensorStatus.RUNNING)
def broken(context: SensorEvaluationContext) -> SkipReason:
    if "SHOP_STARTS" in os.environ:
        raise LookupError("no bucket")
    return SkipReason("well")


defs = Definitions.merge(
    shop.definitions, Definitions(jobs=[flaky, stubborn], sensors=[starter, broken, *sensors(shop.settings)])
)
