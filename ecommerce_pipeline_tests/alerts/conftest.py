"""Mail servers and shops for the tests of alerts; they end with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.alerts.shop import Shop
from ecommerce_pipeline_tests.mailbox import Mailbox


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    server = Mailbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def new_shop(tmp_path: Path, mailbox: Mailbox) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(**environment: str) -> Shop:
        made.append(Shop(tmp_path / f"shop{len(made)}", mailbox, environment))
        made[-1].folder.mkdir()
        return made[-1]

    yield make
    for shop in made:
        shop.instance.dispose()


@pytest.fixture
def shop(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop()
