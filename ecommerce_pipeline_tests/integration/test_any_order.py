"""The central guarantee: once a run has looked for all changed days, the warehouse is as one built at once in the end.

The shop lives: orders are edited, moved, cancelled, paid late and deleted, rows are committed late, customers and
products vanish. Its days of life are written in a random order, with runs of what has changed between them.
"""

import random
from collections.abc import Callable

import pytest

from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.support.platform import Platform

ALL_TABLES = len(STAGING) + len(list((DBT_DIR / "models").rglob("*.sql")))
DAYS = [f"2026-03-0{day}" for day in range(2, 9)]


@pytest.mark.parametrize("seed", [20260308])
def test_days_of_life_in_any_order_with_looks_between_them_end_as_built_at_once(
    week: Platform, new_platform: Callable[..., Platform], seed: int
) -> None:
    chance = random.Random(seed)
    disordered = new_platform()
    order = chance.sample(DAYS, len(DAYS))
    # Sets of days that do not lie together, some of them twice.
    for start, end in ((0, 3), (3, 5), (2, 4), (5, 7)):
        disordered.run(", ".join(sorted(order[start:end])))
        disordered.run_changed()
    changed = disordered.run_changed(exact=True)
    assert changed is not None or disordered.changes() == []
    assert disordered.run_changed(exact=True) is None, "nothing is left to build"
    assert len(disordered.content_hashes()) == ALL_TABLES
    assert disordered.content_hashes() == week.content_hashes()


def test_a_look_by_time_finds_edits_and_an_exact_one_finds_deletions(new_platform: Callable[..., Platform]) -> None:
    """What `updated_at` does not tell: that a row has gone."""
    platform = new_platform()
    platform.run(DAYS[0], DAYS[2])
    assert platform.run_changed() is None
    with platform.source() as connection:
        [(edited, deleted)] = connection.execute(
            "SELECT min(refund_id), max(refund_id) FROM ecommerce.refunds WHERE created_at::date = '2026-03-03'"
        ).fetchall()
        connection.execute(
            "UPDATE ecommerce.refunds SET quantity = quantity + 1, updated_at = '2026-03-09' WHERE refund_id = %s",
            [edited],
        )
    [found] = platform.changes()
    assert (str(found.day), found.table) == ("2026-03-03", "refunds")
    platform.run_changed()
    assert platform.changes() == []
    with platform.source() as connection:
        connection.execute("DELETE FROM ecommerce.refunds WHERE refund_id = %s", [deleted])
    assert platform.changes() == []
    [found] = platform.changes(exact=True)
    assert "1 fewer than loaded" in found.reason
    platform.run_changed(exact=True)
    assert platform.query(f"SELECT count(*) FROM core.fact_refund WHERE refund_id = {deleted}") == [(0,)]
