"""What a table that is there can become without loss, and what only a rebuild can do."""

import pytest

from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.evolution import Evolution, evolution


def of_types(**types: str) -> dict[str, Found]:
    """Return columns that may be null."""
    return {name: Found(type_, nullable=True) for name, type_ in types.items()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("integer", "bigint"),
        ("integer", "numeric(14,2)"),
        ("bigint", "numeric(14,2)"),
        ("numeric(12,2)", "numeric(14,2)"),
        ("numeric(12,2)", "numeric(14,4)"),
        ("character varying", "text"),
    ],
)
def test_a_wider_type_is_taken(old: str, new: str) -> None:
    """DuckDB kept int64 where numeric was defined, and rounded amounts in silence."""
    assert evolution(of_types(amount=old), of_types(amount=new)) == Evolution(widened={"amount": (old, new)})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bigint", "integer"),
        ("numeric(14,2)", "numeric(12,2)"),
        ("numeric(14,4)", "numeric(14,2)"),
        ("numeric(12,2)", "numeric(12,4)"),
        ("numeric(14,2)", "bigint"),
        ("bigint", "text"),
        ("text", "bigint"),
        ("date", "timestamp with time zone"),
        ("timestamp with time zone", "date"),
        ("double", "numeric(14,2)"),
        ("boolean", "bigint"),
    ],
)
def test_any_other_type_needs_a_rebuild(old: str, new: str) -> None:
    change = evolution(of_types(amount=old), of_types(amount=new))
    assert change == Evolution(lossy=(f"column amount is {old}, and {new} is defined",))


def test_a_number_without_limits_holds_every_number() -> None:
    assert not evolution(of_types(amount="numeric"), of_types(amount="numeric(14,2)"))


def test_columns_in_another_order_do_not_differ() -> None:
    assert not evolution(of_types(one="text", other="date"), of_types(other="date", one="text"))


def test_a_new_column_is_added_also_if_it_must_not_be_null() -> None:
    wanted = of_types(id="bigint", note="text") | {"units": Found("bigint", nullable=False)}
    assert evolution(of_types(id="bigint"), wanted) == Evolution(added={"note": "text", "units": "bigint"})


def test_a_renamed_column_needs_a_rebuild_and_its_likely_new_name_is_given() -> None:
    change = evolution(of_types(id="bigint", reason="text"), of_types(id="bigint", why="text", day="date"))
    assert change.lossy == ("column reason (text) is no longer defined (renamed to why?)",)


def test_a_column_may_be_null_from_now_on_but_not_the_other_way_round() -> None:
    strict, loose = {"note": Found("text", nullable=False)}, of_types(note="text")
    assert evolution(strict, loose) == Evolution(relaxed=("note",))
    assert not evolution(loose, strict)
