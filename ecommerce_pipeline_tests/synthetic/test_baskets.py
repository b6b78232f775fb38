"""What is bought together, and at which prices."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.synthetic import ShopSettings, catalog, snapshot
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.orders import orders_of
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints
from ecommerce_pipeline.synthetic.truth import planted_pairs

SHOP = ShopSettings()
TWO_MONTHS = Window(date(2026, 2, 1), date(2026, 4, 2))


@dataclass(frozen=True)
class Lines:
    """All order lines of a window."""

    order: Ints
    is_first: Flags
    product: Ints
    version: Ints

    @classmethod
    def of(cls, settings: ShopSettings, window: Window) -> "Lines":
        order, number, product, version = [], [], [], []
        for day in window.days():
            lines = orders_of(settings, day).lines
            order.append(lines["transaction_id"])
            number.append(lines["line_number"])
            product.append(lines["product_id"])
            version.append(catalog.version(settings.seed, lines["product_id"], day_number(day))[0])
        return cls(np.concatenate(order), np.concatenate(number) == 1, np.concatenate(product), np.concatenate(version))

    def with_both(self, first: int, second: int) -> tuple[int, float]:
        """Return the number of orders of several lines that have both products, and how many chance would give."""
        several = np.unique(self.order[~self.is_first])
        has = [np.isin(several, self.order[self.product == product]) for product in (first, second)]
        return int((has[0] & has[1]).sum()), float(has[0].sum() * has[1].sum() / len(several))


@pytest.fixture(scope="module")
def lines() -> Lines:
    return Lines.of(SHOP, TWO_MONTHS)


def test_products_of_planted_pairs_are_bought_together_and_others_as_popular_are_not(lines: Lines) -> None:
    pairs = planted_pairs(SHOP)
    assert len(pairs) == 40
    assert len({product for pair in pairs for product in pair}) == 80
    firsts, seconds = zip(*pairs, strict=True)
    planted = np.array([lines.with_both(*pair) for pair in pairs])
    others = np.array([lines.with_both(*pair) for pair in zip(firsts, seconds[1:] + seconds[:1], strict=True)])
    assert np.median(planted[:, 0]) > 20, "enough to be found in two months"
    assert (planted[:, 0] > 10 * planted[:, 1]).sum() > 35, "some are not on sale"
    assert others[:, 0].sum() < 2 * others[:, 1].sum() + 10


def test_pairs_are_joined_at_the_rate_that_was_set() -> None:
    month, pairs, share = Window(date(2026, 3, 1), date(2026, 3, 31)), planted_pairs(SHOP), {}
    for rate in (0.0, 0.2, 0.5):
        lines = Lines.of(replace(SHOP, pair_rate=rate), month)
        of_several = np.isin(lines.order, lines.order[~lines.is_first])
        with_first = len(np.unique(lines.order[of_several & np.isin(lines.product, [first for first, _ in pairs])]))
        share[rate] = sum(lines.with_both(*pair)[0] for pair in pairs) / with_first
    assert share == pytest.approx({0.0: 0.0, 0.2: 0.2, 0.5: 0.5}, abs=0.07)


def test_no_pair_brings_back_a_product_that_is_not_on_sale_or_deleted() -> None:
    settings, day = replace(SHOP, scale=10, change_rate=0.5, pair_rate=0.5), date(2026, 3, 10)
    products = snapshot(settings, "products", day).to_pydict()
    active = [product for product, on in zip(products["product_id"], products["is_active"], strict=True) if on]
    assert {second for _, second in planted_pairs(settings)} - {*active}
    assert {*orders_of(settings, day).lines["product_id"].tolist()} <= {*active}


def test_small_shops_have_few_pairs_or_none() -> None:
    assert len(planted_pairs(replace(SHOP, products=30))) == 5
    assert planted_pairs(replace(SHOP, products=1)) == ()


def test_further_lines_of_an_order_tend_to_the_category_of_its_first(lines: Lines) -> None:
    category = catalog.category(SHOP.seed, lines.product)
    of_first = category[np.flatnonzero(lines.is_first)[np.cumsum(lines.is_first) - 1]]
    by_chance = ((np.bincount(category) / len(category)) ** 2).sum()
    assert 1.5 < (category == of_first)[~lines.is_first].mean() / by_chance < 3


def test_products_sell_less_while_their_price_is_above_its_base_and_more_while_it_is_below(lines: Lines) -> None:
    step = catalog.price_step(SHOP.seed, lines.product, lines.version)
    low, middle, high = np.histogram(step, bins=3, range=(0, catalog.PRICE_STEPS))[0]
    assert 1.03 < low / middle < 1.3
    assert 1.03 < middle / high < 1.3
