"""Which columns of the contract are personal, and what becomes of their values where persons need not be known.

What hides or replaces them derives from here: dbt's metadata, previews, the extraction with PERSONAL_DATA=none.
"""

from typing import Final

from sqlalchemy import Table

from ecommerce_pipeline.schema.tables import TABLES, Personal

BECOMES: Final[dict[Personal, str]] = {
    "drop": "null",
    "hash": "MD5 of the text in small letters, without spaces around it",
    "year": "1 January of the year",
}
"""What a value becomes with PERSONAL_DATA=none."""

MASK: Final = "•••"


def personal_columns(table: Table) -> dict[str, Personal]:
    """Return what becomes of a table's personal columns, by their names in the source, the lake and staging."""
    return {column.name: column.info["personal"] for column in table.columns if "personal" in column.info}


PERSONAL_NAMES: Final = frozenset(
    name
    for table in TABLES.values()
    for column in personal_columns(table)
    for name in (column, table.columns[column].info.get("alias", column))
)
"""The names of all personal columns, also those in dbt's models: a column of such a name is personal in any table."""
