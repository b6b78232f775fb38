import re

import pytest

from ecommerce_pipeline.dashboard.charts import SECTIONS, Chart
from ecommerce_pipeline.dashboard.forecast_queries import FORECASTS
from ecommerce_pipeline.dashboard.product_queries import PRODUCTS
from ecommerce_pipeline.dashboard.queries import QUERIES
from ecommerce_pipeline.dashboard.render import PARTS

CHARTS = [chart for section in SECTIONS for chart in section.charts]


@pytest.mark.parametrize("chart", [chart for chart in CHARTS if chart.draw], ids=lambda chart: chart.name)
def test_a_drawing_is_as_vega_lites_schema_says(chart: Chart) -> None:
    assert chart.draw is not None
    chart.draw().to_dict(validate=True)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_chart_has_title_unit_data_and_a_function_that_computes_its_rows(chart: Chart) -> None:
    assert chart.title
    assert chart.unit
    assert set(chart.reads) <= {*QUERIES, *FORECASTS, PRODUCTS}
    scripts = [path.read_text() for path in (PARTS / "rows").glob("*.js")]
    assert sum(len(re.findall(rf"\n  {chart.name}(?:\(|: [a-z])", script)) for script in scripts) == 1


def test_each_business_subject_has_at_least_three_charts_and_quality_comes_last() -> None:
    assert [section.name for section in SECTIONS] == [
        "sales",
        "economics",
        "products",
        "customers",
        "marketing",
        "returns",
        "payments",
        "channels",
        "quality",
    ]
    assert all(len(section.charts) >= 3 for section in SECTIONS)
