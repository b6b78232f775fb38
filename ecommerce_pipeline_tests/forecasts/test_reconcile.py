import numpy as np
import pytest

from ecommerce_pipeline.forecasts.reconcile import constraints, in_cents, not_negative, reconcile

LEVELS = ["all", "channel", "channel", "category", "category", "category"]
C = constraints(LEVELS)


def test_the_whole_is_held_against_the_parts_of_each_level() -> None:
    assert C.tolist() == [[1, -1, -1, 0, 0, 0], [1, 0, 0, -1, -1, -1]]
    assert constraints(["all"]).shape == (0, 1)


def test_two_forecasts_of_a_whole_meet_by_their_variances() -> None:
    """A whole of 10 with variance 1 and a single part of 14 with variance 3 meet at (3 * 10 + 1 * 14) / 4."""
    mean, variance = reconcile(np.array([[10.0, 14.0]]), np.array([[1.0, 3.0]]), constraints(["all", "channel"]))
    assert mean.tolist() == [[11, 11]]
    assert variance.tolist() == [[0.75, 0.75]]


def test_reconciled_forecasts_add_up_and_coherent_ones_stay() -> None:
    chance = np.random.default_rng(7)
    base, variance = chance.uniform(50, 150, (28, 6)), chance.uniform(1, 9, (28, 6))
    mean, reconciled = reconcile(base, variance, C)
    assert pytest.approx(0, abs=1e-9) == C @ mean.T
    assert (reconciled < variance).all()
    again, _ = reconcile(mean, variance, C)
    assert again == pytest.approx(mean)


def test_cents_add_up_and_differ_by_less_than_one_from_what_was_rounded() -> None:
    chance = np.random.default_rng(7)
    mean, _ = reconcile(chance.uniform(50, 150, (1000, 6)), np.ones((1000, 6)), C)
    cents = in_cents(mean, LEVELS)
    assert (C @ cents.T == 0).all()
    assert np.abs(cents - 100 * mean).max() < 1
    assert in_cents(np.array([[0.02, 0.01, 0.01, 0.0067, 0.0067, 0.0066]]), LEVELS).tolist() == [[2, 1, 1, 1, 1, 0]]


def test_nothing_is_forecast_below_zero_and_the_rest_still_adds_up() -> None:
    mean = np.array([[10.0, 12.0, -2.0, 5.0, 5.0, 0.0], [-1.0, 1.0, -2.0, -1.0, 0.0, 0.0]])
    assert not_negative(mean, LEVELS).tolist() == [[10, 10, 0, 5, 5, 0], [0, 0, 0, 0, 0, 0]]
