"""What is in the orders of a day: products by popularity and price, in kindred categories, and planted pairs."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import catalog
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.population import deleted_by, known
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Stream
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_PAIRS: Final = 40
_BETWEEN_COMPANIONS: Final = 3  # ranks; the least popular one still sells about every second day
_TOO_DEAR: Final = 0.3  # of the draws at the highest price; none at the lowest
_KINDRED: Final = 0.2  # of the further lines of orders
_DRAWS: Final = 4


@dataclass(frozen=True)
class _Lines:
    """The order lines of a day: position of the order's first one, number of the order's, product and its version."""

    first: Ints
    count: Ints
    product: Ints
    version: Ints


def products_of(settings: ShopSettings, day: date, stream: Stream, first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Draw the products of order lines, with their list prices.

    Args:
        settings: The shop's settings.
        day: The day of the orders.
        stream: Where to draw from.
        first: Position of the first line of each line's order.
        count: Number of lines of each line's order.
    """
    lines = _Lines(first, count, *_by_popularity(settings, day, stream, len(first)))
    _gather(settings, stream, lines)
    _join(settings, day, stream, lines)
    return lines.product, catalog.list_price(settings.seed, lines.product, lines.version)


@lru_cache(maxsize=16)
def pairs_of(settings: ShopSettings) -> Ints:
    """Return the pairs of products that go together, one a row: best sellers, and what is bought along with each."""
    ids = np.arange(1, known(settings, "products", settings.start_date) + 1, dtype=np.int64)
    rank = catalog.BEST_SELLERS.rank(settings.seed, ids, settings.products)
    by_rank, pairs = ids[np.argsort(rank, kind="stable")], min(_PAIRS, len(ids) // (1 + _BETWEEN_COMPANIONS))
    return np.stack([by_rank[:pairs], by_rank[pairs::_BETWEEN_COMPANIONS][:pairs]], axis=1)


def _by_popularity(settings: ShopSettings, day: date, stream: Stream, size: int) -> tuple[Ints, Ints]:
    """Draw products that are on sale, and their versions."""
    seed, number, total = settings.seed, day_number(day), known(settings, "products", day)
    product = catalog.BEST_SELLERS.pick(stream, size, seed, total, settings.products)
    version, _ = catalog.version(seed, product, number)
    wanted = _on_sale(settings, product, version, day)
    weighed = np.flatnonzero(stream.chance(size, _TOO_DEAR))
    step = catalog.price_step(seed, product[weighed], version[weighed])
    wanted[weighed] &= step <= stream.below(len(weighed), catalog.PRICE_STEPS)
    off = np.flatnonzero(~wanted)
    for attempt in range(1, _DRAWS + 1):
        if not len(off):
            break
        drawn = catalog.BEST_SELLERS.pick(stream, len(off), seed, total, settings.products)
        product[off] = drawn if attempt < _DRAWS else catalog.ALWAYS_ON_SALE
        version[off], _ = catalog.version(seed, product[off], number)
        off = off[~_on_sale(settings, product[off], version[off], day)]
    return product, version


def _gather(settings: ShopSettings, stream: Stream, lines: _Lines) -> None:
    """Exchange some products among orders, so that they come to first lines of their category; none is sold more."""
    further = np.arange(len(lines.first), dtype=np.int64) > lines.first
    line = np.flatnonzero(stream.chance(len(lines.first), _KINDRED) & further)
    of_first, own = (
        line[np.argsort(catalog.category(settings.seed, lines.product[which]).astype(np.uint8), kind="stable")]
        for which in (lines.first[line], line)
    )
    for column in (lines.product, lines.version):
        column[of_first] = column[own]


def _join(settings: ShopSettings, day: date, stream: Stream, lines: _Lines) -> None:
    """Put the second product of a pair in the place of another line beside the first one, if it is on sale."""
    companions = _companions(settings)
    companion = companions[np.minimum(lines.product, len(companions) - 1)]
    line = np.flatnonzero((companion > 0) & (lines.count > 1))
    line = line[stream.chance(len(line), settings.pair_rate)]
    first, joining = lines.first[line], companion[line]
    beside = first + (line - first + 1) % lines.count[line]
    version, _ = catalog.version(settings.seed, joining, day_number(day))
    sold = _on_sale(settings, joining, version, day)
    lines.product[beside[sold]], lines.version[beside[sold]] = joining[sold], version[sold]


@lru_cache(maxsize=16)
def _companions(settings: ShopSettings) -> Ints:
    """Return what is bought along with each product, 0 for nothing, as for the last one and all that follow."""
    pairs = pairs_of(settings)
    companions = np.zeros(int(pairs.max(initial=0)) + 2, dtype=np.int64)
    companions[pairs[:, 0]] = pairs[:, 1]
    return companions


def _on_sale(settings: ShopSettings, product: Ints, version: Ints, day: date) -> Flags:
    return catalog.on_sale(settings.seed, product, version) & ~deleted_by(settings, "products", product, day)
