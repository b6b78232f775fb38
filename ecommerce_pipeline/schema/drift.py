"""Schema drift: how a table found in PostgreSQL differs from the table contract, and what follows of it.

Pure: the catalog is read elsewhere. docs/schema_drift.md has the outcomes in one table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from sqlalchemy import Column, Table

from ecommerce_pipeline.schema.keys import Key
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import REQUIRED

CONTRACT: Final = "ecommerce_pipeline/schema/tables.py"

Fit = Literal["exact", "narrower", "wider", "other"]
"""How a column's type relates to the contract's: what is narrower loses nothing when it is cast, what is wider may."""

# Digits before the point: those that every value of the type needs room for, and those that it has room for always.
_NEEDS: Final = {"smallint": 5, "integer": 10, "bigint": 19}
_HOLDS: Final = {"smallint": 4, "integer": 9, "bigint": 18}
_LARGEST: Final = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}

_WHOLE: Final = r"numeric(\(\d+,0\))?"
"""The types of whole numbers without a limit, as other databases' keys become when they are migrated."""

_TEXT_KEYS: Final = "KEY_TYPE=text"

_ALIKE: Final = 0.6
"""Names of which so much is the same may be one column's old and new name."""


@dataclass(frozen=True)
class Found:
    """A column found in PostgreSQL.

    Attributes:
        type: As `format_type` prints it; of a domain the type below it, of an enumeration `enum <name>`.
        nullable: Whether it may hold nulls; None where that is not known, as of a view.
    """

    type: str
    nullable: bool | None = False


@dataclass(frozen=True)
class Doubt:
    """A column of a wider type: whether its values fit the contract's type only the values can tell.

    Attributes:
        column: Its name.
        low: The least value that fits.
        high: The greatest.
        scale: Digits after the point that fit.
        remedy: What to do when one does not.
    """

    column: str
    low: Decimal
    high: Decimal
    scale: int
    remedy: str


@dataclass(frozen=True)
class Drift:
    """How a table differs from the contract; empty if it does not.

    Attributes:
        errors: What makes the table unusable, a sentence each that names the column.
        warnings: What does not, yet should be known.
        doubts: What is usable if the values are such; each has a warning too.
        absent: What is missing and has no error, as it is optional: columns, or the table by its own name.
        notes: What that means, in sentences.
    """

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def drift(table: Table, found: Mapping[str, Found]) -> Drift:
    """Compare a table found in PostgreSQL with the contract.

    Args:
        table: The contract.
        found: The columns by name; empty if there is no such table.
    """
    if not found and table.name in REQUIRED:
        return Drift((f"table {table.schema}.{table.name} does not exist",))
    if not found:
        return Drift(
            notes=(f"table {table.schema}.{table.name} does not exist: {table.info['without']}",),
            absent=(table.name,),
        )
    errors: list[str] = []
    warnings, doubts, absent, notes = [], [], [], []
    added = {name: column for name, column in found.items() if name not in table.columns}
    missing = [column.name for column in table.columns if column.name not in found]
    for column in table.columns:
        wanted = postgres_type(column.type)
        if column.name in missing:
            likely = _renamed(column, added, alone=len(missing) == 1)
            lack = f"column {column.name} ({wanted}) is missing"
            if is_optional(column):
                absent.append(column.name)
                warnings += [f"{lack}{likely}"] if likely else []
            else:
                errors.append(f"{lack}{likely}")
            continue
        there = found[column.name]
        match _fit(column, there.type):
            case "other":
                remedy = f": set {_TEXT_KEYS}" if _is_text_key(column, there.type) else ""
                errors.append(f"column {column.name} is {there.type}, expected {wanted}{remedy}")
            case "wider":
                doubts.append(_doubt(table, column, there.type))
                warnings.append(
                    f"column {column.name} is {there.type}, wider than the contract's {wanted}: it is read as long as "
                    f"every value fits; {doubts[-1].remedy}"
                )
            case "exact" | "narrower":
                pass
        if there.nullable and not is_optional(column):
            warnings.append(
                f"column {column.name} may be null, which the contract rules out: it is read as long as it holds none; "
                f"set it NOT NULL again, or say `null=True` {_where(table, column)}"
            )
    if absent:
        values = (f"{name} as {table.columns[name].info.get('default', 'null')}" for name in absent)
        notes.append(f"columns that are missing are read as their defaults: {', '.join(values)}")
    warnings += [
        f"column {name} ({column.type}) is not in the contract and is not read: to have it, describe it as a column of "
        f"{table.name} in {CONTRACT}"
        for name, column in added.items()
    ]
    return Drift(tuple(errors), tuple(warnings), tuple(doubts), tuple(absent), tuple(notes))


def is_optional(column: Column[Any]) -> bool:
    """Return whether a source may lack a column, because it may be null or has a default."""
    return bool(column.nullable) or "default" in column.info


def _fit(column: Column[Any], found: str) -> Fit:
    """Return how the type of a column found relates to the contract's: among keys, a whole number is a text too."""
    wanted = postgres_type(column.type)
    if wanted == "text" and isinstance(column.type, Key) and (found in _NEEDS or re.fullmatch(_WHOLE, found)):
        return "narrower"
    return fit(wanted, found)


def _is_text_key(column: Column[Any], found: str) -> bool:
    return isinstance(column.type, Key) and fit("text", found) in {"exact", "narrower"}


def fit(wanted: str, found: str) -> Fit:
    """Return how the type of a column found relates to the contract's; both as `format_type` prints them."""
    if wanted == found:
        return "exact"
    if wanted == "text":
        return "narrower" if re.match(r"character( varying)?\b|enum |uuid$|citext$", found) else "other"
    if wanted == "timestamp with time zone":
        return "narrower" if re.fullmatch(r"timestamp\(\d\) with time zone", found) else "other"
    room, need = _digits(wanted, _HOLDS), _digits(found, _NEEDS)
    if room is None or need is None:
        return "wider" if room is not None and found == "numeric" else "other"
    if wanted in _NEEDS and found in _NEEDS:
        return "narrower" if _NEEDS[found] < _NEEDS[wanted] else "wider"
    return "narrower" if need[0] <= room[0] and need[1] <= room[1] else "wider"


def _digits(type_: str, integers: Mapping[str, int]) -> tuple[int, int] | None:
    """Return the digits of an exact number before and after the point; None of another type, or without a limit."""
    if type_ in integers:
        return integers[type_], 0
    if exact := re.fullmatch(r"numeric\((\d+),(-?\d+)\)", type_):
        precision, scale = int(exact[1]), int(exact[2])
        return precision - scale, scale
    return None


def _renamed(column: Column[Any], added: Mapping[str, Found], *, alone: bool) -> str:
    """Say which column that is new may be the missing one under a new name; nothing if none looks like it."""
    likely = {
        _likeness(column.name, name): name
        for name, there in added.items()
        if _fit(column, there.type) in {"exact", "narrower"}
    }
    if not likely or not (max(likely) >= _ALIKE or (alone and len(added) == 1)):
        return ""
    name = likely[max(likely)]
    return f" and {name} is new: if it was renamed, give a view with `{name} AS {column.name}`, or rename it back"


def _likeness(one: str, other: str) -> float:
    """Return how much two names have in common, as words in any order or as letters in theirs: from 0 to 1."""
    words, others = set(one.split("_")), set(other.split("_"))
    return max(len(words & others) / len(words | others), SequenceMatcher(None, one, other).ratio())


def _doubt(table: Table, column: Column[Any], found: str) -> Doubt:
    wanted = postgres_type(column.type)
    whole, scale = _digits(wanted, _HOLDS) or (0, 0)
    high = Decimal(_LARGEST[wanted]) if wanted in _LARGEST else (Decimal(10) ** (whole + scale) - 1).scaleb(-scale)
    low = -high - 1 if wanted in _LARGEST else -high
    remedy = f"cast it to {wanted} in the view, or set the type {_in_contract(found)} {_where(table, column)}"
    return Doubt(column.name, low, high, scale, f"set {_TEXT_KEYS}" if isinstance(column.type, Key) else remedy)


def _in_contract(found: str) -> str:
    if exact := re.fullmatch(r"numeric\((\d+),(-?\d+)\)", found):
        return f"`Numeric({exact[1]}, {exact[2]})`"
    return {"integer": "`Integer()`", "bigint": "`BigInteger()`"}.get(found, "`Numeric(<precision>, <scale>)`")


def _where(table: Table, column: Column[Any]) -> str:
    return f'in the line "{column.name}" of {table.name} in {CONTRACT}'
