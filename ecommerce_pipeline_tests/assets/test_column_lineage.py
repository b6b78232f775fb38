import sys
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey

from ecommerce_pipeline.assets.column_lineage import LINEAGE, column_lineage

SQL = """
with sales as (
    select product_id, quantity * unit_price as amount, coalesce(channel, 'web') as channel
    from "w"."staging"."items" as items
    where (items.business_date in (date '2026-03-01'))
),
named as (
    select sales.*, products.product_name
    from sales left join "w"."core"."products" as products using (product_id)
)
select product_name, sum(amount) as net_amount, count(*) as lines, '2026-03-01' as day from named group by product_name
"""


ITEMS = ("product_id", "quantity", "unit_price", "channel", "business_date")


def relation(schema: str, name: str, *columns: str) -> dict[str, object]:
    return {
        "database": "w",
        "schema": schema,
        "name": name,
        "columns": {column: {"data_type": "money"} for column in columns},
        "package_name": "shop",
        "original_file_path": f"models/{name}.sql",
    }


def manifest_of(warehouse: str) -> dict[str, Any]:
    return {
        "metadata": {"adapter_type": warehouse},
        "nodes": {
            "model.mart": relation("datamart", "mart", "product_name", "net_amount", "lines", "day"),
            "model.products": relation("core", "products", "product_id", "product_name"),
        },
        "sources": {"source.items": relation("staging", "items", *ITEMS)},
        "parent_map": {"model.mart": ["model.products", "source.items"]},
    }


def lineage_of(folder: Path, sql: str, warehouse: str = "duckdb") -> dict[str, list[tuple[AssetKey, str]]]:
    """Return the lineage of the mart compiled to the SQL, and keep it in the folder."""
    compiled = folder / "compiled" / "shop" / "models" / "mart.sql"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    compiled.write_text(sql)
    found = column_lineage(manifest_of(warehouse), "model.mart", folder, folder / "kept")[LINEAGE].deps_by_column
    return {column: [(dep.asset_key, dep.column_name) for dep in deps] for column, deps in found.items()}


@pytest.mark.parametrize(("warehouse", "quote"), [("duckdb", '"'), ("bigquery", "`")])
def test_a_column_is_followed_through_ctes_and_joins_to_the_columns_it_comes_from(
    tmp_path: Path, warehouse: str, quote: str
) -> None:
    assert column_lineage(manifest_of(warehouse), "model.mart", tmp_path, tmp_path / "kept") == {}
    assert lineage_of(tmp_path, SQL.replace('"', quote), warehouse) == {
        "product_name": [(AssetKey(["core", "products"]), "product_name")],
        "net_amount": [(AssetKey(["staging", "items"]), "quantity"), (AssetKey(["staging", "items"]), "unit_price")],
        "lines": [],
        "day": [],
    }


def test_what_was_found_is_kept_for_other_days_but_not_for_other_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lineage_of(tmp_path, SQL)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "sqlglot", None)  # cannot be imported
        days = "between date '2026-03-02' and date '2026-03-04' or items.business_date in (date '2026-03-06')"
        other_days = SQL.replace("in (date '2026-03-01')", days)
        assert other_days != SQL
        assert lineage_of(tmp_path, other_days.replace("'2026-03-01'", "'2026-03-06 10:00:00+00'")) == found
    other = lineage_of(tmp_path, SQL.replace("quantity * unit_price", "unit_price"))
    assert other["net_amount"] == [(AssetKey(["staging", "items"]), "unit_price")]
    for file in (tmp_path / "kept").iterdir():
        file.write_text("{")
    assert lineage_of(tmp_path, SQL) == found
