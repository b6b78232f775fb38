"""Alerts with Dagster's real daemon: a mail server that is down, a killed daemon, retries, failed ticks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterRunStatus, RunsFilter

from ecommerce_pipeline_tests.alerts.shop import Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox, text_of
from ecommerce_pipeline_tests.support.waiting import wait_for

PROGRAM = Path(sys.executable).with_name("dagster-daemon")
ROOT = Path(__file__).parents[2]
CONFIGURATION = """
telemetry: {enabled: false}
run_retries: {enabled: true, max_retries: 1}
"""


class Daemon:
    """`dagster-daemon run` for the tiny shop, in a process group that can be killed as a whole."""

    def __init__(self, shop: Shop, **environment: str) -> None:
        self._log = shop.folder / "daemon.log"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        mail = {
            "SMTP_HOST": "localhost",
            "SMTP_PORT": str(shop.mailbox.port),
            "SMTP_SECURITY": shop.mailbox.security,
            "ALERT_FROM": "dagster@shop.example",
            "ALERT_TO": "ops@shop.example",
            "DATA_DIR": str(shop.folder),
            "SHOP_FOLDER": str(shop.folder),
            "DAGSTER_HOME": str(shop.folder),
        }
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "run", "--module-name", "ecommerce_pipeline_tests.alerts.shop_location"],
                env=inherited | mail | {"PYTHONPATH": str(ROOT)} | environment,
                cwd=shop.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def wait_for(self, found: Callable[[], Any]) -> Any:
        return wait_for(found, lambda: self.log)

    @property
    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    mailbox = Mailbox(security="starttls", login=("ann", "correct horse"))
    mailbox.start()
    (tmp_path / "dagster.yaml").write_text(CONFIGURATION)
    mailbox.authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    made = Shop(tmp_path, mailbox)
    # Two processes that create the tables of a storage at the same time disturb each other.
    _ = (made.instance.run_storage, made.instance.schedule_storage, made.instance.has_asset_key(AssetKey("none")))
    yield made
    made.instance.dispose()
    mailbox.stop()


@pytest.fixture
def start(shop: Shop) -> Iterator[Callable[..., Daemon]]:
    started: list[Daemon] = []
    login = {"SMTP_USER": "ann", "SMTP_PASSWORD": "correct horse", "SMTP_CA_FILE": str(shop.folder / "ca.pem")}

    def start_daemon(**environment: str) -> Daemon:
        started.append(Daemon(shop, **(login | environment)))
        return started[-1]

    yield start_daemon
    for daemon in started:
        daemon.stop()


def fail(shop: Shop, reasons: str) -> set[str]:
    """Let a run fail for each email."""
    run_ids = set()
    for reason in reasons:
        shop.broken["orders"] = ValueError(f"reason {reason}")
        run_ids.add(shop.run().run_id)
    return run_ids


def test_twenty_failures_with_the_server_down_and_the_daemon_killed_lead_to_twenty_emails(
    shop: Shop, start: Callable[..., Daemon]
) -> None:
    shop.mailbox.stop()
    daemon = start()
    run_ids = fail(shop, "abcdefghij")
    daemon.wait_for(lambda: len(shop.state.emails) == 10 and shop.state.server.failures)
    daemon.kill()
    run_ids |= fail(shop, "klmnopqrst")
    daemon = start()
    shop.mailbox.start()
    daemon.wait_for(lambda: len(shop.state.delivered) == 20)
    daemon.kill()
    daemon = start()
    before = shop.state.revision
    shop.broken["orders"] = ValueError("reason u")
    run_ids.add(shop.run().run_id)
    daemon.wait_for(lambda: len(shop.state.delivered) == 21 and shop.state.revision > before)
    assert sorted(shop.mailbox.message_ids) == sorted(f"<run-{run_id}@shop.example>" for run_id in run_ids)


def test_failures_after_all_retries_failed_checks_and_failed_ticks_are_emailed(
    shop: Shop, start: Callable[..., Daemon]
) -> None:
    daemon = start(SHOP_STARTS="yes")

    def all_reported() -> bool:
        subjects = " ".join(shop.mailbox.subjects)
        return all(text in subjects for text in ("stubborn failed", "sensor broken", "1 check failed"))

    daemon.wait_for(all_reported)
    daemon.wait_for(lambda: shop.instance.get_runs(RunsFilter(job_name="flaky", statuses=[DagsterRunStatus.SUCCESS])))
    daemon.wait_for(lambda: not shop.state.retrying)
    by_subject = {str(mail["Subject"]): text_of(mail) for mail in shop.mailbox.mails}
    assert len(by_subject) == len(shop.mailbox.mails) == 3, by_subject.keys()
    [stubborn] = [text for subject, text in by_subject.items() if "stubborn" in subject]
    assert "ValueError: every time" in stubborn
    assert "Attempt:      2 of 2" in stubborn
    assert "automatic retry of run" in stubborn
    assert "(sensor starter)" in stubborn
    [tick] = [text for subject, text in by_subject.items() if "sensor broken" in subject]
    assert "LookupError: no bucket" in tick
    [check] = [text for subject, text in by_subject.items() if "check failed" in subject]
    assert "shop/orders: orders_have_customers (3 orders of customer <nobody>)" in check


def test_without_a_mail_server_the_sensor_reports_once_that_it_is_off(shop: Shop, start: Callable[..., Daemon]) -> None:
    daemon = start(SMTP_HOST="", SMTP_USER="")
    daemon.wait_for(lambda: "Alerts are off: SMTP_HOST is not set" in daemon.log)
    fail(shop, "ab")
    ticks = daemon.log.count("Checking for new runs for sensor: broken")
    daemon.wait_for(lambda: daemon.log.count("Checking for new runs for sensor: broken") > ticks + 1)
    assert daemon.log.count("Alerts are off") == 1
    assert shop.mailbox.mails == []
    assert shop.state.emails == []
