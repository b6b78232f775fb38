"""The settings that make rows, stamped beside the rows and compared with them, so that two shops are never mixed.

The source database of a synthetic shop has a stamp, and so has every lake. Data without one is older than stamps,
and gets it with the next write. Whether persons may be known is stamped in the lake only: the source always has them.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from typing import Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.lake import stamp as in_lake
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres import stamp as in_postgres
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.secrets import PERSON_KEY
from ecommerce_pipeline.synthetic import ShopSettings
from ecommerce_pipeline.targets import person_key, postgres, target_of

_OF_ANY_SHOP: Final = ("source", "time_zone", "key_type", "reporting_currency", "guests_by_email", "sold_by")
_PERSONAL_DATA: Final = "PERSONAL_DATA"


def shop_settings(settings: Settings) -> ShopSettings:
    """Return the settings of the synthetic shop: those of the same names."""
    return ShopSettings(**{field.name: getattr(settings, field.name) for field in fields(ShopSettings)})


def stamp_of(settings: Settings) -> dict[str, str]:
    """Return the settings that make rows, by the names of their variables."""
    names = [field.name for field in fields(ShopSettings)] if settings.source == "synthetic" else []
    return {name.upper(): str(getattr(settings, name)) for name in dict.fromkeys([*_OF_ANY_SHOP, *names])}


def stamp_of_lake(settings: Settings) -> dict[str, str]:
    """Return the settings that make the rows of the lake, by the names of their variables."""
    secret = person_key(settings)
    fingerprint = sha256(secret.encode()).hexdigest()[:8] if secret else ""
    return stamp_of(settings) | {_PERSONAL_DATA: settings.personal_data, PERSON_KEY: fingerprint}


def stamp_source(settings: Settings, database: PostgresResource) -> None:
    """Stamp the source database, whose tables exist.

    Raises:
        PlatformError: Its rows were made with other settings.
    """
    wanted = stamp_of(settings)
    with database.connect() as connection:
        in_postgres.write_stamp(connection, wanted)
        found = in_postgres.read_stamp(connection)
    _compare(found, wanted, _database(database), _remedy_in_source(settings))


def stamp_lake(settings: Settings, store: ObjectStore) -> None:
    """Stamp the lake.

    Raises:
        PlatformError: Its rows were made with other settings.
    """
    wanted = stamp_of_lake(settings)
    found = in_lake.read_stamp(store)
    _compare_with_lake(settings, store, found)
    if not found.keys() >= wanted.keys():
        in_lake.write_stamp(store, wanted)


def check_stamps(settings: Settings, *, source: bool = True) -> None:
    """Compare the settings with the stamps of the source database and the lake, of those that can be read.

    Args:
        settings: The platform's settings.
        source: Whether to compare with the source database too.

    Raises:
        PlatformError: The rows there were made with other settings.
    """
    if source and settings.source == "synthetic":
        for found, where in _source_stamp(postgres(settings)):
            _compare(found, stamp_of(settings), where, _remedy_in_source(settings))
    store = target_of(settings).lake
    found = {}
    with suppress(PlatformError):
        found = in_lake.read_stamp(store)
    _compare_with_lake(settings, store, found)


def _compare_with_lake(settings: Settings, store: ObjectStore, found: Mapping[str, str]) -> None:
    # A stamp without it is older than the setting: personal values were kept.
    if found:
        _compare({_PERSONAL_DATA: "keep", **found}, stamp_of_lake(settings), _lake(store), _remedy_in_lake(settings))


def _source_stamp(database: PostgresResource) -> list[tuple[dict[str, str], str]]:
    """Return the source database's stamp, and where that is; nothing if it cannot be read."""
    try:
        with database.connect() as connection:
            return [(in_postgres.read_stamp(connection), _database(database))]
    except PlatformError:
        return []


def _compare(found: Mapping[str, str], wanted: Mapping[str, str], where: str, remedy: str) -> None:
    different = [name for name, value in wanted.items() if found.get(name, value) != value]
    if not different:
        return
    old = ", ".join(f"{name}={found[name]}" for name in different)
    new = ", ".join(f"{name}={wanted[name]}" for name in different)
    raise PlatformError(
        f"the rows in {where} were made with {old}, and now {new} is set. Rows of both must not be mixed: set {old} "
        f"again, or {remedy}"
    )


def _database(database: PostgresResource) -> str:
    return f"the source database ({database.address()})"


def _lake(store: ObjectStore) -> str:
    return f"the lake ({store.uri('')})"


def _remedy_in_source(settings: Settings) -> str:
    if settings.postgres_host:
        return "set POSTGRES_DB to another database, and DATA_DIR to another folder"
    return _AFRESH


def _remedy_in_lake(settings: Settings) -> str:
    if target_of(settings).warehouse_file is None:
        return "set GCS_PREFIX and BIGQUERY_DATASET to others"
    return _AFRESH


_AFRESH = "set DATA_DIR to another folder, or delete all data with `ecommerce-pipeline reset`"
