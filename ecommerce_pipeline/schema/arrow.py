"""Arrow and Parquet schemas derived from the table contract."""

import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, Table, Text
from sqlalchemy.types import TypeEngine

from ecommerce_pipeline.schema.keys import plain


def arrow_type(type_: "TypeEngine[object]") -> pa.DataType:
    """Map a contract type to Arrow: NUMERIC to decimal128, TIMESTAMPTZ to microseconds in UTC.

    Raises:
        TypeError: The contract uses a type that has no mapping.
    """
    match plain(type_):
        case BigInteger():
            return pa.int64()
        case Integer():
            return pa.int32()
        case Numeric(precision=int(precision), scale=int(scale)):
            return pa.decimal128(precision, scale)
        case Boolean():
            return pa.bool_()
        case DateTime(timezone=True):
            return pa.timestamp("us", tz="UTC")
        case Date():
            return pa.date32()
        case Text():
            return pa.string()
    raise TypeError(f"the table contract has no Arrow type for {type_!r}")


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a source table, in column order, with nullability."""
    return pa.schema(
        [pa.field(column.name, arrow_type(column.type), nullable=bool(column.nullable)) for column in table.columns]
    )
