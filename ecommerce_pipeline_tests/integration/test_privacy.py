"""Personal values are where rows are kept before any rule, and nowhere else."""

from pathlib import Path

import pytest
from sqlalchemy import Text

from ecommerce_pipeline.schema.personal import PERSONAL_NAMES, personal_columns
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.support.files import BLOCK, files_with
from ecommerce_pipeline_tests.support.platform import Platform

# A name alone may be a brand's, too.
PERSONAL = " UNION ".join(
    f"SELECT {column} AS value FROM staging.{name} WHERE {column} LIKE '%@%' OR length({column}) >= 20"
    for name, table in STAGING.items()
    for column in personal_columns(table)
    if isinstance(table.columns[column].type, Text)
)
AFTER_STAGING = """
    SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()
    WHERE schema_name IN ('core', 'datamart', 'forecast') AND NOT regexp_matches(table_name, '^(stg|quarantine)_')
"""


@pytest.fixture(scope="module")
def personal(week: Platform) -> set[str]:
    """The personal texts of the platform that nothing else can be."""
    found = {str(value) for (value,) in week.query(PERSONAL)}
    assert {"@" in value for value in found} == {True, False}
    return found


def test_no_dimension_fact_mart_or_forecast_holds_a_person(week: Platform, personal: set[str]) -> None:
    columns = week.query(AFTER_STAGING)
    assert {schema for schema, *_ in columns} == {"core", "datamart", "forecast"}
    assert [column for column in columns if column[2] in PERSONAL_NAMES] == []
    held = " UNION ALL ".join(
        f"SELECT '{schema}.{table}.{column}' FROM {schema}.{table} WHERE {column} IN (SELECT value FROM personal)"
        for schema, table, column, type_ in columns
        if type_ == "VARCHAR"
    )
    assert week.query(f"WITH personal AS ({PERSONAL}) {held}") == []


def test_no_event_log_artifact_or_mail_holds_a_person(week: Platform, personal: set[str]) -> None:
    """Previews in Dagster's event log held five customers of each run, for as long as it is kept."""
    kept = {"postgres", "lake", week.settings.warehouse_path.name}
    assert {path.name for path in week.folder.iterdir()} >= kept | {"dagster", "dbt"}
    assert files_with(week.folder, personal, but=kept) == {}


def test_the_search_finds_a_text_in_any_case_and_across_its_blocks(tmp_path: Path) -> None:
    content = bytearray(2 * BLOCK)
    content[BLOCK - 3 : BLOCK + 13] = b"ANA@Shop.example"
    content[-16:] = b"bob@shop.example"
    (tmp_path / "log").write_bytes(content)
    found = files_with(tmp_path, ["ana@shop.example", "bob@shop.example", "eve@shop.example"])
    assert found == {str(tmp_path / "log"): {"ana@shop.example", "bob@shop.example"}}
