"""A mapping on one day: what the contract rules out, and totals by queries of the shop's own tables.

A pack's check is a query of `name`, `expected` and `found`: totals of the shop's tables, written by hand, and of the
mapping's, which it names as `ecommerce.<table>`. `:start` is the day's first instant, `:end` that after its last.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg
from psycopg import Connection, sql

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.mapping.catalog import Catalog
from ecommerce_pipeline.mapping.recognition import Match
from ecommerce_pipeline.mapping.selects import in_schema, replace_tables
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.schema.drift import is_optional
from ecommerce_pipeline.schema.keys import KeyType
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import HAPPENED_AT, ORDERS, SCHEMA, TABLES, business_key, is_part_of_order, kind

_PARTS: Final = {
    "gross_amount": "lines.gross_amount - lines.discount_amount",
    "discount_amount": "- {}",
    "shipping_amount": "+ {}",
    "tax_amount": "+ {}",
    "other_amount": "+ {}",
}


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        name: What was counted or added up.
        expected: What it must be; None where anything may be.
        found: What it is.
    """

    name: str
    expected: Any
    found: Any

    @property
    def ok(self) -> bool:
        """Whether it is what it must be."""
        return self.expected is None or self.expected == self.found


@dataclass(frozen=True)
class Day:
    """A business day, and the SQL of its first instant and of that after its last."""

    day: date
    time_zone: str

    @property
    def start(self) -> str:
        """The first instant."""
        return self._midnight(self.day)

    @property
    def end(self) -> str:
        """The instant after the last."""
        return self._midnight(self.day + ONE_DAY)

    def _midnight(self, day: date) -> str:
        zone = sql.Literal(self.time_zone).as_string()
        return f"(TIMESTAMP '{day}' AT TIME ZONE {zone})"


def newest_day(connection: Connection, orders: str, time_zone: str, before: date) -> date | None:
    """Return the newest day with an order before a day; None if there is none.

    Raises:
        PlatformError: The orders cannot be read.
    """
    end = Day(before, time_zone).start
    zone = sql.Literal(time_zone).as_string()
    query = f"SELECT (max({HAPPENED_AT}) AT TIME ZONE {zone})::date FROM {orders} AS o WHERE {HAPPENED_AT} < {end}"  # noqa: S608
    [row] = _rows(connection, query, ORDERS)
    return row[0] if isinstance(row[0], date) else None


def needed_key_type(connection: Connection, orders: str) -> KeyType:
    """Return what KEY_TYPE must be for the keys of orders as they are.

    Raises:
        PlatformError: The orders cannot be read.
    """
    try:
        cursor = connection.execute(f"SELECT {business_key(TABLES[ORDERS])} FROM {orders} AS o LIMIT 0".encode())  # noqa: S608
    except psycopg.Error as error:
        raise _failed(ORDERS, error) from None
    [key] = cursor.description or []
    integers = {connection.adapters.types[name].oid for name in ("int2", "int4", "int8", "numeric")}
    return "integer" if key.type_code in integers else "text"


def check_mapping(connection: Connection, relations: Mapping[str, str], day: Day) -> Iterator[Finding]:
    """Yield what the contract rules out, for each table: a null, a key twice, a total that its parts do not make.

    Args:
        connection: The connection.
        relations: What to read by contract table: a view's name, or a statement in brackets.
        day: The day.

    Raises:
        PlatformError: A table cannot be read, or its values have not the contract's types.
    """
    for name, relation in relations.items():
        yield from _contract_checks(connection, name, relation, relations[ORDERS], day)
    if "transaction_items" in relations:
        yield from _order_checks(connection, relations, day)


def pack_checks(
    connection: Connection, match: Match, catalog: Catalog, relations: Mapping[str, str], day: Day
) -> Iterator[Finding]:
    """Yield the results of a pack's own checks; one that names a table which the mapping lacks is left out.

    Raises:
        PlatformError: A check cannot be run.
    """
    for name, statement in match.pack.checks.items():
        named: list[str] = []

        def relation(table: str, named: list[str] = named) -> str:
            named.append(table)
            return relations.get(table, "")

        query = in_schema(match.pack, replace_tables(statement, SCHEMA, relation), match.schema, catalog)
        if all(table in relations for table in named):
            query = re.sub(r"(?<!:):(start|end)\b", lambda found: str(getattr(day, found[1])), query)
            for subject, expected, found in _rows(connection, query, f"check {name}"):
                yield Finding(subject, expected, found)


def _contract_checks(connection: Connection, name: str, relation: str, orders: str, day: Day) -> Iterator[Finding]:
    table = TABLES[name]
    there = _columns(connection, relation, name)
    found = [column for column in table.columns if column.name in there]
    must = [column.name for column in found if not is_optional(column)]
    key = f"count(*) - count(DISTINCT {business_key(table)})" if business_key(table) in there else "0"
    counts = ["count(*)", key, *(f"count(*) FILTER (WHERE {column} IS NULL)" for column in must)]
    # The casts fail where a value has not the contract's type.
    casts = ", ".join(f"CAST(r.{c.name} AS {postgres_type(c.type)}) AS {c.name}" for c in found)
    of_day = _on_day(name, orders, day)
    query = f"SELECT {', '.join(counts)} FROM (SELECT {casts} FROM {relation} AS r WHERE {of_day}) AS rows_"  # noqa: S608
    [(rows, twice, *nulls)] = _rows(connection, query, name)
    yield Finding(f"{name}: rows", None, rows)
    yield Finding(f"{name}: rows with the key of another", 0, twice)
    yield from (Finding(f"{name}: rows without {column}", 0, n) for column, n in zip(must, nulls, strict=True) if n)


def _order_checks(connection: Connection, relations: Mapping[str, str], day: Day) -> Iterator[Finding]:
    """Yield whether the orders' totals are the sums of their parts."""
    orders, items = relations[ORDERS], relations["transaction_items"]
    there = _columns(connection, orders, ORDERS)
    discount = "sum(coalesce(discount_amount, 0))"
    if "discount_amount" not in _columns(connection, items, "transaction_items"):
        discount = "0"
    terms = " ".join(
        form.format(f"coalesce(o.{column}, 0)")
        for column, form in _PARTS.items()
        if column in there or "{}" not in form
    )
    of_order = "coalesce(o.tax_amount, 0)" if "tax_amount" in there else "0"
    of_lines = "coalesce(tax_amount, 0)" if "tax_amount" in _columns(connection, items, "transaction_items") else "0"
    taxed = f"{of_order} + lines.tax_amount <> 0"
    query = f"""
        SELECT count(*) FILTER (WHERE lines.number IS NULL),
            count(*) FILTER (WHERE {terms} <> o.total_amount),
            min(o.transaction_id::text) FILTER (WHERE {terms} <> o.total_amount),
            max({terms} - o.total_amount) FILTER (WHERE {terms} <> o.total_amount),
            count(*) FILTER (WHERE {taxed})
        FROM {orders} AS o
        LEFT JOIN LATERAL (
            SELECT count(*) AS number, sum(gross_amount) AS gross_amount, {discount} AS discount_amount,
                sum({of_lines}) AS tax_amount
            FROM {items} AS i WHERE i.transaction_id = o.transaction_id HAVING count(*) > 0
        ) AS lines ON TRUE
        WHERE o.created_at >= {day.start} AND o.created_at < {day.end}
    """  # noqa: S608
    [(without, wrong, first, most, with_tax)] = _rows(connection, query, "totals of orders")
    yield Finding("orders without lines", None, without)
    yield Finding(
        "orders with tax; of prices that include it, lines must have it too, or it is revenue", None, with_tax
    )
    example = f" (the first is {first}, the parts make up to {most} more)" if wrong else ""
    yield Finding(f"orders whose total is not that of lines, discounts, shipping, tax and other{example}", 0, wrong)


def _on_day(name: str, orders: str, day: Day) -> str:
    """Return the condition that a row `r` belongs to the day; a dimension's rows all do."""
    table = TABLES[name]
    if kind(table) == "dimension":
        return "TRUE"
    if is_part_of_order(table):
        return (
            f"r.transaction_id IN (SELECT o.transaction_id FROM {orders} AS o "  # noqa: S608
            f"WHERE o.{HAPPENED_AT} >= {day.start} AND o.{HAPPENED_AT} < {day.end})"
        )
    time = HAPPENED_AT if HAPPENED_AT in table.columns else "rate_date"
    return f"r.{time} >= {day.start} AND r.{time} < {day.end}"


def _columns(connection: Connection, relation: str, what: str) -> list[str]:
    try:
        cursor = connection.execute(f"SELECT * FROM {relation} AS r LIMIT 0".encode())  # noqa: S608
    except psycopg.Error as error:
        raise _failed(what, error) from None
    return [column.name for column in cursor.description or []]


def _rows(connection: Connection, query: str, what: str) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(query.encode()).fetchall()
    except psycopg.Error as error:
        raise _failed(what, error) from None


def _failed(what: str, error: psycopg.Error) -> PlatformError:
    return PlatformError(f"{what} of the mapping: {error.diag.message_primary or error}; correct its SQL")
