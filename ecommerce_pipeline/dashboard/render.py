"""The page: one HTML file with its data, drawings, Vega and the files of `static/`; it sends no network request."""

import hashlib
import html
import json
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import SECTIONS, Chart, Section, marks
from ecommerce_pipeline.dashboard.datasets import Datasets
from ecommerce_pipeline.dashboard.definitions import Definitions
from ecommerce_pipeline.dashboard.forecast_queries import FORECASTS
from ecommerce_pipeline.dashboard.kept import kept
from ecommerce_pipeline.dashboard.packing import Header, packed
from ecommerce_pipeline.dashboard.periods import Period
from ecommerce_pipeline.dashboard.queries import tables_of_dataset
from ecommerce_pipeline.dashboard.vega_bundle import vega_script
from ecommerce_pipeline.metrics.definitions import UNITS

PARTS: Final = Path(__file__).parent / "static"
CHARTS: Final = Path(__file__).parent / "charts"
SCRIPTS: Final = (
    *("format.js", "days.js", "columns.js", "data.js", "metrics.js", "cubes.js", "choice.js", "rows/index.js"),
    "forecast.js",
    *(f"rows/{path.name}" for path in sorted((PARTS / "rows").glob("[!i]*.js"))),
    *("charts.js", "tables.js", "export.js", "details.js", "figure.js", "figures.js"),
    *("address.js", "filters.js", "main.js"),
)
"""Until the last one runs, each uses only those before it."""
METRICS: Final = "docs/metrics.md"
"""The page of the documentation with the definitions of metrics."""
ALL_CHANNELS: Final = "all"
"""All channels together, in forecasts."""


def render(title: str, datasets: Datasets, definitions: Definitions, folder: Path) -> bytes:
    """Return the page.

    Args:
        title: Its heading.
        datasets: The data it shows.
        definitions: Those of its measures.
        folder: Where what is the same for any data is kept: the drawings, and the script that draws them.
    """
    shown = [section for section in SECTIONS if any(_is_shown(chart, datasets) for chart in section.charts)]
    headers, columns = packed(datasets.tables)
    page = Template(_part("page.html")).substitute(
        title=html.escape(title),
        style=_part("style.css"),
        sections="\n".join(_section(section, datasets) for section in shown),
        navigation="\n".join(
            f'<li><a href="#{section.name}">{html.escape(section.title)}</a></li>' for section in shown
        ),
        data=_json(_data(datasets, definitions, headers)),
        columns=columns,
        drawings=drawings(folder),
        vega=vega_script(folder),
        script="\n".join(_part(name) for name in SCRIPTS),
    )
    return page.encode()


def _part(name: str) -> str:
    return (PARTS / name).read_text("utf-8")


def _json(value: Any) -> str:
    """Return JSON that cannot close the script element around it, whatever the names of products contain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def drawings(folder: Path) -> str:
    """Return the charts' descriptions; they are made once per folder, version of Altair and code of the charts."""
    code = [version("altair").encode(), *(path.read_bytes() for path in sorted(CHARTS.glob("*.py")))]
    return kept(folder / f"drawings-{hashlib.sha256(b'|'.join(code)).hexdigest()[:16]}.json", _drawn)


def _drawn() -> str:
    """Describe the charts, unvalidated: a test checks them against Vega-Lite's schema, which is slow."""
    from altair.utils import schemapi

    with schemapi.debug_mode(False):
        return _json(
            {
                chart.name: chart.draw().to_dict(validate=False) | {"config": marks.CONFIG}
                for section in SECTIONS
                for chart in section.charts
                if chart.draw
            }
        )


def _data(datasets: Datasets, definitions: Definitions, headers: dict[str, Header]) -> dict[str, Any]:
    return {
        "as_of": datasets.as_of and datasets.as_of.isoformat(),
        "last_whole_day": datasets.last_whole_day and datasets.last_whole_day.isoformat(),
        "partial_until": datasets.partial_until and f"{datasets.partial_until:%H:%M}",
        "currency": datasets.currency,
        "default_period": datasets.default and datasets.default.key,
        "periods": [_period(period) for period in datasets.periods],
        "delivered": [day.isoformat() for day in datasets.delivered],
        "channels": [{"key": key, "label": label, "color": colour} for key, (label, colour) in marks.CHANNELS.items()],
        "all_channels": ALL_CHANNELS,
        "needs": {chart.name: chart.needs for section in SECTIONS for chart in section.charts if chart.needs},
        "metrics": {
            name: {"label": one.label, "description": one.description, "unit": one.unit, "expression": one.expression}
            for name, one in definitions.metrics.items()
        },
        "columns": {
            name: {"description": one.description, "unit": one.unit, "where": f"{one.table}.{name.split('.')[1]}"}
            for name, one in definitions.columns.items()
        },
        "units": {**UNITS, "amount": f"amount in {datasets.currency}"},
        "documented": METRICS,
        "tables": headers,
    }


def _period(period: Period) -> dict[str, Any]:
    return {
        "key": period.key,
        "label": period.label,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
    }


def _section(section: Section, datasets: Datasets) -> str:
    shown = [chart for chart in section.charts if _is_shown(chart, datasets)]
    narrow = [chart for chart in shown if not chart.wide]
    third = len(narrow) % 3 == 0
    charts = "\n".join(_figure(chart, datasets, third=third) for chart in shown)
    return (
        f'<section id="{section.name}" aria-labelledby="{section.name}-title">'
        f'<header><h2 id="{section.name}-title">{html.escape(section.title)}</h2>'
        f"<p>{html.escape(section.question)}</p></header>"
        f'<div class="charts">{charts}</div></section>'
    )


def _is_shown(chart: Chart, datasets: Datasets) -> bool:
    """Return whether a chart is on the page: an optional one only is where there are rows for it."""
    return not chart.optional or all(datasets.tables.get(name) for name in chart.reads)


def _figure(chart: Chart, datasets: Datasets, *, third: bool) -> str:
    title = html.escape(chart.title)
    unit = html.escape(chart.unit.format(money=datasets.currency))
    badge = ' <b class="scope">whole shop</b>' if chart.scope == "period" else ""
    keys = "".join(
        f'<li data-key="{html.escape(key.label)}"><i class="{key.shape}" style="--key:{key.colour}"></i>'
        f"{html.escape(key.label)}</li>"
        for key in chart.keys
    )
    until = f", {datasets.partial_until:%H:%M}" if datasets.partial_until else ""
    as_of = f"{datasets.as_of:%-d %b %Y}{until}" if datasets.as_of else "no day yet"
    width = "wide" if chart.wide else "third" if third else "half"
    asked = f'data-scope="{chart.scope}" data-definitions="{" ".join((*chart.metrics, *chart.columns))}"'
    return f"""<figure id="{chart.name}" class="chart {width}" {asked}>
<figcaption><h3>{title}</h3>
<p class="unit">{unit}{badge}</p>
<ul class="keys">{keys}</ul></figcaption>
<div class="drawing" role="img" aria-labelledby="{chart.name}-words"></div>
<p class="empty" hidden></p>
<p class="words visually-hidden" id="{chart.name}-words"></p>
{_numbers(chart)}
<p class="source">{html.escape(chart.note)} From {_sources(chart, datasets)}, as of {as_of}.</p>
</figure>"""


def _numbers(chart: Chart) -> str:
    title = html.escape(chart.title)
    scroll = f'<div class="scroll" tabindex="0" role="region" aria-label="{title}: numbers"></div>'
    if chart.draw is None:
        return f'<div class="numbers">{scroll}</div>'
    summary = f'<summary>Numbers<span class="visually-hidden"> of {title}</span></summary>'
    return f'<details class="numbers"{" open" if chart.open else ""}>{summary}{scroll}</details>'


def _sources(chart: Chart, datasets: Datasets) -> str:
    """Return the tables that a chart reads, with the quarantine of all event tables as one."""
    read = [name for name in chart.reads if name not in FORECASTS or datasets.tables.get(name)]
    tables = {table for name in read for table in tables_of_dataset(name)}
    named = {f"{layer}.{'quarantine_*' if name.startswith('quarantine_') else name}" for layer, name in tables}
    return ", ".join(f"<code>{name}</code>" for name in sorted(named))
