"""Settings that make other rows: a run with them is refused before anything is written."""

import pytest

from ecommerce_pipeline.commands.doctor.local import settings_of_rows
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.run_days import RunProgress
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-08"


def test_a_run_of_another_shop_is_refused_before_anything_is_written(week: Platform) -> None:
    """SEED=7 mixed two shops day by day, and all checks called the layers equal."""
    before = week.content_hashes()
    other = Platform(week.folder, {"SEED": "7", "END_DATE": "2026-06-30"})
    events: list[RunProgress] = []
    for job, place in (("everything", "source database (127.0.0.1:"), ("load", "lake ("), ("transform", "lake (")):
        with pytest.raises(PlatformError) as refused:
            other.run(DAY, job=job, on_progress=events.append)
        assert f"the rows in the {place}" in str(refused.value)
        assert "were made with SEED=42, and now SEED=7 is set" in str(refused.value)
    assert [event for event in events if event.kind == "started"] == []
    assert week.content_hashes() == before
    with pytest.raises(PlatformError, match="were made with SEED=42, and now SEED=7 is set"):
        settings_of_rows(other.settings)
    settings_of_rows(week.settings)
