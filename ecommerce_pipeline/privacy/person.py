"""What the lake knows of one person: keys, addresses, and texts that nobody else has."""

# ruff: noqa: S608 - names of the contract, and texts as literals

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import Table, Text

from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.lake.objects import OBJECT_NAME, split_path
from ecommerce_pipeline.lake.query import OBJECTS, query_objects
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.forgotten.persons import Person
from ecommerce_pipeline.resources.forgotten.words import words_of
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.schema.dialects import DUCKDB, text_literal
from ecommerce_pipeline.schema.personal import address, personal_columns
from ecommerce_pipeline.schema.tables import STAGING, business_key, kind

_CUSTOMERS: Final = STAGING["customers"]
_KEY: Final = business_key(_CUSTOMERS)
LEAST_LETTERS: Final = 4
"""Letters of a name that is searched for by itself: shorter ones are words of many texts."""


def find_person(store: ObjectStore, named: str) -> Person:
    """Return what the lake knows of a person.

    Args:
        store: The lake.
        named: The shop's key of a customer, or an e-mail address: of customers who gave it, and of guests.

    Raises:
        PlatformError: The lake cannot be read.
    """
    by_address = "@" in named
    if by_address:
        condition = f"{address('email', DUCKDB)} = {address(text_literal(named, DUCKDB), DUCKDB)}"
    else:
        condition = f"CAST({_KEY} AS VARCHAR) = {text_literal(named.strip(), DUCKDB)}"
    found = _ask(store, _CUSTOMERS, f"SELECT CAST({_KEY} AS VARCHAR), email FROM {OBJECTS} WHERE {condition}")
    customers = {str(customer) for customer, _ in found}
    orders = [_is_one_of(customers)] if customers else []
    if by_address:
        orders.append(f"{address('guest_email', DUCKDB)} = {address(text_literal(named, DUCKDB), DUCKDB)}")
    query = f"SELECT DISTINCT NULL, guest_email FROM {OBJECTS} WHERE {' OR '.join(orders)}"
    found += _ask(store, STAGING["transactions"], query) if orders else []
    return Person(
        frozenset(customers),
        frozenset(str(given) for _, given in found if given and given.strip()),
        frozenset(_own_texts(store, customers)) if customers else frozenset(),
    )


def _is_one_of(customers: set[str]) -> str:
    listed = ", ".join(text_literal(customer, DUCKDB) for customer in sorted(customers))
    return f"CAST({_KEY} AS VARCHAR) IN ({listed})"


def _own_texts(store: ObjectStore, customers: set[str]) -> Iterator[str]:
    """Yield full names, and names and texts that no other row has: a common one does not tell who somebody is."""
    theirs = _is_one_of(customers)
    full = f"SELECT DISTINCT first_name, last_name FROM {OBJECTS} WHERE {theirs}"
    for first, last in _ask(store, _CUSTOMERS, full):
        if first and last:
            yield f"{first} {last}"
            yield f"{last} {first}"
    for table in STAGING.values():
        columns = _texts(table)
        if not columns or _KEY not in table.columns:
            continue
        for column in columns:
            own = (
                f"SELECT any_value({column}) FROM {OBJECTS} WHERE {column} IS NOT NULL GROUP BY lower({column}) "
                f"HAVING bool_and(coalesce({theirs}, FALSE))"
            )
            for (text,) in _ask(store, table, own):
                words = words_of(text)
                if len(words) > 1 or (words and len(words[0]) >= LEAST_LETTERS):
                    yield text


def _texts(table: Table) -> list[str]:
    """Return the personal columns of texts that are no addresses."""
    return [
        name
        for name in personal_columns(table)
        if isinstance(table.columns[name].type, Text) and "is_address" not in table.columns[name].info
    ]


def _ask(store: ObjectStore, table: Table, query: str) -> list[tuple[Any, ...]]:
    days = None
    if kind(table) == "event":
        found = {
            date.fromisoformat(day)
            for name, day in (split_path(path) for path in store.sizes() if path.endswith(OBJECT_NAME))
            if name == table.name and day
        }
        if not found:
            return []
        days = Days.of(found)
    try:
        return query_objects(store, table, days, query)
    except NotBuiltError:
        return []
