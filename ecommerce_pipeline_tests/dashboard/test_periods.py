from datetime import UTC, date, datetime, timedelta

from ecommerce_pipeline.dashboard.periods import default_period, periods
from ecommerce_pipeline.partitions import Window

AS_OF = date(2026, 3, 31)


def delivered(days: int) -> set[date]:
    return {AS_OF - timedelta(days=back) for back in range(days)}


def test_thirty_days_give_whole_weeks_and_open_with_the_longest_that_can_be_compared() -> None:
    choices = periods(date(2026, 2, 27), AS_OF, delivered(30))
    assert [choice.key for choice in choices] == ["7d", "14d", "28d", "all"]
    default = default_period(choices)
    assert (default.label, default.first, default.last) == ("Last 14 days", date(2026, 3, 18), AS_OF)
    assert default.before == Window(date(2026, 3, 4), date(2026, 3, 18))


def test_a_year_gives_months_too_newest_first_and_opens_with_a_quarter() -> None:
    choices = periods(date(2025, 4, 1), AS_OF, delivered(365))
    assert [choice.key for choice in choices][:6] == ["7d", "14d", "28d", "90d", "all", "2026-03"]
    assert choices[-1].label == "April 2025"
    assert default_period(choices).key == "90d"
    march = choices[5]
    assert march.label == "March 2026"
    assert march.before == Window(date(2026, 1, 29), date(2026, 3, 1))


def test_a_month_that_is_not_over_is_called_so() -> None:
    choices = periods(date(2026, 2, 1), date(2026, 3, 15), {date(2026, 2, 1) + timedelta(days=n) for n in range(43)})
    month = next(choice for choice in choices if choice.key == "2026-03")
    assert (month.label, month.last) == ("March 2026 so far", date(2026, 3, 15))


def test_a_gap_in_the_days_before_leaves_nothing_to_compare_with() -> None:
    with_gap = delivered(30) - {AS_OF - timedelta(days=20)}
    choices = {choice.key: choice for choice in periods(date(2026, 3, 2), AS_OF, with_gap)}
    assert choices["14d"].before is None
    assert choices["7d"].before is not None


def test_a_day_that_has_not_ended_is_a_period_of_its_own_and_in_none_that_is_compared() -> None:
    at_nine = datetime(2026, 3, 31, 9, tzinfo=UTC)
    choices = {choice.key: choice for choice in periods(date(2026, 2, 27), AS_OF, delivered(30), at_nine)}
    assert (choices["today"].label, choices["today"].window) == ("Today until 09:00", Window(AS_OF, date(2026, 4, 1)))
    assert (choices["7d"].last, choices["all"].last) == (date(2026, 3, 30), AS_OF)
    assert not [choice for choice in choices.values() if choice.before and AS_OF in choice.window]


def test_one_day_is_all_days() -> None:
    [only] = periods(AS_OF, AS_OF, {AS_OF})
    assert (only.key, only.first, only.last, only.before) == ("all", AS_OF, AS_OF, None)
    assert default_period([only]) == only
