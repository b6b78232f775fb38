"""Prefetched items keep their order, an error is raised at its position, and every generator is closed."""

import threading
from collections.abc import Generator, Iterator

import pytest

from ecommerce_pipeline.prefetch import prefetch, prefetch_streams

AHEAD = 4


class Source:
    """Generates numbers, and records how many it generated and whether it was closed."""

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
def test_each_item_is_yielded_once_and_in_order(last: int, ahead: int) -> None:
    source = Source(last)
    assert list(prefetch(source.items(), ahead)) == list(range(last))
    assert source.closed


def test_an_error_is_raised_after_the_items_before_it() -> None:
    source = Source(50, fails_at=6)
    items = prefetch(source.items(), AHEAD)
    assert [next(items) for _ in range(6)] == [0, 1, 2, 3, 4, 5]
    with pytest.raises(ConnectionError):
        next(items)
    assert source.closed


def test_stopping_early_closes_the_generator_after_at_most_the_prefetched_items() -> None:
    source = Source(1_000)
    items: Iterator[int] = prefetch(source.items(), AHEAD)
    assert [next(items), next(items)] == [0, 1]
    items.close()  # type: ignore[attr-defined] - it is a generator
    assert source.made <= 2 + AHEAD
    assert source.closed


def test_streams_are_yielded_one_after_the_other() -> None:
    sources = [Source(last) for last in (3, 0, 1, 5, 2, 4)]
    items = prefetch_streams((source.items() for source in sources), AHEAD)
    assert list(items) == [0, 1, 2, 0, 0, 1, 2, 3, 4, 0, 1, 0, 1, 2, 3]
    assert all(source.closed for source in sources)


def test_the_first_items_of_the_next_streams_are_prefetched_concurrently() -> None:
    barrier = threading.Barrier(AHEAD)

    def waits(number: int) -> Generator[int, None, None]:
        barrier.wait(20)
        yield number

    assert list(prefetch_streams(map(waits, range(2 * AHEAD)), AHEAD)) == list(range(2 * AHEAD))


def test_an_error_of_a_later_stream_is_raised_at_its_position_and_all_streams_are_closed() -> None:
    sources = [Source(2), Source(2), Source(2, fails_at=0), Source(2)]
    items = prefetch_streams((source.items() for source in sources), AHEAD)
    assert [next(items) for _ in range(4)] == [0, 1, 0, 1]
    with pytest.raises(ConnectionError):
        next(items)
    assert all(source.closed for source in sources)


def test_stopping_early_closes_every_stream() -> None:
    sources = [Source(1_000) for _ in range(50)]
    items = prefetch_streams((source.items() for source in sources), AHEAD)
    assert [next(items), next(items)] == [0, 1]
    items.close()
    opened = [source for source in sources if source.made]
    assert len(opened) == AHEAD
    assert all(source.closed for source in opened)
