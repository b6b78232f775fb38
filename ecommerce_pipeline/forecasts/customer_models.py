"""What is known of buyers as of an origin, and the models that say who of them buys within 30 days.

BG/NBD says how likely each has left and how often the others buy, Gamma-Gamma what an order is worth. A logistic
regression adds the rhythm of purchases and visits; it learns from an earlier origin, whose outcome is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts import bg_nbd, gamma_gamma, logistic
from ecommerce_pipeline.forecasts.customer_history import Buyers
from ecommerce_pipeline.forecasts.scores import Floats

HORIZON: Final = 30
VALUE_HORIZON: Final = 90
BG_NBD: Final = "bg_nbd"
LOGISTIC: Final = "logistic"
_BIN_DAYS: Final = 10
_BINS: Final = 15


@dataclass(frozen=True)
class Base:
    """What was known of the people with an order in the last year, and what models make of it.

    Attributes:
        all_buyers: Also those who last bought before.
    """

    all_buyers: Buyers

    @cached_property
    def model(self) -> bg_nbd.BgNbd:
        """BG/NBD of all buyers."""
        return bg_nbd.fit(self.all_buyers.purchases)

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The positions of those who have a forecast."""
        return np.flatnonzero(self.all_buyers.active)

    @cached_property
    def purchases(self) -> bg_nbd.Purchases:
        """Their purchases."""
        return bg_nbd.Purchases(*(column[self.shown] for column in self.all_buyers.purchases))

    @cached_property
    def features(self) -> dict[str, Floats]:
        """What single features say; each is a baseline."""
        of = self.all_buyers
        columns = {
            "recency": of.recency,
            "frequency": of.purchases.repeats + 1,
            "tenure": of.purchases.age,
            "visits": of.visits[0],
            "value": of.value,
        }
        return {name: column[self.shown] for name, column in columns.items()}

    @cached_property
    def model_probability(self) -> Floats:
        """The probability to buy within the horizon by BG/NBD."""
        return self.model.buys_within(HORIZON, self.purchases)

    def columns(self) -> Floats:
        """Return the columns of the regression, a row per person."""
        of, likely = self.all_buyers, np.clip(self.model_probability, 1e-6, 1 - 1e-6)
        # Rhythms: how often each has bought in each ten days, and how long ago the last time was.
        bins = np.minimum(of.bought_ago // _BIN_DAYS, _BINS)
        rhythm = np.zeros((len(of.person), _BINS + 1))
        np.add.at(rhythm, (of.buyer, bins), 1)
        last = np.minimum(of.recency // _BIN_DAYS, _BINS)[self.shown, None] == np.arange(_BINS)
        return np.column_stack(
            [
                np.log(likely / (1 - likely)),
                *(np.log1p(np.maximum(column, 0)) for column in self.features.values()),
                np.log1p(of.visits[1][self.shown]),
                np.log1p(of.visit_ago[self.shown]),
                np.log1p(rhythm[self.shown, :_BINS]),
                last,
            ]
        )

    @cached_property
    def values(self) -> tuple[Floats, gamma_gamma.GammaGamma | None]:
        """What the next purchase of each is worth, by Gamma-Gamma, which knows values above 0 only."""
        count, value = self.purchases.repeats + 1, self.features["value"]
        positive = value > 0
        if not positive.any():
            return np.zeros(len(value)), None
        fitted = gamma_gamma.fit(count[positive], value[positive])
        return fitted.expected(np.where(positive, count, 0), np.where(positive, value, 0)), fitted


Probability = Callable[[Base], Floats]


def _by_bg_nbd(_learnt: Base, _bought: NDArray[np.bool_]) -> Probability:
    return lambda base: base.model_probability


def _by_regression(learnt: Base, bought: NDArray[np.bool_]) -> Probability:
    fitted = logistic.fit(learnt.columns(), bought)
    return lambda base: fitted.probability(base.columns())


MODELS: Final[Mapping[str, Callable[[Base, NDArray[np.bool_]], Probability]]] = {
    BG_NBD: _by_bg_nbd,
    LOGISTIC: _by_regression,
}
