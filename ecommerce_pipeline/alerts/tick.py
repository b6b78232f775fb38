"""One tick: take in what is new, decide who hears of it, deliver what is due."""

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
from ecommerce_pipeline.alerts.transport import post
from ecommerce_pipeline.alerts.ui_links import Ui
from ecommerce_pipeline.alerts.watch.backfills import backfill_has_ended
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.alerts.watch.failed_checks import failed_checks
from ecommerce_pipeline.alerts.watch.failed_runs import failed_runs
from ecommerce_pipeline.alerts.watch.failed_ticks import failed_ticks
from ecommerce_pipeline.alerts.watch.late_partitions import late_partitions
from ecommerce_pipeline.alerts.watch.recovery import Recovery
from ecommerce_pipeline.instance.run_log import add_to_run_log
from ecommerce_pipeline.masking import Masker
from ecommerce_pipeline.settings import Settings

SENSOR: Final = "alerts"
NOTED_RUNS: Final = 100
"""In the logs of so many runs a mail is noted; a digest of more names them all in the mail itself."""


@dataclass(frozen=True)
class Alerting:
    """The alerts of a Dagster instance.

    Attributes:
        instance: Whose.
        repository: The code location's definitions.
        settings: What can be set.
        location: The code location's name.
        clock: The time (seconds since 1970).
    """

    instance: DagsterInstance
    repository: RepositoryDefinition
    settings: Settings
    location: str = "ecommerce_pipeline"
    clock: Callable[[], float] = time.time

    def tick(self) -> Report:
        """Do what is due; returns what was delivered, and what went wrong."""
        store = StateStore(self.instance)
        troubles = store.change(self._take_in)
        report = self.delivery(store).round()
        self._note_in_runs(report)
        report.trouble = "; ".join([*troubles, *filter(None, [report.trouble])])
        return report

    def delivery(self, store: StateStore) -> Delivery:
        """Return what delivers the letters."""
        return Delivery(store, post(self.settings), self.settings.alert_sender, Ui(self.settings.ui_url), self.clock)

    def _take_in(self, state: State) -> list[str]:
        """Take in what is new; returns what could not be looked at."""
        masker = Masker.of(os.environ, [self.settings.postgres_dir / "password"])
        view = View(self.instance, self.repository, self.settings, masker, self.clock(), self.location)
        rules = rules_of(self.settings)

        def recoveries() -> list[Problem]:
            policy.recover(state, Recovery(state, view), view.now, rules)
            return []

        sources: dict[str, Callable[[], list[Problem]]] = {
            "recoveries": recoveries,
            "failed runs": lambda: failed_runs(state, view),
            "failed checks": lambda: failed_checks(state, view),
            "failed ticks": lambda: failed_ticks(state, view, SENSOR),
            "late partitions": lambda: late_partitions(state, view),
        }
        troubles = []
        for name, source in sources.items():
            before = state.model_copy(deep=True)
            try:
                found = source()
            except Exception as error:  # One that fails, whatever for, must not keep the others from being told.
                for field in State.model_fields:
                    setattr(state, field, getattr(before, field))
                troubles.append(masker(f"{name} cannot be looked at: {type(error).__name__}: {error}"))
                continue
            for problem in sorted(found, key=lambda problem: problem.seen):
                policy.take(state, problem, view.now, rules)
        policy.release_backfills(state, partial(backfill_has_ended, self.instance), view.now, rules)
        policy.remind(state, view.now, rules)
        return troubles

    def _note_in_runs(self, report: Report) -> None:
        """Say in the log of a run that, and where, people were told of it."""
        for letter, delivered in report.delivered:
            runs = [problem.run_id for problem in letter.problems if problem.run_id]
            metadata: dict[str, MetadataValue[Any]] = {
                "Subject": MetadataValue.text(delivered.subject),
                "Message-ID": MetadataValue.text(delivered.message_id),
                "the server said": MetadataValue.text(delivered.answer),
            }
            if self.settings.smtp_host is None:
                metadata["kept in"] = MetadataValue.path(str(self.settings.mail_dir / "index.html"))
            for run in self.instance.get_runs(RunsFilter(run_ids=runs[:NOTED_RUNS])) if runs else []:
                add_to_run_log(self.instance, run, f"Alert mailed to {', '.join(delivered.to)}", metadata)


def rules_of(settings: Settings) -> policy.Rules:
    """Return the rules that the settings make."""
    return policy.Rules(
        remind_after=settings.alert_remind_minutes * 60,
        backfill_patience=settings.alert_backfill_minutes * 60,
        recovery=settings.alert_recovery,
        domain=settings.alert_sender.rpartition("@")[2],
    )
