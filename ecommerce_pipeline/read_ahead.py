"""Streams that work on both sides at once: who makes the items and who takes them do not wait for each other."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")


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
