"""The tests' browser: the pinned one runs, and errors name the remedy where there is none."""

import platform
import sys
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.support.browser import launch_browser
from ecommerce_pipeline_tests.support.chromium import NoBrowserError, chromium, pinned


def test_the_pinned_browser_needs_nothing_of_the_machine() -> None:
    """Its path and libraries are in the Python environment; it is found and runs with an empty PATH."""
    found = chromium({"PATH": ""})
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        assert Path(sys.prefix) in found.path.parents
        assert Path(sys.prefix) in Path(found.environment["LD_LIBRARY_PATH"]).parents
    with launch_browser() as browser:
        page = browser.new_page()
        page.set_content("<p>Shop</p>")
        assert page.inner_text("p") == "Shop"


def test_a_browser_that_does_not_exist_is_named() -> None:
    with pytest.raises(NoBrowserError, match="CHROMIUM=/nowhere/chrome: there is no such program; unset it, or set"):
        chromium({"CHROMIUM": "/nowhere/chrome"})


def test_without_a_registry_the_error_has_npm_s_cause_and_the_remedy(tmp_path: Path) -> None:
    unreachable = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    with pytest.raises(NoBrowserError) as caught:
        pinned({**unreachable, "npm_config_cache": str(tmp_path / "cache")}, kept=tmp_path)
    message = str(caught.value)
    assert "Chromium for the tests cannot be fetched by npm" in message
    assert "ECONNREFUSED" in message
    assert "set CHROMIUM to the path of an installed Chromium or Chrome" in message
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
