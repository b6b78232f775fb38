"""Gamma-Gamma: what the next purchase of a customer is worth.

Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value". A customer's purchases vary around a mean of its own
(gamma: p), and these means around that of all (gamma: q, gamma); few purchases are drawn to the mean of all.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.scores import Floats

_MOST_FITTED: Final = 10_000
"""Customers, evenly chosen: more do not make three parameters more certain."""


@dataclass(frozen=True)
class GammaGamma:
    """The parameters; `gamma` is in the currency of the values."""

    p: float
    q: float
    gamma: float

    def log_likelihood(self, purchases: Floats, mean: Floats) -> Floats:
        """Return the logarithm of the density of each customer's mean value, equation 1a of the paper.

        Args:
            purchases: How many each has made, at least one.
            mean: Their mean value, above 0.
        """
        gammaln, shape = extra.special().gammaln, self.p * purchases
        result: Floats = (
            gammaln(shape + self.q)
            - gammaln(shape)
            - gammaln(self.q)
            + self.q * np.log(self.gamma)
            + (shape - 1) * np.log(mean)
            + shape * np.log(purchases)
            - (shape + self.q) * np.log(self.gamma + purchases * mean)
        )
        return result

    def gradient(self, purchases: Floats, mean: Floats) -> Floats:
        """Return the derivatives of `log_likelihood` by p, q and gamma: a row each, a column per customer."""
        digamma, shape = extra.special().digamma, self.p * purchases
        total = self.gamma + purchases * mean
        both = digamma(shape + self.q) - np.log(total)
        return np.stack(
            [
                purchases * (both - digamma(shape) + np.log(mean) + np.log(purchases)),
                both - digamma(self.q) + np.log(self.gamma),
                self.q / self.gamma - (shape + self.q) / total,
            ]
        )

    def expected(self, purchases: Floats, mean: Floats) -> Floats:
        """Return the expected value of each one's next purchase, equation 5 of the paper; q must be above 1."""
        result: Floats = self.p * (self.gamma + purchases * mean) / (self.p * purchases + self.q - 1)
        return result


def fit(purchases: Floats, mean: Floats) -> GammaGamma:
    """Return the parameters of the highest likelihood, of customers with values above 0."""
    step = -(-len(mean) // _MOST_FITTED)
    counted, unit = purchases[::step], float(mean.mean())
    scaled = mean[::step] / unit

    def loss(logs: Floats) -> tuple[float, Floats]:
        p, q_above_1, gamma = np.exp(logs)
        model = GammaGamma(p, q_above_1 + 1, gamma)
        slope = model.gradient(counted, scaled).mean(axis=1) * np.exp(logs)
        return -float(model.log_likelihood(counted, scaled).mean()), -slope

    p, q_above_1, gamma = np.exp(extra.minimize(loss, np.log([2.0, 2.0, 2.0]), [(-5.0, 7.0)] * 3))
    return GammaGamma(float(p), float(q_above_1) + 1, float(gamma) * unit)
