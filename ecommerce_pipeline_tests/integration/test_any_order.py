"""The central guarantee: days run in any order, any number of times, alone or in ranges, give the same rows."""

from collections.abc import Callable

from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.support.platform import Platform

ALL_TABLES = len(STAGING) + len(list((DBT_DIR / "models").rglob("*.sql")))
EARLIER, LATER = ("2026-03-02", "2026-03-04"), ("2026-03-05", "2026-03-08")


def test_ranges_in_another_order_and_repeated_give_the_same_rows_as_one_range(
    week: Platform, new_platform: Callable[..., Platform]
) -> None:
    """The shop has late rows and duplicates on other days: in a naive pipeline they make the order matter.

    The earlier days come last, with an older snapshot of the dimensions, which must not replace the newer one.
    """
    disordered = new_platform()
    for first, last in (EARLIER, LATER, EARLIER):
        disordered.run(first, last)
    assert len(disordered.content_hashes()) == ALL_TABLES
    assert disordered.content_hashes() == week.content_hashes()
