"""Forecasts by BigQuery's AI.FORECAST: GoogleSQL's analyzer knows the query, and what it answers is read by series."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.forecasts.adjusted import Adjusted
from ecommerce_pipeline.forecasts.timesfm import statement, timesfm
from ecommerce_pipeline_tests.support.googlesql import Analyzer, Catalog

VALUES = [np.array([1.0, 2.5, 1e-7]), np.array([40.0, -3.0, 5.0])]
SERIES = [Adjusted(one, logarithmic=False, learned_from=one) for one in VALUES]


def test_the_analyzer_accepts_the_query_and_rejects_one_with_another_argument() -> None:
    catalog, wrong = Catalog("shop", {}), statement(VALUES, 28).replace("horizon =>", "steps =>")
    errors = Analyzer().errors([statement(VALUES, 28), wrong], catalog)
    assert [text for text in errors if "horizon =>" in text] == []
    [error] = errors.values()
    assert "steps" in error


def test_each_series_has_the_values_and_spreads_of_the_answer() -> None:
    asked: list[str] = []

    def answer(query: str) -> pa.Table:
        asked.append(query)
        return forecasts([10.0, 11.0, 20.0, 21.0], [10.0, 11.0, 20.0 + 1.959963984540054, 21.0])

    first, second = timesfm(answer).fit(SERIES, 2)
    assert re.findall(r"\[[-\d., e]+\]", asked[0]) == ["[1.0, 2.5, 1e-07]", "[40.0, -3.0, 5.0]"]
    assert first.mean.tolist() == [10.0, 11.0]
    assert first.spread.tolist() == [0.0, 0.0]
    assert second.mean.tolist() == [20.0, 21.0]
    assert second.spread.tolist() == pytest.approx([1.0, 0.0])


def test_what_bigquery_could_not_forecast_is_an_error_in_its_words() -> None:
    with pytest.raises(
        PlatformError, match=r"AI\.FORECAST: the time series is too short\. FORECAST_MODEL=statsforecast"
    ):
        timesfm(lambda _: forecasts([1.0, 1.0], [1.0, 1.0], "the time series is too short")).fit(SERIES, 1)


def forecasts(values: list[float], upper: list[float], status: str = "") -> pa.Table:
    """Return rows as BigQuery answers them, of two series."""
    days = len(values) // 2
    return pa.table(
        {
            "series": np.repeat([0, 1], days),
            "forecast_timestamp": [
                datetime(2001, 1, 4, tzinfo=UTC) + timedelta(days=day % days) for day in range(len(values))
            ],
            "forecast_value": values,
            "prediction_interval_upper_bound": upper,
            "ai_forecast_status": [status] * len(values),
        }
    )
