"""BG/NBD: how often customers who may leave without a word buy again.

Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24(2). Customers buy at a rate of their own (gamma: r, alpha) and leave after any purchase with a
probability of their own (beta: a, b). All that is known of one is x repeat purchases, the last after t_x of T units of
time.
"""

from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

import numpy as np

from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.scores import Floats

_LEAST, _MOST = -7.0, 9.0
"""Bounds of the logarithms of parameters: a shop without repeat purchases has no best ones."""
_MOST_FITTED: Final = 10_000
"""Customers, evenly chosen: more do not make four parameters more certain."""


class Purchases(NamedTuple):
    """The purchases of customers, an element each.

    Attributes:
        repeats: x, purchases after the first.
        last: t_x, time from the first purchase to the last.
        age: T, time from the first purchase to now.
    """

    repeats: Floats
    last: Floats
    age: Floats


@dataclass(frozen=True)
class BgNbd:
    """The parameters, in units of the time of the purchases."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, of: Purchases) -> Floats:
        """Return the logarithm of each customer's likelihood, equation 6 of the paper."""
        result: Floats = np.logaddexp(*self._stays_or_leaves(of))
        return result

    def gradient(self, of: Purchases) -> Floats:
        """Return the derivatives of `log_likelihood` by r, alpha, a and b: a row each, a column per customer."""
        digamma = extra.special().digamma
        x, last, age = of
        stays, leaves = self._stays_or_leaves(of)
        stayed = np.exp(stays - np.logaddexp(stays, leaves))
        number, count = np.arange(int(x.max(initial=0)) + 1), x.astype(np.int64)
        both = digamma(self.a + self.b) - digamma(self.a + self.b + number)
        by_r = (digamma(self.r + number) - digamma(self.r))[count] + np.log(self.alpha)
        by_b = (digamma(self.b + number) - digamma(self.b) + both)[count]
        return np.stack(
            [
                by_r - stayed * np.log(self.alpha + age) - (1 - stayed) * np.log(self.alpha + last),
                self.r / self.alpha - (self.r + x) * (stayed / (self.alpha + age) + (1 - stayed) / (self.alpha + last)),
                both[count] + (1 - stayed) / self.a,
                by_b - (1 - stayed) / (self.b + np.maximum(x, 1) - 1),
            ]
        )

    def _stays_or_leaves(self, of: Purchases) -> tuple[Floats, Floats]:
        """Return the logarithms of both addends of equation 6: each has not left, or left after its last purchase."""
        betaln, gammaln = extra.special().betaln, extra.special().gammaln
        x, last, age = of
        # Many customers have few numbers of purchases, and special functions are slow.
        number, count = np.arange(int(x.max(initial=0)) + 1), x.astype(np.int64)
        common = gammaln(self.r + number) - gammaln(self.r) + self.r * np.log(self.alpha) - betaln(self.a, self.b)
        stays = common + betaln(self.a, self.b + number)
        # Nobody leaves before the first repeat purchase.
        leaves = np.append(-np.inf, common[1:] + betaln(self.a + 1, self.b + number[1:] - 1))
        return (
            stays[count] - (self.r + x) * np.log(self.alpha + age),
            leaves[count] - (self.r + x) * np.log(self.alpha + last),
        )

    def alive(self, of: Purchases) -> Floats:
        """Return the probability that each has not left: Fader, Hardie and Lee (2008), "Computing P(alive)"."""
        x, last, age = of
        odds = (self.r + x) * np.log((self.alpha + age) / (self.alpha + last))
        left = np.where(x > 0, self.a / (self.b + np.maximum(x, 1) - 1) * np.exp(np.minimum(odds, 700)), 0)
        result: Floats = 1 / (1 + left)
        return result

    def buys_within(self, time: float, of: Purchases) -> Floats:
        """Return the probability that each buys at least once more within this time.

        One who is alive buys at a rate whose distribution is gamma with r + x and alpha + T; nobody leaves but after a
        purchase.
        """
        x, _, age = of
        result: Floats = self.alive(of) * -np.expm1(
            (self.r + x) * np.log((self.alpha + age) / (self.alpha + age + time))
        )
        return result

    def expected_if_alive(self, time: float, of: Purchases) -> Floats:
        """Return the number of purchases expected of each within this time if it has not left."""
        x, _, age = of
        # Equation 10 without its denominator, which is that of P(alive). At a = 1 the fraction has a limit, nearby.
        a = self.a + 1e-6 if abs(self.a - 1) < 1e-6 else self.a  # noqa: PLR2004
        gauss = extra.special().hyp2f1(self.r + x, self.b + x, a + self.b + x - 1, time / (self.alpha + age + time))
        shrunk = np.exp((self.r + x) * np.log((self.alpha + age) / (self.alpha + age + time)))
        result: Floats = (a + self.b + x - 1) / (a - 1) * (1 - shrunk * gauss)
        return result

    def expected(self, time: float, of: Purchases) -> Floats:
        """Return the number of purchases expected of each within this time, equation 10 of the paper."""
        return self.alive(of) * self.expected_if_alive(time, of)


START: Final = BgNbd(r=0.5, alpha=50, a=0.7, b=2.5)


def fit(purchases: Purchases) -> BgNbd:
    """Return the parameters of the highest likelihood."""
    step = max(-(-len(purchases.age) // _MOST_FITTED), 1)
    # Customers with equal purchases are counted.
    distinct, count = np.unique(np.stack(purchases)[:, ::step], axis=1, return_counts=True)
    of = Purchases(*distinct)

    def loss(logs: Floats) -> tuple[float, Floats]:
        model = BgNbd(*np.exp(logs))
        # The derivative by a logarithm is that by the parameter times the parameter.
        slope = model.gradient(of) @ count * np.exp(logs)
        return -float(model.log_likelihood(of) @ count) / count.sum(), -slope / count.sum()

    found = extra.minimize(loss, np.log([*asdict(START).values()]), [(_LEAST, _MOST)] * 4)
    return BgNbd(*(float(value) for value in np.exp(found)))
