"""The dashboard over HTTP; that the link in the Dagster UI opens it is tested in integration/test_ui.py."""

import socket
import time
from pathlib import Path

import pytest

from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE, dashboard_server, ports, serve_beside_ui, served_at
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline_tests.support.http import ask, serving


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(folder=str(tmp_path / "dashboard"))


def write(store: FolderStore, title: str) -> bytes:
    page = f"<title>{title}</title>".encode()
    with store.writing(DASHBOARD_PAGE) as file:
        file.write(page)
    return page


def port_of(address: str | None) -> int:
    assert address is not None
    return int(address.rstrip("/").rpartition(":")[2])


def test_the_current_page_is_served_on_loopback_and_nothing_else_is(store: FolderStore) -> None:
    server = dashboard_server(store, 0)
    assert server.server_address[0] == "127.0.0.1"
    with serving(server) as port:
        assert ask(port, "/").status == 404
        for title in ("page", "newer"):
            page = write(store, title)
            assert ask(port, "/").body == page
        for path in ("/report.html", "/../warehouse.duckdb", "/%2e%2e/lake"):
            assert ask(port, path).status == 404


def test_the_page_may_run_its_own_script_and_load_nothing(store: FolderStore) -> None:
    write(store, "page")
    with serving(dashboard_server(store, 0)) as port:
        policy = ask(port, "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src 'unsafe-inline' 'unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_reloaded_code_location_takes_the_port_over(store: FolderStore) -> None:
    page = write(store, "page")
    assert served_at(store, None) is None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        fixed = free.getsockname()[1]
    with serving(dashboard_server(store, fixed)):
        address = serve_beside_ui(store, fixed)  # waits for the port
        assert port_of(address) == fixed
    deadline = time.monotonic() + 30
    while served_at(store, fixed) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ask(fixed, "/").body == page


def test_a_port_that_another_program_has_is_left_to_it(store: FolderStore, tmp_path: Path) -> None:
    page = write(store, "page")
    other = FolderStore(folder=str(tmp_path / "other"))
    with serving(dashboard_server(other, 0)) as taken:
        assert serve_beside_ui(store, taken) is None
        assert served_at(store, taken) is None
    first, second, *_ = ports(store, None)
    with socket.create_server(("127.0.0.1", first)):
        address = serve_beside_ui(store, None)
        assert port_of(address) == second
        assert served_at(store, None) == address
    assert ask(second, "/").body == page
