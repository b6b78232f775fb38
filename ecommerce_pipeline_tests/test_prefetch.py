"""What is read ahead comes in order, with errors in their place, and nothing is left open behind it."""

import threading
from collections.abc import Generator, Iterator

import pytest

from ecommerce_pipeline.prefetch import read_ahead, read_side_by_side

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


def test_streams_side_by_side_come_one_after_the_other() -> None:
    sources = [Source(last) for last in (3, 0, 1, 5, 2, 4)]
    items = read_side_by_side((source.items() for source in sources), AHEAD)
    assert list(items) == [0, 1, 2, 0, 0, 1, 2, 3, 4, 0, 1, 0, 1, 2, 3]
    assert all(source.closed for source in sources)


def test_the_first_items_of_the_next_streams_are_made_at_the_same_time() -> None:
    meeting = threading.Barrier(AHEAD)

    def meets(number: int) -> Generator[int, None, None]:
        meeting.wait(20)
        yield number

    assert list(read_side_by_side(map(meets, range(2 * AHEAD)), AHEAD)) == list(range(2 * AHEAD))


def test_an_error_of_a_later_stream_comes_in_its_place_and_all_are_closed() -> None:
    sources = [Source(2), Source(2), Source(2, fails_at=0), Source(2)]
    items = read_side_by_side((source.items() for source in sources), AHEAD)
    assert [next(items) for _ in range(4)] == [0, 1, 0, 1]
    with pytest.raises(ConnectionError):
        next(items)
    assert all(source.closed for source in sources)


def test_who_stops_early_leaves_no_stream_open() -> None:
    sources = [Source(1_000) for _ in range(50)]
    items = read_side_by_side((source.items() for source in sources), AHEAD)
    assert [next(items), next(items)] == [0, 1]
    items.close()
    begun = [source for source in sources if source.made]
    assert len(begun) == AHEAD
    assert all(source.closed for source in begun)
