"""Mail servers and shops for the tests of alerts."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from ecommerce_pipeline_tests.alerts.shop import Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    server = Mailbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a Dagster home to copy: creating its databases takes a second, most of a test's time."""
    home = tmp_path_factory.mktemp("home")
    with DagsterInstance.local_temp(str(home)) as instance:
        assert instance.get_runs() == []
        assert instance.all_instigator_state() == []
        assert instance.get_asset_keys() == []
    return home


@pytest.fixture
def new_shop(tmp_path: Path, mailbox: Mailbox, empty_home: Path) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(**environment: str) -> Shop:
        made.append(Shop(tmp_path / f"shop{len(made)}", mailbox, environment))
        shutil.copytree(empty_home, made[-1].folder)
        return made[-1]

    yield make
    for shop in made:
        shop.instance.dispose()


@pytest.fixture
def shop(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop()
