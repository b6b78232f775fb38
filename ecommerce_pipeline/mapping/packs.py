"""Packs: folders with the mapping of an application's tables, `shops/<application>/`, or a user's own folder.

A pack has a SELECT per contract table in `views/`, queries of totals in `checks/`, and `pack.toml`, which a folder for
one database only does not need. A folder with `base = "saleor"` there has what that pack has, but for its own files.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.schema.keys import KeyType
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings.places import PROJECT_ROOT

SHOPS: Final = PROJECT_ROOT / "shops"
TEMPLATE: Final = "template"

Names = Mapping[str, Sequence[str]]
"""Tables and some of their columns."""


@dataclass(frozen=True)
class Version:
    """A range of the application's versions, and the tables and columns that older ones lack."""

    name: str
    columns: Names = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """The mapping of an application.

    Attributes:
        name: The folder's name.
        title: The application.
        folder: Where it is.
        schema: The schema that the SQL names; empty if the SQL is for one database only.
        key_type: What KEY_TYPE must be; None where the folder does not say.
        recognised_by: The tables and columns that a database of the application has.
        versions: Newest first; of the first whose columns are all there, a database is.
        optional: Types of columns that not every version has, by table: without them, the SQL reads nulls, and of a
            table that is not there no rows.
        views: SELECT statements by contract table.
        checks: Queries of totals by name, see `checks`.
    """

    name: str
    title: str
    folder: Path
    schema: str
    key_type: KeyType | None
    recognised_by: Names
    versions: tuple[Version, ...]
    optional: Mapping[str, Mapping[str, str]]
    views: Mapping[str, str]
    checks: Mapping[str, str]


def packs() -> list[Pack]:
    """Return the packs of this repository by which a database can be recognised."""
    folders = (path for path in sorted(SHOPS.iterdir()) if (path / "pack.toml").exists())
    return [pack for pack in map(load, folders) if pack.recognised_by]


def pack_named(name: str) -> Pack:
    """Return a pack of this repository, or that of a folder.

    Raises:
        PlatformError: There is no such pack or folder, or it is no mapping.
    """
    own = SHOPS / name
    if "/" not in name and own.is_dir():
        return load(own)
    if (folder := Path(name).expanduser()).is_dir():
        return load(folder.resolve())
    raise PlatformError(f"mapping {name}: there is no such folder, and no such pack; the packs are {_names()}")


def load(folder: Path) -> Pack:
    """Return the pack of a folder.

    Raises:
        PlatformError: A file of it is wrong.
    """
    about = _about(folder / "pack.toml")
    base = _base(folder, about["base"]) if "base" in about else None
    views = _statements(folder / "views")
    if unknown := sorted(set(views) - set(TABLES)):
        raise PlatformError(
            f"{folder / 'views' / unknown[0]}.sql: the contract has no such table; its tables are {', '.join(TABLES)}"
        )
    checks = _statements(folder / "checks")
    if base:
        views, checks = {**base.views, **views}, {**base.checks, **checks}
    if not views:
        raise PlatformError(f"{folder} has no mapping: put SELECT statements into {folder / 'views'}/<table>.sql")
    versions = tuple(Version(version["name"], version.get("columns", {})) for version in about.get("versions", []))
    return Pack(
        name=folder.name,
        title=about.get("title", base.title if base else folder.name),
        folder=folder,
        schema=about.get("schema", base.schema if base else ""),
        key_type=about.get("key_type", base.key_type if base else None),
        recognised_by=about.get("recognised_by", base.recognised_by if base else {}),
        versions=versions or (base.versions if base else ()),
        optional={**(base.optional if base else {}), **about.get("optional", {})},
        views={name: views[name] for name in TABLES if name in views},
        checks=checks,
    )


def _base(folder: Path, name: str) -> Pack:
    """Return the pack of this repository that a folder adds to."""
    if (base := SHOPS / name).is_dir() and base != folder:
        return load(base)
    raise PlatformError(f'{folder / "pack.toml"}: base = "{name}" is no pack; the packs are {_names()}')


def _names() -> str:
    return ", ".join(path.name for path in sorted(SHOPS.iterdir()) if path.is_dir())


def _about(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise PlatformError(f"{path}: {error}") from None


def _statements(folder: Path) -> dict[str, str]:
    """Return the statements of a folder by their files' names."""
    files = sorted(folder.glob("*.sql"))
    return {path.stem: path.read_text(encoding="utf-8").strip().rstrip(";") for path in files}
