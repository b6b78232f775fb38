"""What is checked before the first step of a run, so that a run which cannot end well changes nothing.

The steps check again when they write: other runs may have written since.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from dagster import AssetKey

from ecommerce_pipeline.assets import lake, source
from ecommerce_pipeline.assets.stamps import check_stamps
from ecommerce_pipeline.settings import Settings


def preflight(settings: Settings) -> Callable[[AbstractSet[AssetKey]], None]:
    """Return the check of a run that materializes the given assets; it raises a PlatformError that says what to do."""

    def check(assets: AbstractSet[AssetKey]) -> None:
        layers = {key.path[0] for key in assets}
        check_stamps(settings, source=bool(layers & {source.LAYER, lake.LAYER}))

    return check
