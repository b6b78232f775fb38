"""The days that `--from` and `--to`, or `--days`, name."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ecommerce_pipeline.commands.requested_run import RequestedRun
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.parsers import day


@dataclass(frozen=True)
class Named:
    """The values of `--from`, `--to` and `--days`; None of an option that was not given."""

    first: str | None = None
    last: str | None = None
    days: str | None = None


def requested_run(settings: Settings, named: Named, *, changed: bool, exact: bool, only: bool) -> RequestedRun:
    """Return the days that the options of `run` name, and whether days that have changed join them.

    Raises:
        PlatformError: A day is wrong (see `requested_days`), or options contradict each other.
    """
    dates = bool(named.first or named.last or named.days)
    if changed and (dates or only):
        raise PlatformError("--changed runs the days that have changed: leave out --from, --to, --days and --only")
    if only and exact:
        raise PlatformError("--only takes no changed days along, which --exact looks for: leave out one of them")
    newest = settings.source == "external" and not (named.last or named.days or changed)
    return RequestedRun(
        days=None if changed else requested_days(settings, named),
        with_changed=not only,
        exact=exact,
        up_to_newest=newest,
    )


def requested_days(settings: Settings, named: Named, today: date | None = None) -> Days:
    """Return the days that a command's options name.

    Without `--to` they end with the last complete day, for the synthetic shop with END_DATE if that is earlier; without
    `--from` they are RUN_DAYS days.

    Args:
        settings: The calendar.
        named: The options.
        today: The day that is not complete yet; by default the clock's, in the shop's time zone.

    Raises:
        PlatformError: A day is malformed, the days are in the wrong order, or one is not in the calendar.
    """
    yesterday = (today or datetime.now(tz=ZoneInfo(settings.time_zone)).date()) - ONE_DAY
    newest = yesterday + ONE_DAY if settings.today else yesterday
    first, last = named.first, named.last
    if named.days:
        if first or last:
            raise PlatformError("--days names all days: leave out --from and --to")
        asked = _days(named.days)
        for value in (asked.first, asked.last):
            _check(settings, "--days", value, newest)
        return asked
    end = (
        named_day("--to", last) if last else min(settings.end_date, yesterday) if is_synthetic(settings) else yesterday
    )
    start = named_day("--from", first) if first else max(end - (settings.run_days - 1) * ONE_DAY, settings.start_date)
    for option, given, value in (("--to", last, end), ("--from", first, start)):
        if given:
            _check(settings, option, value, newest)
    if start > end and first and last:
        raise PlatformError(f"--from {start} is after --to {end}: give the earlier day first")
    if start > end:
        raise PlatformError(f"no day of the calendar, which starts on {start} (START_DATE), is complete yet")
    return Days.of_keys(start.isoformat(), end.isoformat())


def _check(settings: Settings, option: str, value: date, newest: date) -> None:
    if value < settings.start_date:
        raise PlatformError(
            f"{option} {value} is before the calendar starts ({settings.start_date}): use a later day, or set "
            "START_DATE"
        )
    if is_synthetic(settings) and value > settings.end_date:
        raise PlatformError(
            f"{option} {value} is after the synthetic shop's last day ({settings.end_date}): use an earlier day, "
            "or set END_DATE"
        )
    if value > newest and settings.today:
        raise PlatformError(f"{option} {value} is after today, {newest}: use an earlier day")
    if value > newest:
        raise PlatformError(
            f"{option} {value} is not complete yet: the last complete day is {newest} (TODAY=true admits today)"
        )


def is_synthetic(settings: Settings) -> bool:
    """Return whether the shop is generated."""
    return settings.source == "synthetic"


def _days(text: str) -> Days:
    try:
        return Days.parse(text)
    except ValueError:
        raise PlatformError(
            f"--days {text} is no set of days: write it as '2026-03-01 to 2026-03-05, 2026-03-09'"
        ) from None


def named_day(option: str, text: str) -> date:
    """Return the day that an option names.

    Raises:
        PlatformError: It is not a day.
    """
    try:
        return day(text)
    except ValueError:
        raise PlatformError(f"{option} {text} is not a day: write it as YYYY-MM-DD, for example 2026-03-31") from None
