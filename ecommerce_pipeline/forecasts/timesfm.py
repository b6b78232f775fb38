"""Google's TimesFM, a foundation model of time series, which BigQuery runs by its function AI.FORECAST.

Nothing is fitted or stored: the series are part of the query. The syntax, and the columns of the result, are those of
https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-ai-forecast (November 2026).
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.forecasts.adjusted import Adjusted, Fitted, Model
from ecommerce_pipeline.forecasts.scores import Floats

MODEL: Final = "TimesFM 2.0"
CONFIDENCE: Final = 0.95

_NORMAL_95: Final = 1.959963984540054
# Any days will do: only their distance counts, and weekdays are a season of seven.
_FIRST_DAY: Final = date(2001, 1, 1)


def timesfm(query: Callable[[str], pa.Table]) -> Model:
    """Return the model.

    Args:
        query: Returns the rows of a query to BigQuery.
    """

    def fit(series: Sequence[Adjusted], steps: int) -> list[Fitted]:
        return read(query(statement([one.values for one in series], steps)), len(series))

    return Model("timesfm", f"BigQuery AI.FORECAST, {MODEL}", fit)


def statement(series: Sequence[Floats], steps: int) -> str:
    """Return the query of the forecasts of series, which it contains."""
    values = ", ".join(
        f"[{', '.join(repr(float(value)) for value in one)}]".join(("STRUCT(", " AS amounts)")) for one in series
    )
    return f"""
        SELECT series, forecast_timestamp, forecast_value, prediction_interval_upper_bound, ai_forecast_status
        FROM AI.FORECAST(
            (
                SELECT series, DATE_ADD(DATE '{_FIRST_DAY}', INTERVAL day DAY) AS day, amount
                FROM UNNEST([{values}]) AS one WITH OFFSET AS series, UNNEST(one.amounts) AS amount WITH OFFSET AS day
            ),
            data_col => 'amount',
            timestamp_col => 'day',
            model => '{MODEL}',
            id_cols => ['series'],
            horizon => {steps},
            confidence_level => {CONFIDENCE}
        )
        ORDER BY series, forecast_timestamp
    """  # noqa: S608 - numbers of our own


def read(rows: pa.Table, series: int) -> list[Fitted]:
    """Return what is expected of each series, by the rows of the query.

    Raises:
        PlatformError: BigQuery could not forecast a series; the message is its own.
    """
    failed = [status for status in rows["ai_forecast_status"].to_pylist() if status]
    if failed:
        raise PlatformError(f"BigQuery's AI.FORECAST: {failed[0]}. FORECAST_MODEL=statsforecast does without it")
    mean = np.asarray(rows["forecast_value"].cast(pa.float64()), dtype=np.float64).reshape(series, -1)
    upper = np.asarray(rows["prediction_interval_upper_bound"].cast(pa.float64()), dtype=np.float64)
    spread = np.maximum(upper.reshape(series, -1) - mean, 0) / _NORMAL_95
    return [Fitted(one, width, {"method": MODEL}) for one, width in zip(mean, spread, strict=True)]
