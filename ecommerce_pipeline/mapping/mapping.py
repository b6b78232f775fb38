"""The mapping of a database: the pack that was named, or the one by which the database is recognised."""

from collections.abc import Mapping

from psycopg import Connection

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.mapping.catalog import Catalog, read_catalog
from ecommerce_pipeline.mapping.packs import pack_named, packs
from ecommerce_pipeline.mapping.recognition import Match, lacking, matches
from ecommerce_pipeline.mapping.selects import selects


def mapping_of(connection: Connection, name: str) -> Mapping[str, str]:
    """Return the SELECT statement of each contract table that a pack or folder has: the setting SHOP_MAPPING.

    Raises:
        PlatformError: There is no such pack or folder, or it does not fit the database.
    """
    catalog = read_catalog(connection)
    match = match_of(catalog, name)
    # In brackets, a comment at the end must not reach the closing one.
    return {table: f"{text}\n" for table, text in selects(match.pack, match.schema, catalog).statements.items()}


def match_of(catalog: Catalog, name: str | None) -> Match:
    """Return the pack that is named, or the one that fits best.

    Raises:
        PlatformError: The pack that is named does not fit, or none does.
    """
    if name:
        return _named(catalog, name)
    known = packs()
    if found := matches(known, catalog):
        return found[0]
    titles = ", ".join(pack.title for pack in known)
    raise PlatformError(
        f"the database is of no application that there is a pack for ({titles}): "
        "`ecommerce-pipeline map --propose FOLDER` writes views to begin with, `--pack` chooses a pack or a folder "
        "(docs/own_shop.md)"
    )


def _named(catalog: Catalog, name: str) -> Match:
    pack = pack_named(name)
    if not pack.recognised_by:
        return Match(pack, pack.schema, "")
    if found := matches([pack], catalog):
        return next((match for match in found if match.schema == pack.schema), found[0])
    schemas = {schema for schema, table in catalog if table in pack.recognised_by} or {pack.schema}
    closest = min(sorted(schemas), key=lambda schema: len(lacking(pack.recognised_by, schema, catalog)))
    missing = lacking(pack.recognised_by, closest, catalog)
    raise PlatformError(
        f"pack {name} does not fit the database: schema {closest} lacks {', '.join(missing)}. Choose another pack, or "
        f"copy {pack.folder} and change its views"
    )
