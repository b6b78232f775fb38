"""Failed runs on a real Dagster instance, and the emails that a real mail server receives."""

import re
import shlex
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest
from dagster import DagsterEventType, RetryRequested

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.instance.run_tags import tags_of_days
from ecommerce_pipeline.masking import clean
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline_tests.alerts.shop import HOSTILE_KEY, ORDERS, REPORT, SALES, Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox, html_of, text_of


def test_a_failed_run_leads_to_one_email_with_the_failure_its_cause_and_the_remedy(
    shop: Shop, mailbox: Mailbox
) -> None:
    shop.broken["orders"] = ValueError("no object of 2026-03-01: extract it first")
    run_id = shop.run("everything").run_id
    for _ in range(3):
        shop.tick()
    [mail] = mailbox.mails
    text = text_of(mail)
    for text_part in (
        "everything failed for 2026-03-01",
        "ValueError: no object of 2026-03-01: extract it first",
        "Not built:    shop/orders",
        "Failed step:  shop__orders",
        "Partition:    2026-03-01",
        "in orders",
        "raise error",
        "Launched by:  a person",
        f"http://127.0.0.1:3000/runs/{run_id}",
        "http://127.0.0.1:3000/assets/shop/orders?view=partitions&partition=2026-03-01",
        f"/runs/{run_id}?logs=step%3Ashop__orders",
        "Downstream and now stale (2)",
        "- mart/sales",
        "- mart/report",
        "ecommerce-pipeline run --job everything --from 2026-03-01 --to 2026-03-01",
    ):
        assert text_part in text
        if ":  " not in text_part and not text_part.startswith("- "):
            assert text_part.replace("&", "&amp;") in html_of(mail)
    assert 'assets/mart/sales?view=partitions&amp;partition=2026-03-01"' in html_of(mail)
    assert 'assets/mart/report"' in html_of(mail), "it has no partitions"
    assert re.search(r"Started: .* UTC\nEnded: .* UTC, after [\d.]+ s", text)


def test_the_headers_mark_it_as_automatic_and_let_clients_thread_it(shop: Shop, mailbox: Mailbox) -> None:
    shop.broken["orders"] = ValueError("first")
    run_id = shop.run().run_id
    shop.broken["orders"] = KeyError("second")
    shop.run()
    shop.run(day="2026-03-02")
    shop.tick()
    first, second, *_ = mailbox.mails
    assert first["Message-ID"] == f"<run-{run_id}@shop.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["From"] == "dagster@shop.example"
    assert first["To"] == "ops@shop.example"
    assert parsedate_to_datetime(first["Date"]).tzinfo is not None
    assert first.get_content_type() == "multipart/alternative"
    assert first["References"] == second["References"], "the same job and partition make one thread"


def test_the_class_and_message_are_those_of_the_error_that_our_code_raised(shop: Shop, mailbox: Mailbox) -> None:
    error = PlatformError("the lake has no object of 2026-03-01: run extract for it")
    error.__cause__ = KeyError("etag")
    shop.broken["orders"] = error
    shop.run()
    shop.tick()
    text = text_of(mailbox.mails[0])
    assert "\n\nthe lake has no object of 2026-03-01: run extract for it\n" in text
    assert "caused by KeyError: 'etag'" in text


CORRUPT = "the object of 2026-03-01 is corrupt: materialize shop/orders again"


def test_the_cause_and_its_remedy_come_first_and_once_then_the_command_and_last_the_traceback(
    shop: Shop, mailbox: Mailbox
) -> None:
    shop.broken["orders"] = PlatformError(CORRUPT)
    shop.run()
    shop.tick()
    text = text_of(mailbox.mails[0])
    title, _, _, lead = text.splitlines()[:4]
    assert (title, lead) == ("load failed for 2026-03-01", CORRUPT)
    before_traceback, traceback = text.split("Traceback (end)")
    assert before_traceback.count(CORRUPT) == 1
    assert "Run it again" in before_traceback
    assert "raise error" in traceback
    assert "Attempt" not in text, "there was one, and no other follows"


@pytest.mark.parametrize("command", ["rebuild fact_refund stg_refunds", "rebuild-warehouse"])
def test_where_a_table_must_be_rebuilt_the_command_does_that(shop: Shop, mailbox: Mailbox, command: str) -> None:
    """Running the failed days again would be refused again."""
    shop.broken["orders"] = PlatformError(f"a column was renamed. `ecommerce-pipeline {command}` builds it again")
    shop.run()
    shop.tick()
    given = text_of(mailbox.mails[0]).partition("Run it again\n------------\n")[2].partition("\n\n")[0]
    assert given.endswith(f"ecommerce-pipeline {command}")


def test_after_the_last_retry_the_reason_is_that_of_the_step_and_not_dagsters_count_of_retries(
    shop: Shop, mailbox: Mailbox
) -> None:
    request = RetryRequested(max_retries=0)
    request.__cause__ = TransientError("PostgreSQL at db:5432 has no free connection: raise max_connections")
    shop.broken["orders"] = request
    shop.run()
    shop.tick()
    text = text_of(mailbox.mails[0])
    assert text.splitlines()[3] == "PostgreSQL at db:5432 has no free connection: raise max_connections"
    assert "max_retries" not in text + str(mailbox.mails[0]["Subject"])


def test_a_blocking_check_that_failed_is_the_reason_with_what_it_found(shop: Shop, mailbox: Mailbox) -> None:
    shop.failing_checks = shop.blocking_checks = True
    shop.run()
    shop.tick()
    text = text_of(mailbox.mails[0])
    assert text.splitlines()[3] == "shop/orders: 3 orders of customer <nobody>"
    assert "DagsterAssetCheckFailedError" not in text


def test_a_range_is_named_by_its_ends(shop: Shop, mailbox: Mailbox) -> None:
    shop.broken["orders"] = ValueError("no")
    tags = {"dagster/asset_partition_range_start": "2026-03-01", "dagster/asset_partition_range_end": "2026-03-07"}
    shop.run(day=None, tags=tags)
    shop.tick()
    assert "Partitions:   2026-03-01 to 2026-03-07" in text_of(mailbox.mails[0])
    assert "run --job load --from 2026-03-01 --to 2026-03-07" in text_of(mailbox.mails[0])


def test_a_run_that_died_outside_any_step_names_the_assets_it_was_meant_to_build(shop: Shop, mailbox: Mailbox) -> None:
    run = shop.instance.create_run_for_job(
        shop.repository.get_job("everything"),
        tags={"dagster/partition": "2026-03-01", "dagster/schedule_name": "daily"},
        execution_plan=None,
    )
    shop.instance.report_run_failed(run, "The process 4711 of this run was killed.")
    shop.tick()
    text = text_of(mailbox.mails[0])
    assert "The process 4711 of this run was killed." in text
    assert all(key in text for key in ("shop/orders", "mart/sales", "mart/report"))
    assert "schedule daily" in text
    [incident] = shop.state.incidents.values()
    assert {condition.name for condition in incident.recovery_conditions} == {
        key.to_string() for key in (ORDERS, SALES, REPORT)
    }
    shop.run("load")
    shop.tick()
    assert len(mailbox.mails) == 1, "one of its assets is no recovery"
    shop.run("everything")
    shop.tick()
    assert "everything has recovered for 2026-03-01" in mailbox.subjects[1]


def test_a_job_without_assets_is_reported_and_recovers(shop: Shop, mailbox: Mailbox) -> None:
    shop.broken["count"] = RuntimeError("nothing to count")
    shop.run("counting", None)
    shop.tick()
    assert "counting failed: RuntimeError: nothing to count" in mailbox.subjects[0]
    assert "job execute -m ecommerce_pipeline.definitions -j counting" in text_of(mailbox.mails[0])
    shop.broken.clear()
    shop.run("counting", None)
    shop.tick()
    assert mailbox.subjects[1] == "[ecommerce] counting has recovered"


def test_alerts_go_to_the_route_of_an_owner_its_own_address_or_the_default(
    new_shop: Callable[..., Shop], mailbox: Mailbox
) -> None:
    shop = new_shop(ALERT_ROUTES="team:orders=orders@shop.example,second@shop.example;team:none=none@shop.example")
    shop.broken = {
        "orders": ValueError("no orders"),
        "sales": ValueError("no sales"),
        "report": ValueError("no report"),
    }
    shop.run()
    shop.tick()
    shop.broken.pop("orders")
    shop.run("everything")
    shop.tick()
    shop.broken.pop("sales")
    shop.run("everything", "2026-03-02")
    shop.tick()
    recipients = {str(mail["Subject"]): to for (to, _), mail in zip(mailbox.received, mailbox.mails, strict=True)}
    by_reason = {
        reason: to
        for subject, to in recipients.items()
        for reason in ("no orders", "no sales", "no report")
        if f"ValueError: {reason}" in subject
    }
    assert by_reason["no orders"] == ["orders@shop.example", "second@shop.example"]
    assert by_reason["no sales"] == ["ops@shop.example", "ann@shop.example"]
    assert by_reason["no report"] == ["ops@shop.example"]


HOSTILE = (
    "<script>alert(1)</script>\r\nBcc: eve@example.com\r\n\r\n.\r\nFrom evil \u202e\x1b[31mröd\x00 \ud83d\ude00 日本"
)


def test_a_failed_run_of_scattered_days_names_them_in_the_command_and_recovers_with_all_of_them(
    shop: Shop, mailbox: Mailbox
) -> None:
    days = Days.parse("2026-03-01, 2026-03-04 to 2026-03-05, 2026-03-20")

    def broken(_: str) -> Exception:
        return ValueError("no")

    shop.broken["orders"] = broken
    shop.run("everything", None, tags=tags_of_days(days))
    shop.tick()
    text = text_of(mailbox.mails[0])
    assert "everything failed for 2026-03-01, 2026-03-04 to 2026-03-05, 2026-03-20" in text
    command = text.partition("Run it again\n------------\n")[2].partition("\n\n")[0]
    assert shlex.split(command)[1:] == ["run", "--job", "everything", "--days", str(days)]


def test_hostile_text_of_an_exception_harms_neither_headers_nor_html(shop: Shop, mailbox: Mailbox) -> None:
    shop.broken["orders"] = type("Err<b>or", (Exception,), {})(HOSTILE)
    shop.run()
    shop.tick()
    [mail] = mailbox.mails
    assert mailbox.received[0][0] == ["ops@shop.example"]
    assert mail["Bcc"] is None
    assert "\n" not in str(mail["Subject"])
    assert "röd" in str(mail["Subject"])
    assert "<script>" not in html_of(mail)
    assert "&lt;script&gt;" in html_of(mail)
    assert "日本" in html_of(mail)
    assert "日本" in text_of(mail)
    assert "\x1b" not in text_of(mail)
    assert mail.defects == []
    raw = mailbox.received[0][1]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_hostile_names_of_assets_and_partitions_harm_neither_headers_nor_html_nor_the_shell(
    shop: Shop, mailbox: Mailbox
) -> None:
    shop.broken["hostile"] = ValueError("no")
    shop.run("hostile_names", HOSTILE_KEY)
    shop.tick()
    [mail] = mailbox.mails
    assert mailbox.received[0][0] == ["ops@shop.example"]
    assert mail["Bcc"] is None
    assert mail.defects == []
    assert "<img" not in html_of(mail)
    assert "<b>" not in html_of(mail)
    assert "Größe &lt;img src=x onerror=alert(1)&gt;&quot;" in html_of(mail)
    assert "/assets/b%C3%B6se%20%3Cb%3E/tables%3B%20DROP?view=partitions&partition=Gr%C3%B6%C3%9Fe+%3Cimg" in text_of(
        mail
    )
    command = text_of(mail).partition("Run it again\n------------\n")[2].partition("\n\n")[0]
    words = shlex.split(command)
    assert words[words.index("--partition") + 1] == clean(HOSTILE_KEY)
    shop.broken.clear()
    shop.run("hostile_names", HOSTILE_KEY)
    shop.tick()
    assert "has recovered" in mailbox.subjects[1]


def test_no_secret_in_an_exception_is_emailed_or_stored(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "hunter2-of-postgres")
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2-of-smtp")
    monkeypatch.setenv("SOME_API_TOKEN", "hunter2-of-some-api")
    (shop.folder / "postgres").mkdir()
    (shop.folder / "postgres" / "password").write_text("hunter2-of-embedded\n")
    inner = ConnectionError("postgresql://shop:hunter2-in-url@db/shop")
    error = RuntimeError(
        "login hunter2-of-postgres hunter2-of-smtp hunter2-of-some-api hunter2-of-embedded; password=hunter2-named"
    )
    error.__cause__ = inner
    shop.broken["orders"] = error
    shop.run()
    shop.tick()
    [mail] = mailbox.mails
    whole = mailbox.received[0][1].decode() + text_of(mail) + html_of(mail) + str(mail["Subject"])
    assert "hunter2" not in whole
    assert "login *** *** *** ***; password=***" in text_of(mail)
    assert "hunter2" not in shop.state.model_dump_json(), "nor is it stored"


def test_dagsters_own_failure_sensor_skips_a_run_whose_tick_failed(shop: Shop) -> None:
    """Why the sensor is our own: the built-in one moves past a run on which its function failed."""
    from dagster import RunFailureSensorContext, build_sensor_context, run_failure_sensor

    seen: list[str] = []

    @run_failure_sensor(monitor_all_code_locations=True)
    def built_in(context: RunFailureSensorContext) -> None:
        seen.append(context.dagster_run.run_id)
        raise ConnectionRefusedError("no mail server")

    def tick(cursor: str | None) -> str | None:
        with build_sensor_context(shop.instance, cursor, repository_def=shop.repository) as context:
            return built_in.evaluate_tick(context).cursor

    cursor = tick(None)
    shop.broken["orders"] = ValueError("no")
    run_id = shop.run().run_id
    for _ in range(3):
        cursor = tick(cursor)
    assert seen == [run_id], "called once, failed, never called again"


def test_the_first_tick_covers_the_last_hour(shop: Shop, mailbox: Mailbox) -> None:
    shop.broken["orders"] = ValueError("recent")
    shop.run()
    shop.tick(later=600)
    assert len(mailbox.mails) == 1


def test_old_failures_are_not_reported_when_alerts_are_first_turned_on(shop: Shop, mailbox: Mailbox) -> None:
    shop.broken["orders"] = ValueError("old")
    shop.run()
    shop.tick(later=4_000)
    assert mailbox.mails == []
    shop.run()
    shop.tick()
    assert len(mailbox.mails) == 1


def test_the_log_of_a_run_names_the_recipients(shop: Shop) -> None:
    shop.broken["orders"] = ValueError("no")
    run_id = shop.run().run_id
    shop.tick()
    records = shop.instance.get_records_for_run(run_id, of_type=DagsterEventType.ENGINE_EVENT).records
    assert "Alert emailed to ops@shop.example" in [
        record.event_log_entry.get_dagster_event().message for record in records
    ]


def test_a_run_whose_log_cannot_be_read_is_reported_and_blocks_no_other(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tick()
    shop.broken["orders"] = ValueError("first")
    odd = shop.run().run_id
    shop.broken["orders"] = ValueError("second")
    shop.run()
    records = shop.instance.get_records_for_run

    def unreadable(run_id: str, *arguments: object, **more: object) -> object:
        if run_id == odd:
            raise UnicodeDecodeError("utf-8", b"", 0, 1, "corrupted")
        return records(run_id, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(shop.instance, "get_records_for_run", unreadable)
    shop.tick()
    assert len(mailbox.mails) == 2
    [bare] = [mail for mail in mailbox.mails if mail["Message-ID"] == f"<run-{odd}@shop.example>"]
    assert "the reason cannot be read (UnicodeDecodeError" in text_of(bare)


def test_a_source_that_fails_is_reported_and_does_not_stop_the_others(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tick()
    shop.broken["orders"] = ValueError("no object")
    shop.run()

    def broken(*_: object, **__: object) -> None:
        raise LookupError("password=hunter2")

    with monkeypatch.context() as patch:
        patch.setattr(shop.instance, "all_instigator_state", broken)
        report = shop.tick()
    assert "failed ticks cannot be read: LookupError: password=***" in report.error
    assert len(mailbox.mails) == 1
    assert shop.tick().error == ""
