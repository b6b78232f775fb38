from datetime import date

import pytest

from ecommerce_pipeline.cli.days import requested_window
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings

TODAY = date(2026, 5, 20)
SYNTHETIC: dict[str, str] = {}
EXTERNAL = {"SOURCE": "external"}


@pytest.mark.parametrize(
    ("settings", "first", "last", "days"),
    [
        (SYNTHETIC, None, None, "2026-03-02 to 2026-03-31"),
        (SYNTHETIC | {"END_DATE": "2026-06-30"}, None, None, "2026-04-20 to 2026-05-19"),
        (SYNTHETIC | {"START_DATE": "2026-03-30"}, None, None, "2026-03-30 to 2026-03-31"),
        (SYNTHETIC, None, "2026-03-10", "2026-02-09 to 2026-03-10"),
        (SYNTHETIC, "2026-03-29", None, "2026-03-29 to 2026-03-31"),
        (EXTERNAL, None, None, "2026-04-20 to 2026-05-19"),
        (EXTERNAL, "2026-05-18", None, "2026-05-18 to 2026-05-19"),
        (EXTERNAL, "2026-05-19", None, "2026-05-19"),
        (EXTERNAL, None, "2026-05-01", "2026-04-02 to 2026-05-01"),
    ],
)
def test_a_day_that_is_left_out_has_a_default_that_fits_the_other(
    settings: dict[str, str], first: str | None, last: str | None, days: str
) -> None:
    """With SOURCE=external, `--from 2026-05-18` alone was refused as being after `--to 2026-03-31`."""
    assert str(requested_window(Settings.from_environment(settings), first, last, TODAY)) == days


@pytest.mark.parametrize(
    ("settings", "first", "last", "message"),
    [
        (SYNTHETIC, "2026-04-01", None, "--from 2026-04-01 is after the synthetic shop's last day (2026-03-31)"),
        (SYNTHETIC, None, "2024-02-01", "--to 2024-02-01 is before the calendar starts (2025-01-01)"),
        (EXTERNAL, "2026-05-20", None, "--from 2026-05-20 is not complete yet: the last complete day (UTC) is"),
        (
            EXTERNAL,
            "2026-05-02",
            "2026-05-01",
            "--from 2026-05-02 is after --to 2026-05-01: give the earlier day first",
        ),
        (EXTERNAL, "20260501", None, "--from 20260501 is not a day: write it as YYYY-MM-DD"),
        (EXTERNAL | {"START_DATE": "2026-05-20"}, None, None, "no day of the calendar, which starts on 2026-05-20"),
    ],
)
def test_a_day_outside_the_calendar_is_named_by_the_option_that_was_given(
    settings: dict[str, str], first: str | None, last: str | None, message: str
) -> None:
    with pytest.raises(PlatformError) as caught:
        requested_window(Settings.from_environment(settings), first, last, TODAY)
    assert str(caught.value).startswith(message)
