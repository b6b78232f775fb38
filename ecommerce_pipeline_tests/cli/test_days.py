from datetime import date

import pytest

from ecommerce_pipeline.cli.days import Named, requested_days, requested_run
from ecommerce_pipeline.commands.requested_run import RequestedRun
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
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
    assert str(requested_days(Settings.from_environment(settings), Named(first, last), TODAY)) == days


@pytest.mark.parametrize(
    ("settings", "first", "last", "message"),
    [
        (SYNTHETIC, "2026-04-01", None, "--from 2026-04-01 is after the synthetic shop's last day (2026-03-31)"),
        (SYNTHETIC, None, "2024-02-01", "--to 2024-02-01 is before the calendar starts (2025-01-01)"),
        (
            EXTERNAL,
            "2026-05-20",
            None,
            "--from 2026-05-20 is not complete yet: the last complete day is 2026-05-19 (TODAY=true admits today)",
        ),
        (
            EXTERNAL | {"TODAY": "true"},
            None,
            "2026-05-21",
            "--to 2026-05-21 is after today, 2026-05-20: use an earlier",
        ),
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
        requested_days(Settings.from_environment(settings), Named(first, last), TODAY)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ("2026-03-09, 2026-03-01 to 2026-03-02,2026-03-03", "2026-03-01 to 2026-03-03, 2026-03-09"),
        ("2026-03-09", "2026-03-09"),
    ],
)
def test_days_that_do_not_lie_together_are_one_set(days: str, shown: str) -> None:
    assert str(requested_days(Settings.from_environment({}), Named(days=days), TODAY)) == shown


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (Named(days="2026-03-01 until 2026-03-04"), "--days 2026-03-01 until 2026-03-04 is no set of days: write it"),
        (Named(days="2026-03-31, 2026-04-01"), "--days 2026-04-01 is after the synthetic shop's last day (2026-03-31)"),
        (Named("2026-03-01", days="2026-03-04"), "--days names all days: leave out --from and --to"),
    ],
)
def test_a_set_of_days_that_cannot_be_is_named(named: Named, message: str) -> None:
    with pytest.raises(PlatformError) as caught:
        requested_days(Settings.from_environment({}), named, TODAY)
    assert str(caught.value).startswith(message)


def test_changed_days_join_those_that_are_named_unless_only_these_are_wanted() -> None:
    def request(named: Named, *, changed: bool = False, exact: bool = False, only: bool = False) -> RequestedRun:
        return requested_run(Settings.from_environment({}), named, changed=changed, exact=exact, only=only)

    named = Named("2026-03-01", "2026-03-02")
    days = Days.of_keys("2026-03-01", "2026-03-02")
    assert request(named) == RequestedRun(days)
    assert request(named, exact=True) == RequestedRun(days, exact=True)
    assert request(named, only=True) == RequestedRun(days, with_changed=False)
    assert request(Named(), changed=True) == RequestedRun(None)
    with pytest.raises(PlatformError, match="--changed runs the days that have changed: leave out --from"):
        request(named, changed=True)
    with pytest.raises(PlatformError, match="--only takes no changed days along, which --exact looks for"):
        request(named, exact=True, only=True)
