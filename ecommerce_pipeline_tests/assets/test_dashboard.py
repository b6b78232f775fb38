"""What the page's asset knows beyond the marts."""

from datetime import UTC, date, datetime

from dagster import AssetKey, AssetMaterialization, DagsterInstance

from ecommerce_pipeline.assets.dashboard import read_at
from ecommerce_pipeline.schema.tables import EVENTS

DAY = date(2026, 3, 31)


def test_a_day_is_known_until_its_first_table_was_read_and_not_until_the_page_is_built() -> None:
    """The page claimed to be as new as itself, also after a run that had not read the day again."""
    with DagsterInstance.ephemeral() as instance:
        assert read_at(instance, DAY, "UTC") is None
        times = []
        for table in EVENTS:
            materialization = AssetMaterialization(AssetKey(["lake", table]), partition=DAY.isoformat())
            times.append(datetime.now(UTC))
            instance.report_runless_asset_event(materialization)
        first = read_at(instance, DAY, "America/Sao_Paulo")
        assert first is not None
        assert times[0] <= first < times[1]
        assert first.utcoffset() != datetime.now(UTC).utcoffset()
