"""The page's sections and charts, in reading order, one file per subject."""

from typing import Final

from ecommerce_pipeline.dashboard.charts import (
    channels,
    customers,
    economics,
    marketing,
    payments,
    products,
    quality,
    returns,
    sales,
)
from ecommerce_pipeline.dashboard.charts.chart import Chart, Section

SECTIONS: Final[tuple[Section, ...]] = (
    sales.SECTION,
    economics.SECTION,
    products.SECTION,
    customers.SECTION,
    marketing.SECTION,
    returns.SECTION,
    payments.SECTION,
    channels.SECTION,
    quality.SECTION,
)

__all__ = ["SECTIONS", "Chart", "Section"]
