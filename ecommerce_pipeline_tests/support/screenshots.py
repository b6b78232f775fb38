"""Screenshots of the dashboard, 30 days at scale 1: `python -m ecommerce_pipeline_tests.support.screenshots [folder]`.

Without a folder it writes the images of README.md to docs/images; with one, the full page in every mode, and a PDF.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from ecommerce_pipeline.dashboard.datasets import read_datasets
from ecommerce_pipeline.dashboard.definitions import read_definitions
from ecommerce_pipeline.dashboard.render import render
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import dbt_workspace, target_of
from ecommerce_pipeline_tests.support.browser import address_of, launch_browser, open_page
from ecommerce_pipeline_tests.support.marts import build_marts

IMAGES: Final = PROJECT_ROOT / "docs" / "images"
DAYS: Final = Days.of_keys("2026-03-02", "2026-03-31")
SHOWN: Final = {"width": 1280, "height": 960}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "dashboard": {"viewport": SHOWN},
    "dashboard-dark": {"viewport": SHOWN, "color_scheme": "dark"},
    "dashboard-phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


def page_of_a_month(folder: Path) -> Path:
    """Build the marts of 30 days in a folder and return their page."""
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    build_marts(settings, DAYS)
    page = folder / "report.html"
    definitions = read_definitions(dbt_workspace(settings).project().manifest_path)
    datasets = read_datasets(target_of(settings).warehouse, settings.reporting_currency)
    page.write_bytes(render(settings.dashboard_title, datasets, definitions, settings.dashboard_dir))
    return page


def write_images(browser: Browser, page: Path) -> None:
    """Write the images of README.md: the top of the page, and its channels in dark mode."""
    with open_page(browser, address_of(page), **LOOKS["dashboard"]) as visit:
        visit.page.screenshot(path=IMAGES / "dashboard.png")
    with open_page(browser, address_of(page), **LOOKS["dashboard-dark"]) as visit:
        visit.page.evaluate("document.getElementById('channels').scrollIntoView()")
        visit.page.screenshot(path=IMAGES / "dashboard-dark.png")


def full_page(browser: Browser, page: Path, folder: Path) -> None:
    """Write the full page in every mode, and as PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in LOOKS.items():
        with open_page(browser, address_of(page), **options) as visit:
            visit.page.screenshot(path=folder / f"{name}.png", full_page=True)
    with open_page(browser, address_of(page)) as visit:
        (folder / "dashboard.pdf").write_bytes(visit.page.pdf(format="A4"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept, launch_browser() as running:
        made = page_of_a_month(Path(kept))
        full_page(running, made, Path(sys.argv[1])) if sys.argv[1:] else write_images(running, made)
