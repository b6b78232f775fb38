from pathlib import Path

import pytest
from dagster import AssetKey

from ecommerce_pipeline.assets.column_lineage import LINEAGE, column_lineage

SQL = """
with sales as (
    select product_id, quantity * unit_price as amount, coalesce(channel, 'web') as channel
    from "w"."staging"."items"
),
named as (
    select sales.*, products.product_name
    from sales left join "w"."core"."products" as products using (product_id)
)
select product_name, sum(amount) as net_amount, count(*) as lines, '2026-03-01' as day from named group by product_name
"""


def relation(schema: str, name: str, *columns: str) -> dict[str, object]:
    return {
        "database": "w",
        "schema": schema,
        "name": name,
        "columns": {column: {"data_type": "money"} for column in columns},
        "package_name": "shop",
        "original_file_path": f"models/{name}.sql",
    }


@pytest.mark.parametrize(("warehouse", "quote"), [("duckdb", '"'), ("bigquery", "`")])
def test_a_column_is_followed_through_ctes_and_joins_to_the_columns_it_comes_from(
    tmp_path: Path, warehouse: str, quote: str
) -> None:
    manifest = {
        "metadata": {"adapter_type": warehouse},
        "nodes": {
            "model.mart": relation("datamart", "mart", "product_name", "net_amount", "lines", "day"),
            "model.products": relation("core", "products", "product_id", "product_name"),
        },
        "sources": {"source.items": relation("staging", "items", "product_id", "quantity", "unit_price", "channel")},
        "parent_map": {"model.mart": ["model.products", "source.items"]},
    }
    assert column_lineage(manifest, "model.mart", tmp_path) == {}
    compiled = tmp_path / "compiled" / "shop" / "models" / "mart.sql"
    compiled.parent.mkdir(parents=True)
    compiled.write_text(SQL.replace('"', quote))
    found = column_lineage(manifest, "model.mart", tmp_path)[LINEAGE].deps_by_column
    assert {column: [(dep.asset_key, dep.column_name) for dep in deps] for column, deps in found.items()} == {
        "product_name": [(AssetKey(["core", "products"]), "product_name")],
        "net_amount": [(AssetKey(["staging", "items"]), "quantity"), (AssetKey(["staging", "items"]), "unit_price")],
        "lines": [],
        "day": [],
    }
