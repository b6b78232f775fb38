"""A tiny shop of assets that fail on demand, on a Dagster instance of its own, and the alerts that watch it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetOut,
    BackfillPolicy,
    DagsterInstance,
    DailyPartitionsDefinition,
    Definitions,
    ExecuteInProcessResult,
    Nothing,
    RepositoryDefinition,
    StaticPartitionsDefinition,
    asset,
    asset_check,
    define_asset_job,
    in_process_executor,
    job,
    multi_asset,
    op,
)

from ecommerce_pipeline.alerts.delivery import Report
from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.alerts.tick import Alerting
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline_tests.support.mailbox import Mailbox

# Partition keys may hold any text, and asset keys nearly any.
HOSTILE_KEY = "Größe <img src=x onerror=alert(1)>\"'; rm -rf / \u2028Bcc: eve@example.com"
HOSTILE_ASSET = AssetKey(["böse <b>", "tables; DROP"])
DAYS = DailyPartitionsDefinition("2026-03-01", end_date="2026-06-01")
ORDERS, SALES, REPORT = AssetKey(["shop", "orders"]), AssetKey(["mart", "sales"]), AssetKey(["mart", "report"])


@dataclass
class Shop:
    """The shop.

    Attributes:
        folder: Of its Dagster home.
        mailbox: Where its alerts go.
        environment: Its settings.
        broken: By asset name: the error that it raises, or a function of the partition that returns one.
        failing_checks: Whether the check of orders fails.
        blocking_checks: Whether it stops what follows.
        later: Seconds by which the clock of the alerts is ahead.
    """

    folder: Path
    mailbox: Mailbox
    environment: dict[str, str] = field(default_factory=dict)
    broken: dict[str, Exception | Callable[[str], Exception | None]] = field(default_factory=dict)
    failing_checks: bool = False
    blocking_checks: bool = False
    later: float = 0
    dagster_yaml: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        mail = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mailbox.port),
            "SMTP_SECURITY": "none",
            "ALERT_FROM": "dagster@shop.example",
            "ALERT_TO": "ops@shop.example",
            "DATA_DIR": str(self.folder),
        }
        return Settings.from_environment(mail | self.environment)

    @cached_property
    def instance(self) -> DagsterInstance:
        return DagsterInstance.local_temp(str(self.folder), overrides=self.dagster_yaml)

    load = define_asset_job("load", [ORDERS])

    @cached_property
    def definitions(self) -> Definitions:
        def fail(context: AssetExecutionContext, name: str) -> None:
            error = self.broken.get(name)
            if callable(error):
                error = error(context.partition_key if context.has_partition_key else "")
            if error is not None:
                raise error

        one_run = BackfillPolicy.single_run()

        @asset(
            key=ORDERS,
            partitions_def=DAYS,
            backfill_policy=one_run,
            owners=["team:orders"],
            description="Row per order.",
        )
        def orders(context: AssetExecutionContext) -> None:
            fail(context, "orders")

        @asset(
            key=SALES,
            partitions_def=DAYS,
            backfill_policy=one_run,
            deps=[ORDERS],
            owners=["team:sales", "ann@shop.example"],
        )
        def sales(context: AssetExecutionContext) -> None:
            fail(context, "sales")

        @asset(key=REPORT, deps=[SALES])
        def report(context: AssetExecutionContext) -> None:
            fail(context, "report")

        # Only `outs` allow a key that is not a Python name.
        @multi_asset(
            outs={"hostile": AssetOut(key=HOSTILE_ASSET, dagster_type=Nothing)},
            partitions_def=StaticPartitionsDefinition([HOSTILE_KEY]),
        )
        def hostile(context: AssetExecutionContext) -> None:
            fail(context, "hostile")

        @asset_check(asset=ORDERS, name="orders_have_customers", blocking=self.blocking_checks)
        def check() -> AssetCheckResult:
            return AssetCheckResult(
                passed=not self.failing_checks,
                severity=AssetCheckSeverity.ERROR,
                description="3 orders of customer <nobody>",
            )

        @op
        def count() -> None:
            if isinstance(error := self.broken.get("count"), Exception):
                raise error

        @job
        def counting() -> None:
            count()

        return Definitions(
            assets=[orders, sales, report, hostile],
            asset_checks=[check],
            jobs=[
                define_asset_job("everything", [ORDERS, SALES, REPORT]),
                define_asset_job("hostile_names", [HOSTILE_ASSET]),
                self.load,
                counting,
            ],
            executor=in_process_executor,
        )

    @cached_property
    def repository(self) -> RepositoryDefinition:
        return self.definitions.get_repository_def()

    def run(self, name: str = "load", day: str | None = "2026-03-01", **more: Any) -> ExecuteInProcessResult:
        """Run a job in this process."""
        return self.repository.get_job(name).execute_in_process(
            instance=self.instance, partition_key=day, raise_on_error=False, **more
        )

    @property
    def alerting(self) -> Alerting:
        return Alerting(self.instance, self.repository, self.settings, clock=lambda: time.time() + self.later)

    def tick(self, *, later: float = 0) -> Report:
        """Advance the clock of the alerts, and tick."""
        self.later += later
        return self.alerting.tick()

    @property
    def state(self) -> State:
        return StateStore(self.instance).read()
