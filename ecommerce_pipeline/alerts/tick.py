"""One tick of the sensor: find new problems, decide on emails, deliver what is due."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from dagster import DagsterInstance, MetadataValue, RepositoryDefinition, RunsFilter

from ecommerce_pipeline.alerts import policy
from ecommerce_pipeline.alerts.delivery import Delivery, Report
from ecommerce_pipeline.alerts.problem import Problem
from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.alerts.transport import transport_of
from ecommerce_pipeline.alerts.ui_links import Ui, ui_url
from ecommerce_pipeline.alerts.watch.backfills import backfill_has_ended
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.failed_checks import failed_checks
from ecommerce_pipeline.alerts.watch.failed_runs import failed_runs
from ecommerce_pipeline.alerts.watch.failed_ticks import failed_ticks
from ecommerce_pipeline.alerts.watch.late_partitions import late_partitions
from ecommerce_pipeline.alerts.watch.recovery import Recovery
from ecommerce_pipeline.instance.run_log import add_to_run_log
from ecommerce_pipeline.masking import Masker
from ecommerce_pipeline.settings import Settings

SENSOR: Final = "alerts"
LOGGED_RUNS: Final = 100
"""An email is noted in the logs of at most so many of its runs."""


@dataclass(frozen=True)
class Alerting:
    """The alerts of a Dagster instance.

    Attributes:
        instance: The instance.
        repository: The code location's definitions.
        settings: The settings.
        location: The code location's name.
        clock: The time (seconds since 1970).
    """

    instance: DagsterInstance
    repository: RepositoryDefinition
    settings: Settings
    location: str = "ecommerce_pipeline"
    clock: Callable[[], float] = time.time

    def tick(self) -> Report:
        """Run the tick; return what was delivered and what failed."""
        store = StateStore(self.instance)
        errors = store.change(self._collect)
        report = self.delivery(store).round()
        self._log_in_runs(report)
        report.error = "; ".join([*errors, *filter(None, [report.error])])
        return report

    def delivery(self, store: StateStore) -> Delivery:
        """Return the delivery of the queued emails."""
        return Delivery(
            store, transport_of(self.settings), self.settings.alert_sender, Ui(ui_url(self.settings)), self.clock
        )

    def _collect(self, state: State) -> list[str]:
        """Collect new problems and queue emails; return the errors of sources that failed."""
        masker = Masker.of(os.environ, [self.settings.postgres_dir / "password"])
        context = WatchContext(self.instance, self.repository, self.settings, masker, self.clock(), self.location)
        rules = rules_of(self.settings)

        def recoveries() -> list[Problem]:
            policy.recover(state, Recovery(state, context), context.now, rules)
            return []

        sources: dict[str, Callable[[], list[Problem]]] = {
            "recoveries": recoveries,
            "failed runs": lambda: failed_runs(state, context),
            "failed checks": lambda: failed_checks(state, context),
            "failed ticks": lambda: failed_ticks(state, context, SENSOR),
            "late partitions": lambda: late_partitions(state, context),
        }
        errors = []
        for name, source in sources.items():
            before = state.model_copy(deep=True)
            try:
                found = source()
            except Exception as error:  # A source that fails must not stop the others.
                for field in State.model_fields:
                    setattr(state, field, getattr(before, field))
                errors.append(masker(f"{name} cannot be read: {type(error).__name__}: {error}"))
                continue
            for problem in sorted(found, key=lambda problem: problem.seen):
                policy.add_problem(state, problem, context.now, rules)
        policy.release_backfills(state, partial(backfill_has_ended, self.instance), context.now, rules)
        policy.remind(state, context.now, rules)
        return errors

    def _log_in_runs(self, report: Report) -> None:
        """Note the email in the logs of the runs that it reports."""
        for email, delivered in report.delivered:
            runs = [problem.run_id for problem in email.problems if problem.run_id]
            metadata: dict[str, MetadataValue[Any]] = {
                "Subject": MetadataValue.text(delivered.subject),
                "Message-ID": MetadataValue.text(delivered.message_id),
                "server answer": MetadataValue.text(delivered.answer),
            }
            if self.settings.smtp_host is None:
                metadata["stored in"] = MetadataValue.path(str(self.settings.mail_dir / "index.html"))
            for run in self.instance.get_runs(RunsFilter(run_ids=runs[:LOGGED_RUNS])) if runs else []:
                add_to_run_log(self.instance, run, f"Alert emailed to {', '.join(delivered.to)}", metadata)


def rules_of(settings: Settings) -> policy.Rules:
    """Return the policy's rules."""
    return policy.Rules(
        remind_after=settings.alert_remind_minutes * 60,
        backfill_patience=settings.alert_backfill_minutes * 60,
        recovery=settings.alert_recovery,
        domain=settings.alert_sender.rpartition("@")[2],
    )
