"""What a shop generates of columns and tables that the contract has and its generators do not make."""

from datetime import date
from importlib import import_module

import numpy as np
import pytest
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table

from ecommerce_pipeline.schema.tables import HAPPENED_AT, TABLES, UPDATED_AT
from ecommerce_pipeline.synthetic import ShopSettings, planted, state, written
from ecommerce_pipeline.synthetic.arrow_columns import Rows, schema_of, to_arrow


def sessions_without(column: str) -> Rows:
    return {name: np.zeros(2, dtype=np.int64) for name in schema_of("sessions").names if name != column}


def test_a_nullable_column_that_is_not_generated_is_null() -> None:
    assert to_arrow("sessions", sessions_without("campaign"))["campaign"].null_count == 2


def test_a_column_with_the_default_0_that_is_not_generated_is_0() -> None:
    assert to_arrow("sessions", sessions_without("page_views"))["page_views"].to_pylist() == [0, 0]


def test_a_column_that_may_not_be_null_must_be_generated() -> None:
    with pytest.raises(ValueError, match="generates no column created_at of sessions: generate it, or allow nulls"):
        to_arrow("sessions", sessions_without("created_at"))


def test_an_event_table_that_is_not_generated_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [Column(name, DateTime(timezone=True)) for name in (HAPPENED_AT, UPDATED_AT)]
    recalls = Table("recalls", MetaData(), Column("recall_id", BigInteger, primary_key=True), *columns)
    monkeypatch.setitem(TABLES, "recalls", recalls)
    monkeypatch.setattr(import_module("ecommerce_pipeline.synthetic.written"), "EVENTS", ("recalls",))
    shop, day = ShopSettings(), date(2026, 3, 1)
    nothing = written(shop, "recalls", day)
    assert (nothing.rows.num_rows, nothing.deleted.num_rows) == (0, 0)
    assert nothing.rows.column_names == ["recall_id", HAPPENED_AT, UPDATED_AT]
    assert state(shop, "recalls", day, day) == nothing.rows
    assert planted(shop, "recalls", day) == ()
