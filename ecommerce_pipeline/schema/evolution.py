"""How the columns of a table that is there differ from their new definition, and which differences lose nothing.

Pure: catalogs are read and tables are altered elsewhere. Types have PostgreSQL's names on every warehouse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecommerce_pipeline.schema.drift import Found, fit

_INTEGERS = {"smallint", "integer", "bigint"}


@dataclass(frozen=True)
class Evolution:
    """What makes a table fit its new definition; false if it fits.

    Attributes:
        added: New columns with their types; rows that are there get null.
        widened: Columns with their type and the wider one that they get.
        relaxed: Columns that may be null from now on.
        lossy: What cannot be done without loss, a clause each that names the column and both types.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    widened: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    relaxed: tuple[str, ...] = ()
    lossy: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.widened or self.relaxed or self.lossy)

    def __str__(self) -> str:
        return "; ".join(
            [
                *(f"column {name} ({type_}) is new" for name, type_ in self.added.items()),
                *(f"column {name} ({old}) becomes {new}" for name, (old, new) in self.widened.items()),
                *(f"column {name} may be null" for name in self.relaxed),
                *self.lossy,
            ]
        )


def evolution(found: Mapping[str, Found], wanted: Mapping[str, Found]) -> Evolution:
    """Compare the columns of a table with their definition.

    Args:
        found: The columns of the table, by name.
        wanted: The columns as they are defined. One that must not be null may be so in the table: rows that were there
            when it was added have no value.
    """
    added = {name: column.type for name, column in wanted.items() if name not in found}
    widened, relaxed, lossy = {}, [], []
    for name, column in found.items():
        if name not in wanted:
            likely = [new for new, type_ in added.items() if fit(type_, column.type) in {"exact", "narrower"}]
            renamed = f" (renamed to {' or '.join(likely)}?)" if likely else ""
            lossy.append(f"column {name} ({column.type}) is no longer defined{renamed}")
            continue
        new = wanted[name]
        if _widens(new.type, column.type):
            widened[name] = (column.type, new.type)
        elif not _holds(column.type, new.type):
            lossy.append(f"column {name} is {column.type}, and {new.type} is defined")
        if new.nullable and not column.nullable:
            relaxed.append(name)
    return Evolution(added, widened, tuple(relaxed), tuple(lossy))


def alter_table(name: str, change: Evolution, set_type: str = "TYPE") -> list[str]:
    """Return the statements of a change without loss, as PostgreSQL and DuckDB have them.

    Args:
        name: The table's name in quotation marks.
        change: What to change; nothing of it is lossy.
        set_type: The words between a column and its new type.

    >>> alter_table("core.orders", Evolution(widened={"units": ("integer", "bigint")}))
    ['ALTER TABLE core.orders ALTER COLUMN units TYPE bigint']
    """
    return [
        *(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {column} {type_}" for column, type_ in change.added.items()),
        *(f"ALTER TABLE {name} ALTER COLUMN {column} {set_type} {new}" for column, (_, new) in change.widened.items()),
        *(f"ALTER TABLE {name} ALTER COLUMN {column} DROP NOT NULL" for column in change.relaxed),
    ]


def _holds(found: str, wanted: str) -> bool:
    """Return whether a column is as defined: of the same type, or a number without limits."""
    return found == wanted or (found == "numeric" and wanted.startswith("numeric("))


def _widens(wanted: str, found: str) -> bool:
    """Return whether all values of a type fit another one, as far as types tell: a large integer may have more digits.

    >>> _widens("bigint", "integer"), _widens("numeric(14,2)", "bigint"), _widens("numeric(14,2)", "numeric(14,4)")
    (True, True, False)
    """
    return fit(wanted, found) == "narrower" or (found in _INTEGERS and wanted.startswith("numeric("))
