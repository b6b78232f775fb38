"""What the contract marks as personal is marked in all that is derived from it, and ends before the dimensions."""

from ecommerce_pipeline.schema.dbt import dbt_files
from ecommerce_pipeline.schema.forecasts import FORECASTS
from ecommerce_pipeline.schema.personal import BECOMES, PERSONAL_NAMES, personal_columns
from ecommerce_pipeline.schema.tables import STAGING, TABLES


def test_the_columns_that_tell_who_a_person_is_are_marked() -> None:
    marked = {(name, *column) for name, table in STAGING.items() for column in personal_columns(table).items()}
    assert marked == {
        ("customers", "first_name", "drop"),
        ("customers", "last_name", "drop"),
        ("customers", "email", "drop"),
        ("customers", "birth_date", "year"),
        ("transactions", "guest_email", "drop"),
        ("reviews", "title", "drop"),
        ("reviews", "body", "drop"),
    }
    assert {what for _, _, what in marked} == BECOMES.keys()


def test_what_is_personal_may_be_null_and_has_no_default() -> None:
    for table in TABLES.values():
        for name in personal_columns(table):
            assert table.columns[name].nullable
            assert "default" not in table.columns[name].info


def test_no_forecast_has_a_personal_column() -> None:
    assert not {column.name for table in FORECASTS.values() for column in table.columns} & PERSONAL_NAMES


def test_the_sources_and_the_models_of_staging_and_quarantine_name_what_is_personal() -> None:
    found = {
        path.rpartition("/")[2]: text.count("meta: {personal: ")
        for path, text in dbt_files().items()
        if "personal" in text
    }
    assert found == {
        "sources.yml": 7,
        "stg_customers.yml": 4,
        "stg_reviews.yml": 2,
        "stg_transactions.yml": 1,
        "quarantine_reviews.yml": 2,
        "quarantine_transactions.yml": 1,
    }
