"""Screenshots of the dashboard: `python -m ecommerce_pipeline_tests.screenshots [page] [folder]`.

Without a page it builds 30 days at scale 1 first. Those named in README.md are kept in docs/images.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from ecommerce_pipeline.dashboard.datasets import read_datasets
from ecommerce_pipeline.dashboard.page import render
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import warehouse
from ecommerce_pipeline_tests.browser import address_of, launched, opened
from ecommerce_pipeline_tests.marts import build_marts

IMAGES: Final = PROJECT_ROOT / "docs" / "images"
DAYS: Final = Window.of_keys("2026-03-02", "2026-03-31")
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "dashboard": {"viewport": {"width": 1280, "height": 1000}},
    "dashboard-dark": {"viewport": {"width": 1280, "height": 1000}, "color_scheme": "dark"},
    "dashboard-phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


def take(browser: Browser, page: Path, folder: Path, *, whole: bool) -> None:
    """Take a screenshot of each look.

    Args:
        browser: Runs.
        page: The file of the page.
        folder: Where the screenshots go.
        whole: The whole page, or what one sees on opening it.
    """
    for name, looks in LOOKS.items():
        with opened(browser, address_of(page), **looks) as visit:
            visit.page.screenshot(path=folder / f"{name}.png", full_page=whole)
    with opened(browser, address_of(page)) as visit:
        (folder / "dashboard.pdf").write_bytes(visit.page.pdf(format="A4"))
