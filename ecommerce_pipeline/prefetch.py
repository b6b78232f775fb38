"""Prefetching of streams: the producer makes the next items while the consumer works on the current one."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class ErrorCapturingIterator(Generic[T]):
    """Keeps the error that ends the items, for a consumer (a library in C++) that only reports its text."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._error: BaseException | None = None

    def __iter__(self) -> Generator[T, None, None]:
        try:
            yield from self._items
        except GeneratorExit:  # the consumer takes no more
            raise
        except BaseException as error:
            self._error = error
            raise

    @contextmanager
    def raise_captured(self, instead_of: type[Exception]) -> Iterator[None]:
        """Raise the captured error, if there is one, instead of the consumer's own."""
        try:
            yield
        except instead_of:
            if self._error:
                raise self._error from None
            raise


def prefetch(items: Generator[T, None, None], ahead: int = 1) -> Iterator[T]:
    """Yield the items while a thread makes the next ones.

    An error is raised at the position of the item that failed; the generator is closed in any case.

    Args:
        items: The generator; never None as an item.
        ahead: How many items may wait for the consumer; more than one if it takes them in bursts.
    """
    with closing(items), ThreadPoolExecutor(1, "prefetch") as pool:
        pending = deque(pool.submit(next, items, None) for _ in range(ahead))
        while (item := pending.popleft().result()) is not None:
            pending.append(pool.submit(next, items, None))
            yield item


def prefetch_streams(streams: Iterable[Generator[T, None, None]], at_once: int) -> Generator[T, None, None]:
    """Yield the items of all streams, one stream after the other, while threads make the first items of the next ones.

    Args:
        streams: Each is closed when it ends; those already opened are closed when this generator ends.
        at_once: How many streams are open.
    """
    opened: deque[tuple[Generator[T, None, None], Future[T | None]]] = deque()
    remaining = iter(streams)
    with ThreadPoolExecutor(at_once, "prefetch-streams") as pool:
        try:
            while True:
                opened.extend(
                    (stream, pool.submit(next, stream, None)) for stream in islice(remaining, at_once - len(opened))
                )
                if not opened:
                    return
                stream, first = opened[0]
                item = first.result()
                while item is not None:
                    yield item
                    item = next(stream, None)
                opened.popleft()
        finally:
            for stream, first in opened:
                wait([first])
                stream.close()
