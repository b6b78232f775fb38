"""Which application a database is of, by the tables and columns that it has."""

from collections.abc import Iterable
from dataclasses import dataclass

from ecommerce_pipeline.mapping.catalog import Catalog
from ecommerce_pipeline.mapping.packs import Names, Pack


@dataclass(frozen=True)
class Match:
    """A pack that fits a database.

    Attributes:
        pack: The pack.
        schema: Where the application's tables are.
        version: The name of the range of versions that the columns point to; empty if the pack has none.
    """

    pack: Pack
    schema: str
    version: str


def matches(packs: Iterable[Pack], catalog: Catalog) -> list[Match]:
    """Return the packs that fit, those that are recognised by most columns first."""
    schemas = sorted({schema for schema, _ in catalog})
    found = [
        Match(pack, schema, version_in(pack, schema, catalog))
        for pack in packs
        for schema in schemas
        if not lacking(pack.recognised_by, schema, catalog)
    ]
    return sorted(found, key=lambda match: -sum(map(len, match.pack.recognised_by.values())))


def lacking(names: Names, schema: str, catalog: Catalog) -> list[str]:
    """Return the tables, or columns as `table.column`, that a schema does not have."""
    missing: list[str] = []
    for table, columns in names.items():
        relation = catalog.get((schema, table))
        if relation is None:
            missing.append(table)
        else:
            missing += [f"{table}.{column}" for column in columns if column not in relation.types]
    return missing


def version_in(pack: Pack, schema: str, catalog: Catalog) -> str:
    """Return the name of the newest range of versions whose columns are there."""
    fitting = (version.name for version in pack.versions if not lacking(version.columns, schema, catalog))
    return next(fitting, "")
