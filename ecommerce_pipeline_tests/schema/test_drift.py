"""Every kind of schema drift, by the catalog alone: what is an error, what a warning, what only the values can tell."""

from decimal import Decimal

import pytest

from ecommerce_pipeline.schema.drift import Doubt, Drift, Fit, Found, drift, fit
from ecommerce_pipeline.schema.keys import Key, use_keys
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import TABLES, transaction_items


def columns_of(name: str) -> dict[str, Found]:
    """Return a table's columns as the contract has them."""
    return {
        column.name: Found(postgres_type(column.type), nullable=bool(column.nullable))
        for column in TABLES[name].columns
    }


AS_AGREED = columns_of("transaction_items")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_as_the_contract_says_has_not_drifted(name: str) -> None:
    assert drift(TABLES[name], columns_of(name)) == Drift()


def test_a_view_of_the_columns_has_not_drifted_though_it_knows_no_not_null() -> None:
    assert drift(transaction_items, {name: Found(column.type, None) for name, column in AS_AGREED.items()}) == Drift()


def test_a_table_that_is_not_there_is_said() -> None:
    assert drift(transaction_items, {}) == Drift(("table ecommerce.transaction_items does not exist",))


def test_an_optional_table_that_is_not_there_is_noted_with_what_that_costs() -> None:
    assert drift(TABLES["reviews"], {}) == Drift(
        absent=("reviews",), notes=("table ecommerce.reviews does not exist: no ratings",)
    )


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
    assert drift(transaction_items, without("transaction_id", "gross_amount")).errors == (
        "column transaction_id (bigint) is missing",
        "column gross_amount (numeric(18,4)) is missing",
    )


def test_optional_columns_that_are_missing_are_noted_with_what_is_read_instead() -> None:
    assert drift(transaction_items, without("quantity", "unit_price", "updated_at")) == Drift(
        absent=("quantity", "unit_price", "updated_at"),
        notes=(
            "columns that are missing are read as their defaults: quantity as 1, unit_price as null, updated_at as "
            "created_at",
        ),
    )


def test_an_optional_column_renamed_is_a_warning_with_the_likely_new_name() -> None:
    renamed, new = drift(transaction_items, without("quantity") | {"item_quantity": Found("integer")}).warnings
    assert renamed == (
        "column quantity (numeric(14,3)) is missing and item_quantity is new: if it was renamed, give "
        "a view with `item_quantity AS quantity`, or rename it back"
    )
    assert new.startswith("column item_quantity (integer) is not in the contract")


@pytest.mark.parametrize(
    ("added", "likely"),
    [
        ({"amount_gross": Found("numeric(12,2)"), "warehouse": Found("integer")}, "amount_gross"),
        ({"number": Found("smallint")}, "number"),
        ({"number": Found("text")}, None),
        ({"number": Found("integer"), "shelf": Found("integer")}, None),
    ],
    ids=["alike", "the only new one", "of another type", "nothing alike"],
)
def test_a_column_renamed_is_an_error_with_the_likely_new_name(added: dict[str, Found], likely: str | None) -> None:
    [error] = drift(transaction_items, without("gross_amount") | added).errors
    rest = (
        f" and {likely} is new: if it was renamed, give a view with `{likely} AS gross_amount`, or rename it back"
        if likely
        else ""
    )
    assert error == f"column gross_amount (numeric(18,4)) is missing{rest}"


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
    wider = {"line_number": Found("bigint"), "gross_amount": Found("numeric(18,6)")}
    found = drift(transaction_items, AS_AGREED | wider)
    assert found.errors == ()
    line = 'in the line "{}" of transaction_items in ecommerce_pipeline/schema/tables.py'
    number = "cast it to integer in the view, or set the type `BigInteger()` " + line.format("line_number")
    amount = "cast it to numeric(18,4) in the view, or set the type `Numeric(18, 6)` " + line.format("gross_amount")
    assert found.doubts == (
        Doubt("line_number", Decimal(-(2**31)), Decimal(2**31 - 1), 0, number),
        Doubt("gross_amount", Decimal("-99999999999999.9999"), Decimal("99999999999999.9999"), 4, amount),
    )
    assert found.warnings == (
        f"column line_number is bigint, wider than the contract's integer: it is read as long as every value fits; "
        f"{number}",
        f"column gross_amount is numeric(18,6), wider than the contract's numeric(18,4): it is read as long as every "
        f"value fits; {amount}",
    )


def test_a_type_of_another_kind_is_an_error() -> None:
    found = drift(transaction_items, AS_AGREED | {"unit_price": Found("double precision")})
    assert found == Drift(("column unit_price is double precision, expected numeric(18,6)",))


def test_not_null_dropped_is_a_warning() -> None:
    loose = {"gross_amount": Found("integer", nullable=True), "quantity": Found("integer", nullable=True)}
    [warning] = drift(transaction_items, AS_AGREED | loose).warnings
    assert warning == (
        "column gross_amount may be null, which the contract rules out: it is read as long as it holds none; set it "
        'NOT NULL again, or say `null=True` in the line "gross_amount" of transaction_items in '
        "ecommerce_pipeline/schema/tables.py"
    ), "a null in a column with a default is the default"


def test_not_null_set_is_nothing_to_speak_of() -> None:
    table = TABLES["customers"]
    columns = {column.name: Found(postgres_type(column.type), nullable=False) for column in table.columns}
    assert drift(table, columns) == Drift()


def keys_of(type_: str) -> dict[str, Found]:
    """Return the columns with keys of another type."""
    is_key = {column.name: isinstance(column.type, Key) for column in transaction_items.columns}
    return {name: Found(type_, there.nullable) if is_key[name] else there for name, there in AS_AGREED.items()}


@pytest.mark.parametrize("type_", ["uuid", "text", "character varying(26)"])
def test_keys_that_are_no_integers_are_errors_with_the_setting_that_reads_them(type_: str, text_keys: None) -> None:
    assert drift(transaction_items, keys_of(type_)) == Drift()
    use_keys("integer")
    found = drift(transaction_items, keys_of(type_))
    assert found == Drift(
        tuple(
            f"column {name} is {type_}, expected bigint: set KEY_TYPE=text"
            for name in ("transaction_item_id", "transaction_id", "product_id")
        )
    )


@pytest.mark.parametrize("type_", ["smallint", "integer", "bigint", "numeric(30,0)", "numeric"])
def test_whole_numbers_are_texts_if_keys_are_and_nothing_else_is(type_: str, text_keys: None) -> None:
    assert drift(transaction_items, keys_of(type_)) == Drift()
    assert drift(TABLES["transactions"], columns_of("transactions") | {"coupon_code": Found(type_)}).errors == (
        f"column coupon_code is {type_}, expected text",
    )


def test_keys_that_are_no_whole_numbers_are_errors_whatever_the_setting(text_keys: None) -> None:
    expected = "column transaction_id is numeric(12,2), expected text"
    assert drift(transaction_items, AS_AGREED | keys_of("text") | {"transaction_id": Found("numeric(12,2)")}) == Drift(
        (expected,)
    )


def test_numbers_too_large_for_integers_can_be_read_as_texts() -> None:
    found = drift(transaction_items, AS_AGREED | {"transaction_id": Found("numeric(30,0)")})
    assert [doubt.remedy for doubt in found.doubts] == ["set KEY_TYPE=text"]
