"""Pairs of products of a shop whose seed was not used before, and of baskets made up here."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from scipy.stats import hypergeom

from ecommerce_pipeline.forecasts.product_affinity import Found, log_chances, significant
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.synthetic import ShopSettings
from ecommerce_pipeline.synthetic.truth import planted_pairs
from ecommerce_pipeline_tests.forecasts.shop import affinity_of, baskets_of

SHOP = ShopSettings(seed=20261129)
DAYS = [date(2026, 1, 1) + ONE_DAY * number for number in range(120)]
ORIGIN = DAYS[-1]


def test_planted_pairs_are_found_and_few_others() -> None:
    baskets = baskets_of(SHOP, DAYS)
    affinity = affinity_of(baskets, len(baskets) // 2)
    true = planted_pairs(SHOP)
    sold = Counter(product for basket in baskets for product in set(basket))
    found = affinity.compared(true, sold)
    assert found.judged >= 30
    assert found.found >= 0.9 * found.judged
    assert found.others <= 0.05 * found.pairs
    # Two that are not planted, and none of those that are.
    assert affinity.compared([(1, 2)], {1: 1000, 2: 1000}) == Found(1, 0, found.pairs, found.pairs)
    asked, held = affinity.stable()
    assert held == asked >= 20


def made_up(pairs: int, late_pairs: int) -> list[list[int]]:
    """Return 1,000 early and 1,000 late baskets: 1 and 2 as often together as asked, 3 and 4 as by chance, others."""

    def part(together: int) -> list[list[int]]:
        both = [[1, 2]] * together + [[1, 5]] * (100 - together) + [[2, 6]] * (100 - together)
        others = [[3, 4]] * 10 + [[3, 7]] * 90 + [[4, 8]] * 90
        return [*both, *others, *[[9]] * (1000 - len(both) - len(others))]

    return part(pairs) + part(late_pairs)


def test_pairs_are_ranked_both_ways_and_chance_makes_none() -> None:
    rows = affinity_of(made_up(60, 60), 1000).rows(ORIGIN, published=True).to_pylist()
    best = {(row["product_id"], row["next_best"]): row for row in rows}
    assert best[1, 1]["other_product_id"] == 2
    assert best[2, 1]["other_product_id"] == 1
    assert float(best[1, 1]["confidence"]) == 0.6
    assert float(best[1, 1]["lift"]) == pytest.approx(0.6 / (200 / 2000))
    assert not [row for row in rows if {row["product_id"], row["other_product_id"]} == {3, 4}]
    assert [(row["product_id"], row["next_best"]) for row in rows] == sorted(best)
    # 5 is in fewer orders, all with 1: of 5, 1 is the best; of 1, 5 comes after 2.
    assert (best[5, 1]["other_product_id"], best[1, 2]["other_product_id"]) == (1, 5)


@pytest.mark.parametrize(("late", "held"), [(60, 1), (5, 0)])
def test_a_pair_is_stable_if_it_goes_on(late: int, held: int) -> None:
    only = [[product for product in basket if product in {1, 2, 9}] or [9] for basket in made_up(60, late)]
    assert affinity_of(only, 1000).stable() == (1, held)


def test_chances_are_those_of_the_hypergeometric_distribution() -> None:
    orders, both, first, second = np.array(
        [[1000, 10, 50, 60], [1000, 3, 20, 30], [50, 8, 10, 12], [200_000, 446, 1500, 860]], dtype=np.float64
    ).T
    expected = hypergeom.logsf(both - 1, orders, first, second)
    assert log_chances(orders, both, first, second) == pytest.approx(expected, rel=1e-9)


def test_more_hypotheses_ask_for_more_evidence() -> None:
    """Benjamini and Hochberg: the k-th of m chances must be at most k/m of the rate."""
    counts = [np.array(column, dtype=np.float64) for column in ([9, 5, 4], [30, 30, 30], [40, 40, 40], [1000] * 3)]
    chances = np.exp(significant(counts, 1)[1])
    assert significant(counts, 3)[0].tolist() == [True, True, False]
    assert (chances[1] <= 0.01 * 2 / 3, chances[2] <= 0.01) == (True, False)
    assert significant(counts, 0.01 / chances[0] * 1.01)[0].tolist() == [False, False, False]


def test_a_shop_without_pairs_has_none() -> None:
    empty = affinity_of([[1, 2]] * 3 + [[1]] * 5, 4)
    assert empty.pairs == set()
    assert empty.rows(ORIGIN, published=True).num_rows == 0
    assert empty.stable() == (0, 0)
