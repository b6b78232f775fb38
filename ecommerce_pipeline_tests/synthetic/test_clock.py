"""Business days are days of the shop's time zone, also where its clocks change."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import Totals, ledger, snapshot, state
from ecommerce_pipeline.synthetic.clock import DAY, day_number, instant, moments
from ecommerce_pipeline_tests.synthetic.support import SMALL, Database, day_of, key_of, of_day

HOUR = 3_600_000_000
# In Brazil the clocks skip midnight, and midnight comes twice; the fourth day has 23 hours and a half.
CHANGES = {
    ("America/Sao_Paulo", date(2018, 11, 4)): 23 * HOUR,
    ("America/Sao_Paulo", date(2018, 2, 17)): 25 * HOUR,
    ("Europe/Berlin", date(2026, 3, 29)): 23 * HOUR,
    ("Australia/Lord_Howe", date(2025, 10, 5)): 23 * HOUR + HOUR // 2,
    ("Europe/Berlin", date(2025, 10, 26)): 25 * HOUR,
}


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_a_day_begins_with_its_first_instant_and_ends_with_the_next(zone: str, day: date) -> None:
    start, end = instant(zone, day), instant(zone, day + ONE_DAY)
    assert end - start == CHANGES[zone, day]
    for first, of in ((start, day), (end, day + ONE_DAY)):
        found = [datetime.fromtimestamp(at / 1e6, ZoneInfo(zone)).date() for at in (first - 1, first)]
        assert found == [of - ONE_DAY, of]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", *(zone for zone, _ in CHANGES)])
def test_times_of_day_stay_in_their_day_and_in_order(zone: str) -> None:
    first = day_number(date(2018, 1, 1))
    days = np.arange(first, first + 3000, dtype=np.int64)
    times = [moments(zone, days, np.full(len(days), of_day)) for of_day in (0, DAY // 2, DAY - 1)]
    starts = np.array([instant(zone, date(2018, 1, 1) + timedelta(days=day)) for day in range(3001)])
    assert (times[0] == starts[:-1]).all()
    assert (times[0] < times[1]).all()
    assert (times[1] < times[2]).all()
    assert (times[2] < starts[1:]).all()
    assert moments(zone, days[:0], days[:0]).size == 0


@pytest.mark.parametrize(("zone", "day"), [*CHANGES][:3])
def test_the_rows_around_a_change_of_the_clocks_are_on_their_days(zone: str, day: date) -> None:
    shop = replace(SMALL, customers=5000, time_zone=zone, start_date=day - ONE_DAY, reference_date=day)
    life, database = [shop.start_date + timedelta(days=each) for each in range(7)], Database()
    for today in life:
        for table in EVENTS:
            rows, gone = of_day(shop, table, today)
            database.apply(table, rows, gone)
            wrong = [row for row in rows if day_of(row["updated_at"], zone) != today]
            assert len(wrong) < 0.05 * len(rows) + 3, "only rows that are committed late"
            assert all(row["created_at"] <= row["updated_at"] for row in wrong)
    for table in EVENTS:
        by_day = database.by_day(table, zone)
        for each in life:
            rows = state(shop, table, each, life[-1]).to_pylist()
            assert rows == sorted(by_day[each], key=lambda row: row[key_of(table)]), (table, each)
            assert len(rows) > 40 or table in ("refunds", "reviews", "ad_spend")
    found = ledger(shop, Days.of(life), life[-1])
    assert all(totals != Totals() for totals in found.by_day.values())
    for table, column in (("customers", "registered_at"), ("products", "launched_at")):
        before, after = (
            {row[key_of(table)]: row for row in snapshot(shop, table, each).to_pylist()} for each in life[:2]
        )
        came = [after[key][column] for key in after.keys() - before.keys()]
        changed = [after[key]["updated_at"] for key in after.keys() & before.keys() if after[key] != before[key]]
        assert {day_of(time, zone) for time in [*came, *changed]} <= {day}
        assert came or table == "products"
