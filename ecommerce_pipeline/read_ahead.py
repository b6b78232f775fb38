"""Streams that work on both sides at once: who makes the items and who takes them do not wait for each other."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")


def read_ahead(items: Generator[T, None, None]) -> Iterator[T]:
    """Yield the items while a thread makes the next one; an error comes in its place, and the generator is closed."""
    with closing(items), ThreadPoolExecutor(1, "read-ahead") as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item
