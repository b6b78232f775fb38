"""Links from an asset in the UI to the function that materializes it."""

import inspect
from collections.abc import Iterable
from typing import Final

from dagster import AssetsDefinition, AssetSpec, CodeReferencesMetadataValue, LocalFileCodeReference

CODE_REFERENCES: Final = "dagster/code_references"


def with_code_references(assets: Iterable[AssetsDefinition | AssetSpec]) -> list[AssetsDefinition | AssetSpec]:
    """Add to each asset where its function is written; an external asset has none.

    Dagster's `with_source_code_references` would name the file of the decorator `@retried`.
    """
    return [_linked(asset) if isinstance(asset, AssetsDefinition) else asset for asset in assets]


def _linked(asset: AssetsDefinition) -> AssetsDefinition:
    function = inspect.unwrap(asset.op.compute_fn.decorated_fn)  # type: ignore[union-attr]
    reference = LocalFileCodeReference(
        file_path=inspect.getfile(function), line_number=inspect.getsourcelines(function)[1]
    )
    link = CodeReferencesMetadataValue(code_references=[reference])
    return asset.map_asset_specs(lambda spec: spec.merge_attributes(metadata={CODE_REFERENCES: link}))
