"""What a chart and a section of the page are. How a chart is drawn is Vega-Lite, described with Altair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Scope = Literal["period and channel", "period"]

Shape = Literal["bar", "line", "dashes", "band", "tick"]


@dataclass(frozen=True)
class Key:
    """A line of a chart's legend, which is text of the page, not of the drawing."""

    label: str
    colour: str
    shape: Shape = "bar"


@dataclass(frozen=True)
class Chart:
    """A chart of the page.

    Attributes:
        name: Its id; a file in `static/rows/` computes its rows under this name.
        title: What it shows.
        unit: What its numbers are; `{money}` stands for the currency.
        reads: The datasets it is computed from.
        draw: Gives its Vega-Lite description, with rows named `rows`; None for a chart that is a table.
        scope: Which filters act on it.
        keys: Its legend.
        note: How to read it, where the title does not say.
        wide: Whether it takes a whole line.
        open: Whether its numbers are shown at once.
    """

    name: str
    title: str
    unit: str
    reads: tuple[str, ...]
    draw: Callable[[], Any] | None
    scope: Scope = "period and channel"
    keys: tuple[Key, ...] = ()
    note: str = ""
    wide: bool = False
    open: bool = False


@dataclass(frozen=True)
class Section:
    """A subject.

    Attributes:
        name: Its id.
        title: Its heading.
        question: What it answers.
        charts: In the order of reading.
    """

    name: str
    title: str
    question: str
    charts: tuple[Chart, ...]
