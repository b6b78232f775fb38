from decimal import Decimal

import numpy as np

from ecommerce_pipeline.forecasts.decimals import decimals


def test_numbers_become_exact_decimals_and_what_is_not_known_is_null() -> None:
    found = decimals(np.array([0.126, -0.124, np.nan, 1e9]), 2)
    assert found.to_pylist() == [Decimal("0.13"), Decimal("-0.12"), None, Decimal(10**9)]
    assert decimals(np.array([1 / 3]), 9).to_pylist() == [Decimal("0.333333333")]
