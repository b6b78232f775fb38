"""What is read ahead comes in order, with errors in their place, and nothing is left open behind it."""

from collections.abc import Generator, Iterator

import pytest

from ecommerce_pipeline.read_ahead import read_ahead

AHEAD = 4


class Source:
    """Makes numbers, and knows how many it has made and whether it was closed."""

    def __init__(self, last: int, fails_at: int | None = None) -> None:
        self.last, self.fails_at = last, fails_at
        self.made, self.closed = 0, False

    def items(self) -> Generator[int, None, None]:
        try:
            for number in range(self.last):
                if number == self.fails_at:
                    raise ConnectionError("the server is gone")
                self.made += 1
                yield number
        finally:
            self.closed = True


@pytest.mark.parametrize("ahead", [1, AHEAD])
@pytest.mark.parametrize("last", [0, 1, AHEAD, 50])
def test_items_come_once_and_in_order(last: int, ahead: int) -> None:
    source = Source(last)
    assert list(read_ahead(source.items(), ahead)) == list(range(last))
    assert source.closed


def test_an_error_comes_after_the_items_before_it() -> None:
    source = Source(50, fails_at=6)
    items = read_ahead(source.items(), AHEAD)
    assert [next(items) for _ in range(6)] == [0, 1, 2, 3, 4, 5]
    with pytest.raises(ConnectionError):
        next(items)
    assert source.closed


def test_who_stops_early_leaves_no_more_than_a_few_items_made_and_nothing_open() -> None:
    source = Source(1_000)
    items: Iterator[int] = read_ahead(source.items(), AHEAD)
    assert [next(items), next(items)] == [0, 1]
    items.close()  # type: ignore[attr-defined] - it is a generator
    assert source.made <= 2 + AHEAD
    assert source.closed
