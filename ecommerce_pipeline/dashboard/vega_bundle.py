"""Vega, Vega-Lite and Vega-Embed as one script, from the wheel of vl-convert."""

from importlib.metadata import version
from pathlib import Path

from ecommerce_pipeline.dashboard.kept import kept


def vega_script(folder: Path) -> str:
    """Return the script that defines `vegaEmbed`; it is bundled once per folder, which takes a second."""
    return kept(folder / f"vega-{version('vl-convert-python')}.js", _bundled)


def _bundled() -> str:
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
