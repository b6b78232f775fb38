"""Which numbers of rows are unusual for a day, by those of the days before."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from ecommerce_pipeline.forecasts.campaigns import Campaigns
from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.quality.volume import LEAST_DAYS, Counts, expected, unusual_days
from ecommerce_pipeline.synthetic import ShopSettings, seasons

MONDAY = date(2026, 3, 23)
WEEK = (0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9)


def no_campaign(day: date) -> str:
    return ""


def of_march(day: date) -> str:
    return "spring_sale" if day.month == 3 and 18 <= day.day <= 24 else ""


def of_the_synthetic_shop(day: date) -> str:
    code = seasons.campaign_code(day)
    return seasons.CAMPAIGNS[code].name if code >= 0 else ""


def history(days: int, rows: Callable[[date], float] = lambda _: 600.0, last: date = MONDAY - ONE_DAY) -> Counts:
    """Return the rows of the days up to the last: by weekday, with the noise of counts."""
    chance = np.random.default_rng(5)
    before = [last - back * ONE_DAY for back in range(days)]
    return {("orders", day): int(chance.poisson(rows(day) * WEEK[day.weekday()])) for day in before}


def unusual(rows: int, counts: Counts, campaigns: Campaigns = of_march, today: date | None = None) -> list[str]:
    """Return the messages for a Monday with so many rows."""
    return unusual_days("orders", Days.of_day(MONDAY), {**counts, ("orders", MONDAY): rows}, campaigns, today)


def test_a_loss_of_two_fifths_is_reported_with_what_was_expected() -> None:
    counts = history(100)
    assert unusual(480, counts) == []
    [message] = unusual(288, counts)
    assert message.startswith("2026-03-23: 288 rows, ")
    assert message.endswith(" were expected on a day of spring_sale")
    assert unusual(0, counts) != []


def test_the_weekday_and_the_level_of_the_newest_weeks_are_expected() -> None:
    def growing(day: date) -> float:
        return 300 * 1.01 ** (200 - (MONDAY - day).days)

    found = expected("orders", MONDAY, history(200, growing), no_campaign)
    assert found is not None
    assert found.rows == pytest.approx(growing(MONDAY) * WEEK[0], rel=0.05)


def test_no_day_of_the_synthetic_shop_is_unusual_and_a_loss_of_two_fifths_is() -> None:
    """Each Black Friday was, when a day could have half to twice the median of its weekday."""
    shop = ShopSettings(seed=2024)  # not the seed by which the constants were chosen
    days = [MONDAY - back * ONE_DAY for back in range(396)]
    counts = {("orders", day): seasons.demand(shop, day, 550) for day in days}
    assert unusual_days("orders", Days.of(days), counts, of_the_synthetic_shop) == []
    fewest = {
        day: found.interval[0] for day in days if (found := expected("orders", day, counts, of_the_synthetic_shop))
    }
    assert len(fewest) == len(days) - LEAST_DAYS
    assert np.mean([0.6 * counts["orders", day] < rows for day, rows in fewest.items()]) >= 0.95


def test_a_shop_that_marks_no_campaigns_has_days_with_twice_the_rows() -> None:
    counts = history(100)
    assert unusual(900, counts, no_campaign) == []
    assert unusual(720, history(100, lambda day: 900 if of_march(day) else 600)) == []
    assert unusual(900, counts, lambda day: "flash" if day == MONDAY - 50 * ONE_DAY else "") != []
    assert unusual(1_500, counts, no_campaign) != []
    assert unusual(288, counts, no_campaign) != []


def test_a_day_that_has_not_ended_can_have_too_many_rows_but_not_too_few() -> None:
    """Each refresh in the morning sent an alert."""
    counts = history(100)
    assert unusual(10, counts, today=MONDAY) == []
    assert unusual(1_500, counts, today=MONDAY) != []
    assert unusual(10, counts, today=MONDAY + ONE_DAY) != []


def test_small_numbers_and_too_little_history_are_ignored() -> None:
    assert unusual(0, history(100, lambda _: 6)) == []
    assert unusual(0, history(LEAST_DAYS - 1)) == []
    assert unusual(0, history(LEAST_DAYS)) != []


def test_a_lost_day_does_not_hide_the_next_one() -> None:
    lost = {("orders", MONDAY - back * ONE_DAY): 100 for back in (1, 2, 7)}
    assert unusual(288, {**history(100), **lost}) != []
    assert unusual(480, {**history(100), **lost}) == []


def test_a_lasting_change_is_the_new_level_after_two_weeks() -> None:
    for days, lost in ((14, 0), (28, 0), (98, 480)):
        counts = history(200, lambda day, since=MONDAY - days * ONE_DAY: 1_200 if day >= since else 600)
        assert unusual(960, counts) == []
        assert unusual(lost, counts) != []


def test_the_days_in_which_a_table_fills_are_no_history() -> None:
    """A shop's refunds begin weeks after its orders: the first campaign seemed to lower them, a year later too."""

    def filling(day: date) -> float:
        return 600 if day > date(2025, 3, 24) else 60

    def once_a_year(day: date) -> str:
        return of_march(day) if day.year < MONDAY.year or day == MONDAY else ""

    assert unusual(480, history(380, filling), once_a_year) == []
    assert unusual(0, history(40, lambda day: 600 if day >= MONDAY - 20 * ONE_DAY else 0)) == []


def test_days_after_it_and_other_tables_do_not_matter() -> None:
    later = {("orders", MONDAY + back * ONE_DAY): 5 for back in range(1, 30)}
    others = {("sessions", day): 5 for _, day in history(100)}
    assert unusual(480, {**history(100), **later, **others}) == []
    assert unusual(0, others) == []


def test_the_step_does_not_import_the_library_of_forecasts() -> None:
    code = "import sys, ecommerce_pipeline.assets.reconciliation; sys.exit('statsforecast' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
