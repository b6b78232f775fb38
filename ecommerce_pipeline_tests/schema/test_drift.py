"""Every kind of schema drift, by the catalog alone: what is an error, what a warning, what only the values can tell."""

from decimal import Decimal

import pytest

from ecommerce_pipeline.schema.drift import Doubt, Drift, Fit, Found, drift, fit
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import TABLES, transaction_items

AS_AGREED = {
    column.name: Found(postgres_type(column.type), nullable=bool(column.nullable))
    for column in transaction_items.columns
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_as_the_contract_says_has_not_drifted(name: str) -> None:
    table = TABLES[name]
    columns = {column.name: Found(postgres_type(column.type), bool(column.nullable)) for column in table.columns}
    assert drift(table, columns) == Drift()


def test_a_view_of_the_columns_has_not_drifted_though_it_knows_no_not_null() -> None:
    assert drift(transaction_items, {name: Found(column.type, None) for name, column in AS_AGREED.items()}) == Drift()


def test_a_table_that_is_not_there_is_said() -> None:
    assert drift(transaction_items, {}) == Drift(("table ecommerce.transaction_items does not exist",))


def test_a_column_added_is_a_warning_that_names_it() -> None:
    assert drift(transaction_items, AS_AGREED | {"gift_note": Found("text", nullable=True)}) == Drift(
        warnings=(
            "column gift_note (text) is not in the contract and is not read: to have it, describe it as a column of "
            "transaction_items in ecommerce_pipeline/schema/tables.py",
        )
    )


def without(*names: str) -> dict[str, Found]:
    return {name: column for name, column in AS_AGREED.items() if name not in names}


def test_columns_dropped_are_errors_that_name_them() -> None:
    assert drift(transaction_items, without("quantity", "unit_price")).errors == (
        "column quantity (numeric(14,3)) is missing",
        "column unit_price (numeric(18,6)) is missing",
    )


@pytest.mark.parametrize(
    ("added", "likely"),
    [
        ({"item_quantity": Found("integer"), "warehouse": Found("integer")}, "item_quantity"),
        ({"number": Found("smallint")}, "number"),
        ({"number": Found("text")}, None),
        ({"number": Found("integer"), "shelf": Found("integer")}, None),
    ],
    ids=["alike", "the only new one", "of another type", "nothing alike"],
)
def test_a_column_renamed_is_an_error_with_the_likely_new_name(added: dict[str, Found], likely: str | None) -> None:
    [error] = drift(transaction_items, without("quantity") | added).errors
    rest = (
        f" and {likely} is new: if it was renamed, give a view with `{likely} AS quantity`, or rename it back"
        if likely
        else ""
    )
    assert error == f"column quantity (numeric(14,3)) is missing{rest}"


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        ("integer", "integer", "exact"),
        ("bigint", "integer", "narrower"),
        ("bigint", "numeric(18,0)", "narrower"),
        ("integer", "smallint", "narrower"),
        ("text", "character varying(40)", "narrower"),
        ("text", "character(2)", "narrower"),
        ("text", "enum shop.tier", "narrower"),
        ("text", "uuid", "narrower"),
        ("numeric(14,2)", "numeric(12,2)", "narrower"),
        ("numeric(14,2)", "numeric(13,1)", "narrower"),
        ("numeric(12,2)", "integer", "narrower"),
        ("timestamp with time zone", "timestamp(3) with time zone", "narrower"),
        ("integer", "bigint", "wider"),
        ("bigint", "numeric(19,0)", "wider"),
        ("bigint", "numeric", "wider"),
        ("integer", "numeric(9,2)", "wider"),
        ("numeric(12,2)", "numeric(12,4)", "wider"),
        ("numeric(12,2)", "numeric(12,1)", "wider"),
        ("numeric(12,2)", "bigint", "wider"),
        ("numeric(12,2)", "numeric", "wider"),
        ("integer", "double precision", "other"),
        ("numeric(12,2)", "real", "other"),
        ("text", "integer", "other"),
        ("text", "numeric", "other"),
        ("text", "jsonb", "other"),
        ("integer", "text", "other"),
        ("date", "timestamp with time zone", "other"),
        ("timestamp with time zone", "timestamp without time zone", "other"),
        ("timestamp with time zone", "date", "other"),
        ("boolean", "integer", "other"),
        ("boolean", "numeric", "other"),
    ],
)
def test_types_are_narrower_where_every_value_fits_and_wider_where_some_may_not(
    wanted: str, found: str, expected: Fit
) -> None:
    assert fit(wanted, found) == expected


def test_a_type_narrowed_is_nothing_to_speak_of() -> None:
    narrowed = {"transaction_id": Found("integer"), "quantity": Found("smallint"), "gross_amount": Found("integer")}
    assert drift(transaction_items, AS_AGREED | narrowed) == Drift()


def test_a_type_widened_is_a_doubt_that_says_which_line_of_the_contract_to_change() -> None:
    wider = {"line_number": Found("bigint"), "gross_amount": Found("numeric(14,4)")}
    found = drift(transaction_items, AS_AGREED | wider)
    assert found.errors == ()
    line = 'in the line "{}" of transaction_items in ecommerce_pipeline/schema/tables.py'
    number = "set the type `BigInteger()` " + line.format("line_number")
    amount = "set the type `Numeric(14, 4)` " + line.format("gross_amount")
    assert found.doubts == (
        Doubt("line_number", Decimal(-(2**31)), Decimal(2**31 - 1), 0, number),
        Doubt("gross_amount", Decimal("-999999999999.99"), Decimal("999999999999.99"), 2, amount),
    )
    assert found.warnings == (
        f"column line_number is bigint, wider than the contract's integer: it is read as long as every value fits; "
        f"{number}",
        f"column gross_amount is numeric(14,4), wider than the contract's numeric(14,2): it is read as long as every "
        f"value fits; {amount}",
    )


def test_a_type_of_another_kind_is_an_error() -> None:
    found = drift(transaction_items, AS_AGREED | {"unit_price": Found("double precision")})
    assert found == Drift(("column unit_price is double precision, expected numeric(18,6)",))


def test_not_null_dropped_is_a_warning() -> None:
    [warning] = drift(transaction_items, AS_AGREED | {"quantity": Found("integer", nullable=True)}).warnings
    assert warning == (
        "column quantity may be null, which the contract rules out: it is read as long as it holds none; set it NOT "
        'NULL again, or say `null=True` in the line "quantity" of transaction_items in '
        "ecommerce_pipeline/schema/tables.py"
    )


def test_not_null_set_is_nothing_to_speak_of() -> None:
    table = TABLES["customers"]
    columns = {column.name: Found(postgres_type(column.type), nullable=False) for column in table.columns}
    assert drift(table, columns) == Drift()
