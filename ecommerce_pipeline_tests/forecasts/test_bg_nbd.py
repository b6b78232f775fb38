"""BG/NBD and Gamma-Gamma: formulas against integrals and published figures, and parameters of simulated purchases."""

from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, gamma

from ecommerce_pipeline.forecasts import bg_nbd, gamma_gamma
from ecommerce_pipeline.forecasts.bg_nbd import BgNbd, Purchases
from ecommerce_pipeline.forecasts.gamma_gamma import GammaGamma
from ecommerce_pipeline.forecasts.scores import Floats

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""Of the CDNOW data, in weeks: Fader, Hardie and Lee (2005), section 4."""
CDNOW_VALUES = GammaGamma(p=6.25, q=3.74, gamma=15.44)
"""Fader and Hardie (2013), section 4."""
EASY = BgNbd(r=2, alpha=4, a=2, b=3)
"""Parameters whose densities are smooth, so that few nodes make integrals exact."""


def one(repeats: float, last: float, age: float) -> Purchases:
    return Purchases(np.array([repeats]), np.array([last]), np.array([age]))


def over_people(of: Callable[[Floats, Floats], Floats]) -> float:
    """Return the mean over the rates and the probabilities to leave of people, by the quadrature of Gauss."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    rate, p = 6 * (nodes[:, None] + 1), (nodes + 1) / 2  # from 0 to 12, and to 1
    density = gamma(EASY.r, scale=1 / EASY.alpha).pdf(rate) * beta(EASY.a, EASY.b).pdf(p)
    return float(6 * weights @ (of(rate, p) * density) @ weights / 2)


def likelihood(x: int, last: float, age: float) -> Callable[[Floats, Floats], Floats]:
    """Return the likelihood of one whose rate and probability to leave are known, equation 3 of the paper."""

    def of(rate: Floats, p: Floats) -> Floats:
        left = p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * last) if x else 0 * p
        return (1 - p) ** x * rate**x * np.exp(-rate * age) + left

    return of


@pytest.mark.parametrize(("x", "last", "age"), [(0, 0, 6), (1, 2, 6), (4, 5.5, 6)])
def test_the_likelihood_and_what_follows_from_it_are_integrals_over_people(x: int, last: float, age: float) -> None:
    of, whole = one(x, last, age), over_people(likelihood(x, last, age))
    assert np.exp(EASY.log_likelihood(of))[0] == pytest.approx(whole, rel=1e-6)
    still_there = over_people(lambda rate, p: (1 - p) ** x * rate**x * np.exp(-rate * age)) / whole
    assert EASY.alive(of)[0] == pytest.approx(still_there, rel=1e-6)
    time = 3.0
    buys = over_people(lambda rate, p: (1 - p) ** x * rate**x * np.exp(-rate * age) * -np.expm1(-rate * time)) / whole
    assert EASY.buys_within(time, of)[0] == pytest.approx(buys, rel=1e-6)
    # Equation 7: one who is there buys (1 - exp(-rate p t)) / p times.
    expected = over_people(
        lambda rate, p: (1 - p) ** x * rate**x * np.exp(-rate * age) * -np.expm1(-rate * p * time) / p
    )
    assert EASY.expected(time, of)[0] == pytest.approx(expected / whole, rel=1e-5)


def test_nobody_who_has_not_bought_again_has_left_and_a_rate_is_gamma() -> None:
    never = quad(lambda rate: np.exp(-rate * 5) * gamma(CDNOW.r, scale=1 / CDNOW.alpha).pdf(rate), 0, np.inf)[0]
    assert np.exp(CDNOW.log_likelihood(one(0, 0, 5)))[0] == pytest.approx(never, rel=1e-4)
    assert CDNOW.alive(one(0, 0, 5))[0] == 1


def test_expectations_are_those_published_of_cdnow() -> None:
    """Hardie's spreadsheet has 1.226 purchases in 39 weeks for its first customer, and 24.65 and 18.91 as values."""
    assert CDNOW.expected(39, one(2, 30.43, 38.86))[0] == pytest.approx(1.226, abs=0.001)
    values = CDNOW_VALUES.expected(np.array([2.0, 1.0, 0.0]), np.array([22.35, 11.77, 0.0]))
    assert values == pytest.approx([24.65, 18.91, 35.17], abs=0.06)


def simulated(model: BgNbd, people: int) -> Purchases:
    """Return purchases of people who live as the model has it, first seen at different times within 12 weeks."""
    chance = np.random.default_rng(11)
    age = 39 - chance.uniform(0, 12, people)
    rate, p = chance.gamma(model.r, 1 / model.alpha, people), chance.beta(model.a, model.b, people)
    now, there = np.zeros(people), np.ones(people, dtype=bool)
    repeats, last = np.zeros(people), np.zeros(people)
    while there.any():
        now += chance.exponential(1 / np.maximum(rate, 1e-12))
        there &= now <= age
        repeats[there] += 1
        last[there] = now[there]
        there &= chance.uniform(size=people) > p
    return Purchases(repeats, last, age)


def test_parameters_are_found_again_from_purchases() -> None:
    found = bg_nbd.fit(simulated(CDNOW, 10_000))
    assert astuple(found) == pytest.approx(astuple(CDNOW), rel=0.2)
    assert (found.r, found.alpha) == pytest.approx((CDNOW.r, CDNOW.alpha), rel=0.08)
    assert found.a / (found.a + found.b) == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.05)


def test_parameters_of_values_are_found_again() -> None:
    chance = np.random.default_rng(12)
    count = chance.integers(1, 6, 10_000).astype(np.float64)
    scale = chance.gamma(CDNOW_VALUES.q, 1 / CDNOW_VALUES.gamma, 10_000)
    mean = chance.gamma(CDNOW_VALUES.p * count, 1 / scale) / count
    found = gamma_gamma.fit(count, mean)
    assert astuple(found) == pytest.approx(astuple(CDNOW_VALUES), rel=0.1)
    # A density, whatever the number of purchases.
    for n in (1.0, 3.0):
        density = quad(lambda z, n=n: np.exp(CDNOW_VALUES.log_likelihood(np.array([n]), np.array([z])))[0], 0, np.inf)[
            0
        ]
        assert density == pytest.approx(1, rel=1e-4)


def test_gradients_are_slopes() -> None:
    purchases = Purchases(np.array([0.0, 1, 5]), np.array([0.0, 3, 20]), np.array([8.0, 9, 30]))
    count, mean = np.array([1.0, 2, 7]), np.array([12.0, 40, 25])

    def slopes(model: BgNbd | GammaGamma, of: tuple[Floats, ...]) -> list[Floats]:
        found, step = [], 1e-6
        for name, value in vars(model).items():
            up, down = (replace(model, **{name: value + side * step}) for side in (1, -1))
            found.append((up.log_likelihood(*of) - down.log_likelihood(*of)) / (2 * step))
        return found

    assert EASY.gradient(purchases) == pytest.approx(np.array(slopes(EASY, (purchases,))), abs=1e-6)
    assert CDNOW_VALUES.gradient(count, mean) == pytest.approx(np.array(slopes(CDNOW_VALUES, (count, mean))), abs=1e-6)


def test_a_shop_where_nobody_has_bought_again_has_parameters() -> None:
    nobody = Purchases(np.zeros(50), np.zeros(50), np.arange(50.0) + 1)
    found = bg_nbd.fit(nobody)
    assert np.isfinite(astuple(found)).all()
    assert found.buys_within(30, nobody).max() < 0.5
