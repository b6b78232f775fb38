"""Alerts on an instance whose storage is PostgreSQL, as in production."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dagster import AssetCheckEvaluation, AssetCheckSeverity

from ecommerce_pipeline.alerts.state import State, UndecidedRun
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres
from ecommerce_pipeline_tests.alerts.shop import ORDERS, Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox, text_of


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    embedded = EmbeddedPostgres(tmp_path / "postgres", None)
    at = embedded.ensure()
    # With SQLAlchemy 2.1 the plain scheme means psycopg 3, on which dagster-postgres 0.29 fails.
    url = f"postgresql+psycopg2://{at.user}:{at.password}@{at.host}:{at.port}/{at.database}"
    mailbox = Mailbox()
    mailbox.start()
    home = tmp_path / "home"
    home.mkdir()
    made = Shop(home, mailbox, dagster_yaml={"storage": {"postgres": {"postgres_url": url}}})
    yield made
    made.instance.dispose()
    mailbox.stop()
    embedded.destroy()


def test_a_failure_a_failed_check_and_a_recovery_are_emailed_once(shop: Shop) -> None:
    shop.tick()
    shop.broken["orders"] = ValueError("no object")
    run_id = shop.run().run_id
    shop.instance.report_runless_asset_event(
        AssetCheckEvaluation(
            ORDERS, "orders_have_customers", passed=False, metadata={}, severity=AssetCheckSeverity.ERROR
        )
    )
    for _ in range(2):
        shop.tick()
    assert len(shop.mailbox.mails) == 2
    [failed] = [mail for mail in shop.mailbox.mails if mail["Message-ID"] == f"<run-{run_id}@shop.example>"]
    assert "ValueError: no object" in text_of(failed)
    shop.broken.clear()
    shop.run()
    shop.tick()
    assert sum("has recovered" in subject for subject in shop.mailbox.subjects) == 2


def test_concurrent_changes_of_the_state_are_serialized(shop: Shop) -> None:
    def add(name: str) -> None:
        def change(state: State) -> None:
            state.retrying[name] = UndecidedRun(since=0)

        StateStore(shop.instance).change(change)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, "abcdefgh"))
    assert sorted(shop.state.retrying) == list("abcdefgh")
    assert shop.state.revision == 8
