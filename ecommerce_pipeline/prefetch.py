"""Streams that work on both sides at once: who makes the items and who takes them do not wait for each other."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class HandedOver(Generic[T]):
    """Items for a library that makes a text of an error which ends them; here it can be had as it was."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._error: BaseException | None = None

    def __iter__(self) -> Generator[T, None, None]:
        try:
            yield from self._items
        except GeneratorExit:  # the library takes no more
            raise
        except BaseException as error:
            self._error = error
            raise

    @contextmanager
    def own_error(self, of_library: type[Exception]) -> Iterator[None]:
        """Raise what ended the items in place of the library's error, if it was that."""
        try:
            yield
        except of_library:
            if self._error:
                raise self._error from None
            raise


def read_ahead(items: Generator[T, None, None], ahead: int = 1) -> Iterator[T]:
    """Yield the items while a thread makes the next ones; an error comes in its place, and the generator is closed.

    Args:
        items: Made one after the other.
        ahead: How many there may be that nobody has taken; more than one where those who take them do so in bursts.
    """
    with closing(items), ThreadPoolExecutor(1, "read-ahead") as pool:
        coming = deque(pool.submit(next, items, None) for _ in range(ahead))
        while (item := coming.popleft().result()) is not None:
            coming.append(pool.submit(next, items, None))
            yield item


def read_side_by_side(streams: Iterable[Generator[T, None, None]], at_once: int) -> Generator[T, None, None]:
    """Yield the items of all streams, one stream after the other; meanwhile threads make the first items of the next.

    Args:
        streams: Each is closed at its end, and those begun at the end of this one.
        at_once: How many streams are open.
    """
    begun: deque[tuple[Generator[T, None, None], Future[T | None]]] = deque()
    coming = iter(streams)
    with ThreadPoolExecutor(at_once, "read-side-by-side") as pool:
        try:
            while True:
                begun.extend(
                    (stream, pool.submit(next, stream, None)) for stream in islice(coming, at_once - len(begun))
                )
                if not begun:
                    return
                stream, first = begun[0]
                item = first.result()
                while item is not None:
                    yield item
                    item = next(stream, None)
                begun.popleft()
        finally:
            for stream, first in begun:
                wait([first])
                stream.close()
