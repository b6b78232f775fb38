"""Scores against numbers computed by hand."""

from math import isnan

import numpy as np
import pytest

from ecommerce_pipeline.forecasts.scores import (
    auc,
    coverage,
    expected_calibration_error,
    mase,
    seasonal_scale,
)


def test_errors_are_measured_in_those_of_the_last_season() -> None:
    # One season ahead, naive is wrong by |12 - 10|, |18 - 20|, |15 - 12|, |18 - 18|.
    scale = seasonal_scale([10, 20, 12, 18, 15, 18], season=2)
    assert scale == pytest.approx(7 / 4)
    assert mase([10, 20], [13, 18], scale) == pytest.approx(2.5 / 1.75)
    assert isnan(seasonal_scale([10, 20], season=2))


def test_coverage_counts_the_ends_of_intervals() -> None:
    assert coverage([1, 2, 3, 4], lower=[1, 0, 4, 0], upper=[2, 2, 5, 3]) == 0.5


def test_auc_is_the_share_of_pairs_in_the_right_order_and_ties_count_half() -> None:
    # Of the pairs (0.8, 0.4, 0.4) x (0.6, 0.4): 0.8 wins twice; each 0.4 loses once and ties once.
    assert auc([True, True, True, False, False], [0.8, 0.4, 0.4, 0.6, 0.4]) == pytest.approx((2 + 0.5 + 0.5) / 6)
    assert auc([True, False], [0.9, 0.1]) == 1
    assert auc([True, False], [0.1, 0.9]) == 0
    assert isnan(auc([True, True], [0.1, 0.9]))


def test_calibration_is_the_distance_of_what_was_forecast_from_what_happened_by_bin() -> None:
    forecast = [0.1, 0.1, 0.3, 0.3]
    # Bins of 0.1 and 0.3: half happened of each, so they are wrong by 0.4 and 0.2.
    assert expected_calibration_error([1, 0, 1, 0], forecast, bins=2) == pytest.approx(0.3)
    chance = np.random.default_rng(1)
    probabilities = chance.uniform(size=20_000)
    assert expected_calibration_error(chance.uniform(size=20_000) < probabilities, probabilities) < 0.02
