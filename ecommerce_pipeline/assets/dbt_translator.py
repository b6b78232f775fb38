"""How dbt models and their tests appear in Dagster: key, group, owners, descriptions, partitions and freshness."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from dagster import AssetCheckSpec, AssetSpec, DailyPartitionsDefinition, apply_freshness_policy

from ecommerce_pipeline.assets.common import FRESH, OWNER, daily
from ecommerce_pipeline.resources.dbt.library import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject
from ecommerce_pipeline.settings import Settings


class Translator(DagsterDbtTranslator):
    """Makes a dbt model the asset [schema, name] in the group of its schema; the tag `daily` gives it partitions."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_code_references=True))
        self._daily = daily(settings)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer: the schema of the model, without the target's own name for it."""
        return self.get_asset_key(dbt_resource_props).path[0]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's description, without its SQL: the asset links to the file."""
        return str(dbt_resource_props["description"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the model's owners, or the platform's team."""
        return super().get_owners(dbt_resource_props) or [OWNER]

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> AssetSpec:
        """Return the model's specification; a model that is built by day has a freshness policy."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return apply_freshness_policy(spec, FRESH) if "daily" in spec.tags else spec

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        """Return a test's check with a description."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=test_description(manifest["nodes"][unique_id]))

    def get_partitions_def(self, dbt_resource_props: Mapping[str, Any]) -> DailyPartitionsDefinition:  # noqa: ARG002 - the signature overridden
        """Return the calendar, also for models that are rebuilt whole."""
        return self._daily


def test_description(test: Mapping[str, Any]) -> str:
    """Return what a dbt test demands: a generic one's arguments in a sentence, a singular one's leading comment."""
    if test["description"]:
        return str(test["description"])
    generic = test.get("test_metadata")
    if generic is None:
        comment = takewhile(lambda line: line.startswith("--"), test["raw_code"].splitlines())
        return " ".join(line.removeprefix("--").strip() for line in comment)
    arguments = generic["kwargs"]
    match generic["name"]:
        case "primary_key":
            key = " and ".join(arguments["columns"])
            required = " or ".join(name for name in arguments["columns"] if name not in arguments.get("nullable", ()))
            return f"No two rows have the same {key}, and no row lacks {required}."
        case "not_null":
            return f"No row lacks {arguments['column_name']}."
        case "accepted_values":
            return f"{arguments['column_name']} is one of {', '.join(map(str, arguments['values']))}."
        case name:
            return f"dbt test {name} of {arguments.get('column_name') or 'the table'}."
