from datetime import date
from typing import Any

import pytest

from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS, TABLES
from ecommerce_pipeline.synthetic import ShopSettings, planted, snapshot, state, written

DAY = date(2026, 3, 10)
QUIET: dict[str, Any] = {"customers": 50, "products": 30, "stores": 3}
QUIET |= {"late_rate": 0, "change_rate": 0, "duplicate_rate": 0, "broken_rate": 0}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scale": 0}, "scale=0: it must be a whole number from 1 to 1000"),
        ({"scale": 1.5}, "scale=1.5: it must be a whole number"),
        ({"scale": True}, "scale=True: it must be a whole number"),
        ({"seed": -1}, "seed=-1: it must be a whole number from 0"),
        ({"customers": 0}, "customers=0: it must be a whole number from 1"),
        ({"products": 0}, "products=0: it must be a whole number from 1"),
        ({"stores": 0}, "stores=0: it must be a whole number from 1"),
        ({"late_rate": 1.0}, "late_rate=1.0: it must be a share from 0 to 0.5"),
        ({"change_rate": 0.6}, "change_rate=0.6: it must be a share from 0 to 0.5"),
        ({"duplicate_rate": -0.1}, "duplicate_rate=-0.1: it must be a share from 0 to 0.5"),
        ({"pair_rate": 0.51}, "pair_rate=0.51: it must be a share from 0 to 0.5"),
        ({"broken_rate": float("nan")}, "broken_rate=nan: it must be a share from 0 to 0.5"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_with_its_value_and_its_range(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        ShopSettings(**wrong)
    assert str(refused.value).startswith(message)


def test_a_table_of_the_wrong_kind_is_refused_with_the_names_of_the_right_ones() -> None:
    with pytest.raises(ValueError, match=r"'stores' is a dimension, see snapshot\(\); the event tables are sessions, "):
        written(ShopSettings(), "stores", DAY)
    with pytest.raises(ValueError, match="'stores' is a dimension"):
        state(ShopSettings(), "stores", DAY, DAY)
    with pytest.raises(ValueError, match="'orders' is not a table of the shop"):
        planted(ShopSettings(), "orders", DAY)
    with pytest.raises(
        ValueError, match=r"'refunds' is an event table, see written\(\); the dimensions are customers, "
    ):
        snapshot(ShopSettings(), "refunds", DAY)


@pytest.mark.parametrize(
    "settings",
    [
        ShopSettings(customers=1, products=1, stores=1),
        ShopSettings(customers=50, products=30, stores=3, start_date=DAY),
        ShopSettings(customers=50, products=30, stores=3, late_rate=0.5, duplicate_rate=0.5, change_rate=0.5),
        ShopSettings(**QUIET),
        ShopSettings(customers=50, products=30, stores=3, start_date=date(2010, 1, 1)),
        ShopSettings(customers=50, products=30, stores=3, reference_date=date(2020, 1, 1), broken_rate=0.5),
    ],
    ids=["one of each", "first day", "all that can be", "no defects", "old shop", "past reference"],
)
def test_shops_of_every_size_and_calendar_have_valid_rows_of_every_table(settings: ShopSettings) -> None:
    for table in EVENTS:
        rows = written(settings, table, DAY).rows
        rows.validate(full=True)
        assert rows.schema == arrow_schema(TABLES[table])
        assert rows.num_rows > 0 or (table in ("refunds", "reviews") and settings.start_date == DAY)
    for table in DIMENSIONS:
        rows = snapshot(settings, table, DAY)
        rows.validate(full=True)
        assert rows.num_rows > 0 or table == "exchange_rates", "it has one currency"


def test_without_rates_nothing_is_planted_and_nothing_is_deleted() -> None:
    settings = ShopSettings(**QUIET)
    for table in TABLES:
        assert planted(settings, table, DAY) == ()
    for table in EVENTS:
        assert written(settings, table, DAY).deleted.num_rows == 0
