from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from ecommerce_pipeline.synthetic.arrow_columns import decimals
from ecommerce_pipeline.synthetic.random_streams import Lottery, Popularity, Stream, gamma, trait

DAY = date(2026, 3, 1)
MANY = 200_000


def stream(purpose: str = "test") -> Stream:
    return Stream(1, purpose, DAY)


def test_draws_are_below_their_bound_however_large_it_is() -> None:
    for bound in (1, 2, 3, 1000, 2**40 + 1, 2**53):
        drawn = stream().below(MANY, bound)
        assert drawn.min() >= 0
        assert drawn.max() < bound
    assert set(stream().below(MANY, 3)) == {0, 1, 2}
    assert (stream().below(3, np.array([1, 5, 1], dtype=np.int64)) < [1, 5, 1]).all()


def test_streams_differ_by_purpose_day_and_seed() -> None:
    streams = [stream(), stream("other"), Stream(2, "test", DAY), Stream(1, "test", date(2026, 3, 2))]
    assert len({int(each.words(1)[0]) for each in streams}) == len(streams)


def test_a_lottery_draws_by_its_weights() -> None:
    drawn = stream().pick(MANY, Lottery({7: 1, 9: 3, 11: 0}))
    assert set(drawn) == {7, 9}
    assert (drawn == 9).mean() == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("quarters", [2, 4, 8])
def test_a_gamma_lottery_has_the_mean_and_the_spread_of_its_shape(quarters: int) -> None:
    drawn, shape = stream().pick(MANY, gamma(quarters, scale=200)), quarters / 4
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(200 * shape, rel=0.1)
    assert drawn.std() == pytest.approx(200 * shape**0.5, rel=0.05)


def test_chances_are_as_probable_as_asked() -> None:
    assert stream().chance(MANY, 0.1).mean() == pytest.approx(0.1, abs=0.005)
    assert not stream().chance(MANY, 0.0).any()


def test_a_trait_stays_with_its_id_and_spreads_evenly() -> None:
    ids = np.arange(1, MANY + 1, dtype=np.int64)
    traits = trait(1, "height", ids, 10)
    assert (trait(1, "height", ids[500:600], 10) == traits[500:600]).all()
    assert np.bincount(traits) / MANY == pytest.approx([0.1] * 10, abs=0.005)
    assert (trait(1, "weight", ids, 10) == traits).mean() == pytest.approx(0.1, abs=0.01)


def test_newcomers_do_not_change_how_popular_the_others_are() -> None:
    law = Popularity("fame", offset=2, quarters=4)
    few = np.bincount(law.pick(stream(), MANY, 1, 100, 200), minlength=151)
    more = np.bincount(law.pick(stream(), MANY, 1, 150, 200), minlength=151)
    assert not few[101:].any()
    assert more[101:].all()
    share = more[1:101] / more[1:101].sum()
    assert share == pytest.approx(few[1:101] / MANY, abs=0.005)


@pytest.mark.parametrize("cents", [0, 1, -1, -250, 99_999_999_999_999, -99_999_999_999_999])
def test_cents_become_decimals_exactly(cents: int) -> None:
    column = decimals(np.array([cents], dtype=np.int64), pa.decimal128(14, 2))
    column.validate(full=True)
    assert column.to_pylist() == [Decimal(cents) / 100]
