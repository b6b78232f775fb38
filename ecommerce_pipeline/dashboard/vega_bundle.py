"""Vega, Vega-Lite and Vega-Embed as one script, from the wheel of vl-convert."""

import os
from importlib.metadata import version
from pathlib import Path

import vl_convert


def vega_script(folder: Path) -> str:
    """Return the script that defines `vegaEmbed`; it is bundled once per folder, which takes a second."""
    kept = folder / f"vega-{version('vl-convert-python')}.js"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(f".{os.getpid()}")
        temporary.write_text(str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")), "utf-8")
        temporary.replace(kept)
    return kept.read_text("utf-8")
