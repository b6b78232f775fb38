import pytest

from ecommerce_pipeline.dashboard.charts import SECTIONS
from ecommerce_pipeline.dashboard.definitions import inputs, page_metrics, value_of

SUMS = {"gross_amount": 1000, "discount_amount": 200, "refund_amount": 100, "orders_sold": 4}


@pytest.mark.parametrize(
    ("name", "value"), [("net_revenue", 700), ("refund_rate", 0.125), ("average_order_value", 200), ("orders_sold", 4)]
)
def test_a_metric_follows_from_sums(name: str, value: float) -> None:
    assert value_of(name, SUMS) == value
    assert set(inputs(name)) <= SUMS.keys()


def test_a_share_of_nothing_is_no_value() -> None:
    assert value_of("refund_rate", dict.fromkeys(SUMS, 0)) is None


def test_every_metric_behind_a_chart_has_a_definition() -> None:
    named = {name for section in SECTIONS for chart in section.charts for name in chart.metrics}
    assert named <= page_metrics().keys()
