"""A real browser for the tests: headless Chromium with one page."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from ecommerce_pipeline_tests.support.chromium import NODE, chromium


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Run the browser, under root without its sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    program = chromium()
    # The Node that Playwright brings needs a library, libatomic, that a minimal Debian does not have.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE / "bin" / "node")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program.path, args=arguments, env={**os.environ, **program.environment}
        )
        yield browser
        browser.close()


@dataclass
class OpenPage:
    """A page in the browser, with its requests and console output.

    Attributes:
        page: The page.
        requests: The addresses it requested.
        console_output: Console messages and script errors.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    console_output: list[str] = field(default_factory=list)

    def choose(
        self, period: str | None = None, channel: str | list[str] | None = None, **filters: str | list[str]
    ) -> None:
        """Select like a reader, and wait until the page shows the selection.

        Args:
            period: A fixed period.
            channel: One channel, several, or `all`.
            filters: The members of other filters, by name.
        """
        if period is not None:
            self.page.select_option("#period", period)
        for name, members in (filters if channel is None else {"channel": channel, **filters}).items():
            wanted = [] if members == "all" else [members] if isinstance(members, str) else members
            self.page.evaluate(_TICK, [name, wanted])
        self.settle()

    def settle(self) -> None:
        """Wait until everything is drawn."""
        self.page.wait_for_function("document.documentElement.dataset.ready === 'true'", timeout=15_000)

    def figures(self) -> dict[str, float]:
        """Return the exact key figures that have a value, by name."""
        found: dict[str, float] = self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.figure[data-value]')]"
            ".map((tile) => [tile.dataset.figure, Number(tile.dataset.value)]))"
        )
        return found

    def table(self, chart: str) -> list[dict[str, Any]]:
        """Return the table of a chart as rows by column: numbers where there are any, otherwise text."""
        return list(self.page.evaluate(_READ_TABLE, chart))

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all elements."""
        return [text.strip() for text in self.page.locator(selector).all_text_contents()]

    def findings(self) -> list[str]:
        """Return the serious and critical problems that axe finds, with their elements."""
        self.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {json.dumps([node['target'] for node in violation['nodes']])}"
            for violation in found["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]


@contextmanager
def open_page(browser: Browser, address: str, **options: Any) -> Iterator[OpenPage]:
    """Open an address, offline unless the options say otherwise."""
    context = browser.new_context(**{"offline": True, "viewport": {"width": 1440, "height": 900}, **options})
    visit = OpenPage(context.new_page())
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("console", lambda message: visit.console_output.append(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.console_output.append(f"error: {error}"))
    visit.page.goto(address)
    visit.settle()
    yield visit
    context.close()


def address_of(path: Path) -> str:
    """Return the address of a file."""
    return path.resolve().as_uri()


_TICK = """([name, members]) => {
    for (const box of document.querySelectorAll(`.pick[data-filter=${name}] input`)) {
        if (box.checked !== members.includes(box.value)) box.click();
    }
}"""

_READ_TABLE = """(name) => {
    const figure = document.getElementById(name);
    const details = figure.querySelector("details");
    if (details && !details.open) { details.open = true; details.ontoggle && details.ontoggle(); }
    const head = [...figure.querySelectorAll("thead th")].map((cell) => cell.textContent);
    return [...figure.querySelectorAll("tbody tr")].map((row) => Object.fromEntries([...row.cells].map((cell, index) =>
        [head[index], "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent])));
}"""
