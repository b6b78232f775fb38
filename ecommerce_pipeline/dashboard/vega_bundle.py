"""Vega, Vega-Lite and Vega-Embed as one script, out of vl-convert's wheel."""

import os
from importlib.metadata import version
from pathlib import Path

import vl_convert


def vega_script(folder: Path) -> str:
    """Return the script, which gives the page `vegaEmbed`; it is bundled once for a folder, which takes a second."""
    kept = folder / f"vega-{version('vl-convert-python')}.js"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{os.getpid()}")
        aside.write_text(str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")))
        aside.replace(kept)
    return kept.read_text()
