"""Complete platforms for the tests: a new one per test in its own folder, or a shared one with a week of data."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.support.platform import Platform


@pytest.fixture
def new_platform(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    """Create platforms, each in its own folder; the fixture closes them after the test."""
    platforms: list[Platform] = []

    def make(name: str = "platform", **environment: str) -> Platform:
        platforms.append(Platform(tmp_path / name, environment))
        return platforms[-1]

    yield make
    for platform in platforms:
        platform.close()


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Yield a platform with 2026-03-02 to 2026-03-08, built in one run; tests must not change it."""
    with closing(Platform(tmp_path_factory.mktemp("week"))) as platform:
        platform.run("2026-03-02", "2026-03-08")
        yield platform
