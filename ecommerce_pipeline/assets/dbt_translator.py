"""How dbt models appear as Dagster assets: key, group, owners, partitions and freshness."""

from collections.abc import Mapping, Sequence
from typing import Any

from dagster import AssetSpec, DailyPartitionsDefinition, apply_freshness_policy
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from ecommerce_pipeline.assets.common import FRESH, OWNER, daily
from ecommerce_pipeline.settings import Settings


class Translator(DagsterDbtTranslator):
    """Makes a dbt model the asset [schema, name] in the group of its schema; the tag `daily` gives it partitions."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_code_references=True))
        self._daily = daily(settings)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer: the schema of the model, without the target's own name for it."""
        return self.get_asset_key(dbt_resource_props).path[0]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the model's owners, or the platform's team."""
        return super().get_owners(dbt_resource_props) or [OWNER]

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> AssetSpec:
        """Return the model's specification; a partitioned model has a freshness policy."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return apply_freshness_policy(spec, FRESH) if spec.partitions_def else spec

    def get_partitions_def(self, dbt_resource_props: Mapping[str, Any]) -> DailyPartitionsDefinition | None:
        """Return the calendar for models that are built by day, None for those that are rebuilt whole."""
        return self._daily if "daily" in dbt_resource_props.get("tags", []) else None
