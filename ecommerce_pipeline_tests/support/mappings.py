"""Mappings of a test's own database: folders of queries, as SHOP_MAPPING names them."""

from collections.abc import Mapping
from pathlib import Path


def folder_of(folder: Path, queries: Mapping[str, str]) -> str:
    """Write the query of each contract table to a folder for mappings, and return the mapping's name."""
    views = folder / "mapping" / "views"
    views.mkdir(parents=True, exist_ok=True)
    for table, query in queries.items():
        (views / f"{table}.sql").write_text(query, encoding="utf-8")
    return str(views.parent)
