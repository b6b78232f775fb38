"""Which failures are reported together, later, or not at all."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from dagster import DagsterRun, DagsterRunStatus
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.failed_runs import RETRY_PATIENCE, TAGGED_WITHIN, decision
from ecommerce_pipeline.masking import Masker
from ecommerce_pipeline_tests.alerts.shop import DAYS, ORDERS, Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox, html_of, text_of

HOUR = 3_600
FLAKY = {"run_retries": {"enabled": True, "max_retries": 2}}


def add_backfill(shop: Shop, name: str) -> PartitionBackfill:
    backfill = PartitionBackfill(
        backfill_id=name,
        status=BulkActionStatus.REQUESTED,
        from_failure=False,
        tags={},
        backfill_timestamp=0.0,
        asset_selection=[ORDERS],
        serialized_asset_backfill_data="",
    )
    shop.instance.add_backfill(backfill)
    return backfill


def end(shop: Shop, backfill: PartitionBackfill) -> None:
    shop.instance.update_backfill(backfill.with_status(BulkActionStatus.COMPLETED_FAILED))


def test_twenty_runs_of_a_backfill_with_the_same_error_become_one_digest(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    backfill = add_backfill(shop, "abcdefgh")
    shop.broken["orders"] = lambda day: ValueError(f"no object of {day}")
    days = DAYS.get_partition_keys()[:20]
    for number, day in enumerate(days):
        shop.run(day=day, tags={"dagster/backfill": "abcdefgh"})
        if number % 5 == 0:
            shop.tick()
    assert mailbox.mails == []
    end(shop, backfill)
    for _ in range(3):
        shop.tick(later=2 * HOUR)
    [mail] = mailbox.mails
    text = text_of(mail)
    assert "20 runs of backfill abcdefgh failed with the same error" in str(mail["Subject"])
    assert text.splitlines()[3] == "ValueError: no object of 2026-03-01"
    assert "Occurrences:  20, from " in text
    assert all(day in text for day in days)
    assert "Launched by:  backfill abcdefgh" in text


def test_a_digest_counts_each_failure_and_shows_its_first_occurrence(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    backfill = add_backfill(shop, "mixed")
    shop.broken["orders"] = lambda day: KeyError("customer") if day == "2026-03-02" else ValueError("no object")
    for day in DAYS.get_partition_keys()[:4]:
        shop.run(day=day, tags={"dagster/backfill": "mixed"})
    end(shop, backfill)
    shop.tick()
    [mail] = mailbox.mails
    assert "4 runs of backfill mixed failed" in str(mail["Subject"])
    assert "3 x ValueError: no object" in text_of(mail)
    assert "1 x KeyError: 'customer'" in text_of(mail)


def test_failures_of_a_long_backfill_are_reported_after_a_while_and_then_by_reminders(
    shop: Shop, mailbox: Mailbox
) -> None:
    shop.tick()
    add_backfill(shop, "long")
    shop.broken["orders"] = ValueError("no object")
    for day in ("2026-03-01", "2026-03-02"):
        shop.run(day=day, tags={"dagster/backfill": "long"})
        shop.tick()
    assert mailbox.mails == []
    shop.tick(later=601)
    assert ["2 runs of backfill long" in subject for subject in mailbox.subjects] == [True]
    for day in ("2026-03-03", "2026-03-04"):
        shop.run(day=day, tags={"dagster/backfill": "long"})
        shop.tick(later=601)
    assert len(mailbox.mails) == 1
    shop.tick(later=HOUR)
    assert "still fails: 2 more runs" in mailbox.subjects[1]


def test_a_backfill_with_one_failed_run_leads_to_an_ordinary_alert(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    backfill = add_backfill(shop, "single")
    shop.broken["orders"] = ValueError("no object")
    shop.run(day="2026-03-01", tags={"dagster/backfill": "single"})
    end(shop, backfill)
    shop.tick()
    assert "load failed for 2026-03-01" in mailbox.subjects[0]


def test_a_repeated_failure_is_reported_at_growing_intervals_and_each_run_is_named_once(
    shop: Shop, mailbox: Mailbox
) -> None:
    shop.tick()
    shop.broken["orders"] = ValueError("no object")
    run_ids, reported_at = [], []
    for half_hour in range(40):
        if half_hour % 2 == 0:
            run_ids.append(shop.run().run_id)
        before = len(mailbox.mails)
        shop.tick(later=HOUR / 2)
        reported_at += [half_hour] * (len(mailbox.mails) - before)
    pauses = [later - earlier for earlier, later in pairwise(reported_at)]
    assert len(reported_at) <= 6
    assert all(later >= earlier for earlier, later in pairwise(pauses)), pauses
    shop.tick(later=30 * HOUR)
    for run_id in run_ids:
        holders = {mail["Message-ID"] for mail in mailbox.mails if f"/runs/{run_id}" in html_of(mail)}
        assert len(holders) == 1, run_id
    assert mailbox.mails[1]["In-Reply-To"] == mailbox.mails[0]["Message-ID"]


def test_one_email_reports_that_the_partition_has_succeeded_again(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    shop.broken["orders"] = ValueError("no object")
    shop.run(day="2026-03-01")
    shop.tick()
    shop.broken.clear()
    shop.run(day="2026-03-02")
    shop.tick()
    assert len(mailbox.mails) == 1, "another partition is no recovery"
    shop.run(day="2026-03-01")
    for _ in range(3):
        shop.tick()
    first, second = mailbox.mails
    assert second["Subject"] == "[ecommerce] load has recovered for 2026-03-01"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["References"] in second["References"]


@pytest.mark.parametrize("name", ["orders", "report"], ids=["of the partition", "of an asset without partitions"])
def test_a_success_before_the_failure_is_no_recovery(shop: Shop, mailbox: Mailbox, name: str) -> None:
    shop.tick()
    shop.run("everything")
    shop.broken[name] = ValueError("no object")
    shop.run("everything")
    for _ in range(2):
        shop.tick()
    assert len(mailbox.mails) == 1
    shop.broken.clear()
    shop.run("everything")
    shop.tick()
    assert "has recovered" in mailbox.subjects[1]


def test_a_range_has_recovered_when_each_of_its_days_has(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    tags = {"dagster/asset_partition_range_start": "2026-03-01", "dagster/asset_partition_range_end": "2026-03-02"}
    shop.broken["orders"] = ValueError("no object")
    shop.run(day=None, tags=tags)
    shop.tick()
    shop.broken.clear()
    shop.run(day="2026-03-02")
    shop.tick()
    assert len(mailbox.mails) == 1, "one of its days is no recovery"
    shop.run(day="2026-03-01")
    shop.tick()
    assert "has recovered for 2026-03-01 to 2026-03-02" in mailbox.subjects[1]


def test_recovery_emails_can_be_turned_off_and_each_failure_is_still_reported(
    new_shop: Callable[..., Shop], mailbox: Mailbox
) -> None:
    shop = new_shop(ALERT_RECOVERY="false")
    shop.tick()
    for runs in (1, 2):
        shop.broken["orders"] = ValueError("no object")
        for _ in range(runs):
            last = shop.run().run_id
            shop.tick()
        shop.broken.clear()
        shop.run()
        shop.tick()
    assert ["failed" in subject for subject in mailbox.subjects] == [True, True, False]
    assert f"/runs/{last}" in html_of(mailbox.mails[2])


def test_a_failure_after_a_recovery_is_new(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    for _ in range(2):
        shop.broken["orders"] = ValueError("no object")
        shop.run()
        shop.tick()
        shop.broken.clear()
        shop.run()
        shop.tick()
    assert ["failed" in subject for subject in mailbox.subjects] == [True, False, True, False]
    assert len(set(mailbox.message_ids)) == 4


@pytest.fixture
def retrying(shop: Shop) -> tuple[WatchContext, DagsterRun]:
    """A failed run of a code location, on an instance that retries runs."""
    shop.dagster_yaml = FLAKY
    context = WatchContext(shop.instance, shop.repository, shop.settings, Masker(), 0)
    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file="shop.py"))
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), "load")
    return context, DagsterRun(job_name="load", run_id="1", status=DagsterRunStatus.FAILURE, remote_job_origin=origin)


def tagged(run: DagsterRun, **tags: str) -> DagsterRun:
    return run.with_tags({f"dagster/{name}": value for name, value in tags.items()})


def test_a_run_is_reported_only_if_dagster_will_not_retry_it(retrying: tuple[WatchContext, DagsterRun]) -> None:
    context, run = retrying
    assert decision(tagged(run, will_retry="true"), context, 0) == "wait"
    assert decision(tagged(run, will_retry="true", auto_retry_run_id="2"), context, 0) == "retried"
    assert decision(tagged(run, will_retry="false"), context, 0) == "failed"


def test_an_announced_retry_that_never_starts_is_not_awaited_forever(
    retrying: tuple[WatchContext, DagsterRun],
) -> None:
    context, run = retrying
    assert decision(tagged(run, will_retry="true"), context, RETRY_PATIENCE) == "failed"
    assert decision(tagged(run, will_retry="true", backfill="deleted"), context, 0) == "failed"


def test_a_failure_waits_a_moment_while_its_retry_is_undecided(retrying: tuple[WatchContext, DagsterRun]) -> None:
    """Dagster stores the failure before it announces the retry; a tick may run in between."""
    context, run = retrying
    assert decision(run, context, 0) == "wait"
    assert decision(run, context, TAGGED_WITHIN) == "failed"


def test_a_run_of_the_command_line_is_never_retried(retrying: tuple[WatchContext, DagsterRun]) -> None:
    context, run = retrying
    assert decision(replace_origin(run), context, 0) == "failed"


def replace_origin(run: DagsterRun) -> DagsterRun:
    return DagsterRun(job_name=run.job_name, run_id=run.run_id, status=run.status, tags={"dagster/will_retry": "true"})


def test_an_op_that_succeeds_on_its_second_attempt_is_not_a_failure(shop: Shop, mailbox: Mailbox) -> None:
    from dagster import Definitions, RetryPolicy, job, op

    tries = iter([ValueError("once"), None])

    @op(retry_policy=RetryPolicy(max_retries=1))
    def flaky() -> None:
        if error := next(tries):
            raise error

    @job
    def trying() -> None:
        flaky()

    shop.tick()
    run = Definitions(jobs=[trying]).get_job_def("trying").execute_in_process(instance=shop.instance)
    assert run.success
    shop.tick()
    assert mailbox.mails == []
