"""The types `Chart` and `Section`. Drawings are Vega-Lite, described with Altair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Scope = Literal["period and filters", "period"]

Shape = Literal["bar", "line", "dashes", "dots", "band", "tick"]


@dataclass(frozen=True)
class Key:
    """An entry of a chart's legend, which is part of the page, not of the drawing."""

    label: str
    colour: str
    shape: Shape = "bar"


@dataclass(frozen=True)
class Chart:
    """A chart of the page.

    Attributes:
        name: Its id; a file in `static/rows/` computes its rows under this name.
        title: Its title.
        unit: The unit of its numbers; `{money}` stands for the currency.
        reads: The datasets it is computed from.
        draw: Returns its Vega-Lite description, with data named `rows`; None for a chart that is a table.
        scope: Whether the filters apply to it, as far as its data have their dimensions.
        keys: Its legend.
        note: How to read it, if the title is not enough.
        wide: Whether it spans the page.
        needs: The tables of the contract without whose rows it says nothing.
        open: Whether its table of numbers is open at first.
        metrics: The metrics whose definitions are behind it.
        columns: The columns of marts and forecasts whose descriptions are, as `table.column`: of what is no metric.
        optional: Whether it is left out where a dataset of its has no rows; others say why they are empty.
    """

    name: str
    title: str
    unit: str
    reads: tuple[str, ...]
    draw: Callable[[], Any] | None
    scope: Scope = "period and filters"
    keys: tuple[Key, ...] = ()
    note: str = ""
    wide: bool = False
    needs: tuple[str, ...] = ()
    open: bool = False
    metrics: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Section:
    """A subject.

    Attributes:
        name: Its id.
        title: Its heading.
        question: The question it answers.
        charts: In reading order.
    """

    name: str
    title: str
    question: str
    charts: tuple[Chart, ...]
