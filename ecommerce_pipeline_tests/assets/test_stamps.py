"""Settings that make other rows are refused by name, with the old value, the new one and the remedy."""

import stat
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from ecommerce_pipeline.assets.stamps import shop_settings, stamp_lake, stamp_of, stamp_of_lake
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.lake.stamp import read_stamp, write_stamp
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import ShopSettings

OTHERS = {
    "SEED": "7",
    "SCALE": "2",
    "START_DATE": "2025-02-01",
    "TIME_ZONE": "America/Sao_Paulo",
    "REFERENCE_DATE": "2026-04-30",
    "CUSTOMERS": "10",
    "PRODUCTS": "11",
    "STORES": "12",
    "LATE_RATE": "0.2",
    "CHANGE_RATE": "0.5",
    "DUPLICATE_RATE": "0.3",
    "BROKEN_RATE": "0.4",
    "PAIR_RATE": "0.1",
    "SOURCE": "external",
    "PERSONAL_DATA": "none",
}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSON_KEY_SECRET", "one-long-text-of-many")


def settings(**environment: str) -> Settings:
    return Settings.from_environment(environment)


@pytest.mark.parametrize("name", OTHERS)
def test_a_lake_takes_no_rows_of_other_settings(tmp_path: Path, name: str) -> None:
    """With another SEED, rows of two shops were mixed, and the checks called them equal."""
    lake = FolderStore(folder=str(tmp_path))
    stamp_lake(settings(), lake)
    stamp_lake(settings(), lake)
    with pytest.raises(PlatformError) as refused:
        stamp_lake(settings(**{name: OTHERS[name]}), lake)
    old = stamp_of_lake(settings())[name]
    assert str(refused.value).startswith(
        f"the rows in the lake ({tmp_path}) were made with {name}={old}, and now {name}={OTHERS[name]} is set."
    )
    assert f"set {name}={old} again, or set DATA_DIR to another folder, or" in str(refused.value)
    assert read_stamp(lake) == stamp_of_lake(settings())


def test_every_setting_of_the_shop_is_in_the_stamp() -> None:
    assert OTHERS.keys() == {"SOURCE", "PERSONAL_DATA"} | {field.name.upper() for field in fields(ShopSettings)}


def test_generated_rows_do_not_enter_the_lake_of_a_real_shop(tmp_path: Path) -> None:
    lake = FolderStore(folder=str(tmp_path))
    stamp_lake(settings(SOURCE="external"), lake)
    stamp_lake(settings(SOURCE="external", SEED="7"), lake)
    with pytest.raises(PlatformError, match="made with SOURCE=external, and now SOURCE=synthetic is set"):
        stamp_lake(settings(), lake)


@pytest.mark.parametrize("then", ["keep", None])
def test_a_lake_that_may_hold_persons_is_not_taken_for_one_without(tmp_path: Path, then: str | None) -> None:
    """With a stamp from before the setting, half of the days would have had names."""
    lake = FolderStore(folder=str(tmp_path))
    write_stamp(lake, stamp_of(settings()) | ({"PERSONAL_DATA": then} if then else {}))
    with pytest.raises(PlatformError, match="made with PERSONAL_DATA=keep, and now PERSONAL_DATA=none is set"):
        stamp_lake(settings(PERSONAL_DATA="none"), lake)
    stamp_lake(settings(), lake)
    assert read_stamp(lake)["PERSONAL_DATA"] == "keep"


@pytest.mark.parametrize("personal_data", ["keep", "none"])
def test_a_lake_takes_no_guests_of_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, personal_data: str
) -> None:
    """Each guest would have been two persons."""
    lake = FolderStore(folder=str(tmp_path))
    stamp_lake(settings(PERSONAL_DATA=personal_data), lake)
    monkeypatch.setenv("PERSON_KEY_SECRET", "another-long-text")
    with pytest.raises(PlatformError) as refused:
        stamp_lake(settings(PERSONAL_DATA=personal_data), lake)
    assert "made with PERSON_KEY_SECRET=***, and now PERSON_KEY_SECRET=*** is set" in str(refused.value)


def test_without_the_setting_a_lake_of_this_machine_keeps_a_random_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PERSON_KEY_SECRET")
    lake = FolderStore(folder=str(tmp_path))
    first, other = (settings(DATA_DIR=str(tmp_path / name)) for name in ("first", "other"))
    stamp_lake(first, lake)
    stamp_lake(first, lake)
    key = first.data_dir / "person_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [*first.data_dir.iterdir()] == [key]
    assert key.read_text().strip() not in str(read_stamp(lake))
    with pytest.raises(PlatformError, match="made with PERSON_KEY_SECRET"):
        stamp_lake(other, lake)
    monkeypatch.setenv("PERSON_KEY_SECRET_FILE", str(key))
    stamp_lake(other, lake)


def test_a_later_end_of_the_calendar_leaves_the_rows_as_they_are() -> None:
    """END_DATE was also the day of the shop's sizes: with another one, days that were there had other customers."""
    assert shop_settings(settings(END_DATE="2027-12-31")) == shop_settings(settings()) == ShopSettings()
    assert shop_settings(settings()).reference_date == date(2026, 3, 31)
