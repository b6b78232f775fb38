"""The days that `--from` and `--to` name."""

from datetime import UTC, date, datetime

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import ONE_DAY, Window
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.parsers import day


def requested_window(settings: Settings, first: str | None, last: str | None, today: date | None = None) -> Window:
    """Return the window that a command's options name.

    Without `--to` it ends with the last complete day, for the synthetic shop with END_DATE if that is earlier; without
    `--from` it has RUN_DAYS days.

    Args:
        settings: The calendar.
        first: The value of `--from`.
        last: The value of `--to`.
        today: The UTC day that is not complete yet; by default the clock's.

    Raises:
        PlatformError: A day is malformed, the days are in the wrong order, or one is not in the calendar.
    """
    yesterday = (today or datetime.now(tz=UTC).date()) - ONE_DAY
    synthetic = settings.source == "synthetic"
    end = _day("--to", last) if last else min(settings.end_date, yesterday) if synthetic else yesterday
    start = _day("--from", first) if first else max(end - (settings.run_days - 1) * ONE_DAY, settings.start_date)
    given = {option: value for option, text, value in (("--from", first, start), ("--to", last, end)) if text}
    for option, value in reversed(given.items()):
        if value < settings.start_date:
            raise PlatformError(
                f"{option} {value} is before the calendar starts ({settings.start_date}): use a later day, or set "
                "START_DATE"
            )
        if synthetic and value > settings.end_date:
            raise PlatformError(
                f"{option} {value} is after the synthetic shop's last day ({settings.end_date}): use an earlier day, "
                "or set END_DATE"
            )
        if value > yesterday:
            raise PlatformError(f"{option} {value} is not complete yet: the last complete day (UTC) is {yesterday}")
    if start > end and first and last:
        raise PlatformError(f"--from {start} is after --to {end}: give the earlier day first")
    if start > end:
        raise PlatformError(f"no day of the calendar, which starts on {start} (START_DATE), is complete yet")
    return Window(start, end + ONE_DAY)


def _day(option: str, text: str) -> date:
    try:
        return day(text)
    except ValueError:
        raise PlatformError(f"{option} {text} is not a day: write it as YYYY-MM-DD, for example 2026-03-31") from None
