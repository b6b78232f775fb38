"""Products that are bought together more often than chance has it, and the next best product for each.

Chance is that of independent products: the number of orders with both is hypergeometric (Fisher's exact test,
one-sided). At most 1 % of the pairs found are expected to be false, among all pairs that the sold products could make
(Benjamini and Hochberg 1995, "Controlling the False Discovery Rate").
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.decimals import decimals
from ecommerce_pipeline.forecasts.scores import Floats
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.forecasts import product_affinity
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

MODEL: Final = "hypergeometric"
MOST_FALSE: Final = 0.01
"""The false discovery rate."""
LEAST_LIFT: Final = 2.0
"""Pairs that are bought together a little more often help nobody, however certain that is."""
LEAST_STABLE: Final = 0.9
"""Of the pairs of the first half of the history, the share that must hold in the second."""
LEAST_ORDERS: Final = 50
"""Of a planted pair's first product: fewer do not show the pair."""
LEAST_OTHER_ORDERS: Final = 10
_ADDENDS: Final = 60
_BEST: Final = 20
_MOST_EVIDENCE: Final = 300.0

COUNTS: Final = ("pair_orders", "product_orders", "other_orders", "all_orders")
COLUMNS: Final = (
    *("product_id", "other_product_id", "as_of_date", "all_products"),
    *COUNTS,
    *(f"late_{name}" for name in COUNTS),
)
"""Of `marts_product_affinity`."""


@dataclass(frozen=True)
class Found:
    """Pairs compared with a truth.

    Attributes:
        judged: How many of the true pairs were sold often enough to be found.
        found: How many of these are found.
        others: How many of the found pairs are not true.
        pairs: How many pairs are found in all.
    """

    judged: int
    found: int
    others: int
    pairs: int


def significant(counts: Sequence[Floats], hypotheses: float) -> tuple[NDArray[np.bool_], Floats]:
    """Return which pairs are bought together more often than by chance, and the logarithms of the chances.

    Args:
        counts: Of each pair, `COUNTS`: orders with both products, with the first, with the second, and all.
        hypotheses: All pairs that there could be; those that are not given, or have less than the least lift, are not
            significant.
    """
    both, first, second, orders = counts
    chances = np.zeros(len(both))
    often = (both > 0) & (both * orders >= LEAST_LIFT * first * second)
    chances[often] = log_chances(orders[often], both[often], first[often], second[often])
    in_order = np.argsort(chances, kind="stable")
    ranks = np.arange(1, len(chances) + 1)
    below = np.flatnonzero(chances[in_order] <= np.log(MOST_FALSE * ranks / max(hypotheses, 1)))
    result: NDArray[np.bool_] = np.zeros(len(chances), dtype=np.bool_)
    result[in_order[: below[-1] + 1 if len(below) else 0]] = True
    return result & often, chances


def log_chances(orders: Floats, both: Floats, first: Floats, second: Floats) -> Floats:
    """Return the logarithm of the probability of so many orders with both, or more, if products are independent.

    Only of pairs with a lift of at least 2, of which each addend is at most about half of the one before.
    """
    more = np.arange(_ADDENDS)
    n, one, other, k = orders[:, None], first[:, None], second[:, None], both[:, None] + more
    possible = (k <= np.minimum(one, other)) & (other - k <= n - one)
    k = np.where(possible, k, both[:, None])
    addends = _log_choose(one, k) + _log_choose(n - one, other - k) - _log_choose(n, other)
    result: Floats = np.logaddexp.reduce(np.where(possible, addends, -np.inf), axis=1)
    return result


def _log_choose(n: Floats, k: Floats) -> Floats:
    gammaln = extra.special().gammaln
    result: Floats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return result


class Affinity:
    """The pairs of the mart."""

    def __init__(self, rows: pa.Table) -> None:
        """Take the rows, with `COLUMNS`, in any order."""
        rows = rows.sort_by([("product_id", "ascending"), ("other_product_id", "ascending")])
        self._rows = rows
        number = {
            name: np.asarray(rows[name].cast(pa.float64()), dtype=np.float64)
            for name in rows.column_names
            if name not in {"product_id", "other_product_id", "as_of_date"}
        }
        self._number = number
        total = number["all_products"][0] if rows.num_rows else 0.0
        self._hypotheses = float(total * (total - 1) / 2)
        self._found, self._log_chances = significant([number[name] for name in COUNTS], self._hypotheses)

    @property
    def pairs(self) -> set[frozenset[Any]]:
        """The pairs found."""
        found = self._rows.filter(pa.array(self._found))
        keys = (found[name].to_pylist() for name in ("product_id", "other_product_id"))
        return {frozenset(pair) for pair in zip(*keys, strict=True)}

    def stable(self) -> tuple[int, int]:
        """Return how many pairs the first half of the history shows, and how many of these go on in the second."""
        late = [self._number[f"late_{name}"] for name in COUNTS]
        early = [self._number[name] - of_late for name, of_late in zip(COUNTS, late, strict=True)]
        then, _ = significant(early, self._hypotheses)
        # Products that are sold no longer show nothing.
        asked = then & (late[1] * late[2] > 0)
        goes_on = asked & (late[0] * late[3] > late[1] * late[2])
        return int(asked.sum()), int(goes_on.sum())

    def compared(self, true: Iterable[tuple[Any, Any]], sold: Mapping[Any, int]) -> Found:
        """Return how the pairs compare with true ones.

        Args:
            true: Pairs of a product and what is bought along with it.
            sold: Orders sold with each product of these.
        """
        every = list(true)
        judged = {
            frozenset(pair)
            for pair in every
            if sold.get(pair[0], 0) >= LEAST_ORDERS and sold.get(pair[1], 0) >= LEAST_OTHER_ORDERS
        }
        found = self.pairs
        return Found(len(judged), len(judged & found), len(found - {frozenset(pair) for pair in every}), len(found))

    def rows(self, origin: date, *, published: bool) -> pa.Table:
        """Return the rows of `forecast.product_affinity`, both ways.

        Args:
            origin: Their partition.
            published: Whether the pairs were found to be stable.
        """
        schema = arrow_schema(product_affinity)
        found = self._rows.filter(pa.array(self._found))
        both, product, other, every = (self._number[name][self._found] for name in COUNTS)
        lift = both * every / (product * other)
        evidence = np.minimum(-self._log_chances[self._found] / np.log(10), _MOST_EVIDENCE)
        size = found.num_rows
        ways = []
        for first, second, orders in (
            ("product_id", "other_product_id", product),
            ("other_product_id", "product_id", other),
        ):
            columns: dict[str, Any] = {
                BUSINESS_DATE: pa.repeat(origin, size),
                "product_id": found[first],
                "other_product_id": found[second],
                "next_best": pa.repeat(0, size),
                "as_of_date": found["as_of_date"],
                "pair_orders": found["pair_orders"],
                "confidence": decimals(both / orders, 9),
                "lift": decimals(lift, 6),
                "evidence": decimals(evidence, 6),
                "published": pa.repeat(published, size),
                "model": pa.repeat(MODEL, size),
                "version": pa.repeat(extra.own_version(), size),
                "parameters": pa.repeat(json.dumps({"fdr": MOST_FALSE, "lift": LEAST_LIFT}), size),
            }
            ways.append(pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema))
        return _ranked(pa.concat_tables(ways))


def _ranked(rows: pa.Table) -> pa.Table:
    """Return the best rows of each product, with their ranks."""
    rows = rows.sort_by([("product_id", "ascending"), ("confidence", "descending"), ("other_product_id", "ascending")])
    product = rows["product_id"].to_pylist()
    first = np.array([number for number, one in enumerate(product) if not number or product[number - 1] != one])
    rank = np.arange(len(product)) - np.repeat(first, np.diff(np.append(first, len(product)))) + 1 if product else []
    position = rows.column_names.index("next_best")
    field = rows.schema.field(position)
    ranked = rows.set_column(position, field, pa.array(rank, field.type))
    return ranked.filter(pa.array(np.asarray(rank) <= _BEST, pa.bool_()))
