"""Whole platforms for the tests: one per test in a folder of its own, or one with a week in it that all may read."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.support.platform import Platform


@pytest.fixture
def new_platform(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    """Make platforms, each in a folder of its own; they end with the test."""
    made: list[Platform] = []

    def make(name: str = "platform", **environment: str) -> Platform:
        made.append(Platform(tmp_path / name, environment))
        return made[-1]

    yield make
    for platform in made:
        platform.close()


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give a platform in which 2026-03-02 to 2026-03-08 are built, in one run; only read it."""
    with closing(Platform(tmp_path_factory.mktemp("week"))) as platform:
        platform.run("2026-03-02", "2026-03-08")
        yield platform
