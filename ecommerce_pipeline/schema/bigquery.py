"""BigQuery schemas derived from the table contract; as plain data, so that no Google library is needed here."""

from typing import Any, Final

from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, Table, Text
from sqlalchemy.types import TypeEngine

from ecommerce_pipeline.schema.keys import plain
from ecommerce_pipeline.schema.personal import personal_columns
from ecommerce_pipeline.schema.tables import business_key, kind


def bigquery_type(type_: "TypeEngine[object]") -> dict[str, str]:
    """Map a contract type to a field's `type`, `precision` and `scale` in BigQuery's REST API.

    Raises:
        TypeError: The contract uses a type that has no mapping.
    """
    match plain(type_):
        case Integer():  # BigInteger too: BigQuery's whole numbers have 64 bits
            return {"type": "INTEGER"}
        case Numeric(precision=int(precision), scale=int(scale)):
            return {"type": "NUMERIC", "precision": str(precision), "scale": str(scale)}
        case Boolean():
            return {"type": "BOOLEAN"}
        case DateTime(timezone=True):
            return {"type": "TIMESTAMP"}
        case Date():
            return {"type": "DATE"}
        case Text():
            return {"type": "STRING"}
    raise TypeError(f"the table contract has no BigQuery type for {type_!r}")


_POSTGRES_NAMES: Final = {
    "INTEGER": "bigint",
    "INT64": "bigint",
    "BOOLEAN": "boolean",
    "BOOL": "boolean",
    "TIMESTAMP": "timestamp with time zone",
    "STRING": "text",
}
_NAMES: Final = {postgres: bigquery for bigquery, postgres in _POSTGRES_NAMES.items()}


def postgres_name(type_: str, precision: int | None = None, scale: int | None = None) -> str:
    """Return PostgreSQL's name of the type of a field.

    >>> postgres_name("STRING"), postgres_name("NUMERIC", 14, 2), postgres_name("NUMERIC")
    ('text', 'numeric(14,2)', 'numeric')
    """
    digits = f"({precision},{scale or 0})" if precision else ""
    return _POSTGRES_NAMES.get(type_, type_.lower()) + digits


def bigquery_name(type_: str) -> str:
    """Return the name in GoogleSQL of a type of PostgreSQL.

    >>> bigquery_name("timestamp with time zone"), bigquery_name("numeric(14,2)")
    ('TIMESTAMP', 'NUMERIC(14,2)')
    """
    return _NAMES.get(type_, type_.upper())


def bigquery_fields(table: Table, policy_tag: str | None = None) -> list[dict[str, Any]]:
    """Return the fields of a staging table as BigQuery's REST API takes them, in column order, with descriptions.

    https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema

    Args:
        table: The contract.
        policy_tag: The resource name of the tag of columns with personal values; None for no tag.
    """
    tagged = personal_columns(table) if policy_tag else {}
    return [
        {
            "name": column.name,
            "mode": "NULLABLE" if column.nullable else "REQUIRED",
            "description": column.comment,
            **bigquery_type(column.type),
            **({"policyTags": {"names": [policy_tag]}} if column.name in tagged else {}),
        }
        for column in table.columns
    ]


def clustering(table: Table) -> list[str]:
    """Return the columns by which a staging table is clustered: of an event its key, by which copies are compared."""
    return [business_key(table)] if kind(table) == "event" else []
