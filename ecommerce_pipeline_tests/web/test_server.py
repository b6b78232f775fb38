"""What every server of pages does: the mail, the dashboard and the metrics have no server of their own."""

import re
from collections.abc import Iterator

import pytest

from ecommerce_pipeline.web.server import Page, page_server
from ecommerce_pipeline_tests.support.http import ask, serving
from ecommerce_pipeline_tests.support.modules import PACKAGE

PAGE = Page(b"<p>page</p>")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = page_server("127.0.0.1", 0, lambda path, _: PAGE if path == "/" else None, names={"shop.example"})
    with serving(server) as port:
        yield port


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1", "localhost:9", "[::1]:9", "10.1.2.3", "shop.example:9"])
def test_requests_for_an_address_or_a_known_name_are_answered(port: int, host: str) -> None:
    assert ask(port, "/", Host=host).body == PAGE.body


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:8050", "127.0.0.1.example", "", "[", "::1"])
def test_a_page_on_the_internet_that_lets_its_name_point_here_reads_nothing(port: int, host: str) -> None:
    """Its script reads whatever a server on 127.0.0.1 answers: DNS rebinding."""
    answer = ask(port, "/", Host=host)
    assert answer.status == 421
    assert PAGE.body not in answer.body
    assert answer.headers["content-type"].startswith("text/plain")


def test_head_has_the_headers_of_get_without_a_body(port: int) -> None:
    for path in ("/", "/missing"):
        get, head = ask(port, path), ask(port, path, "HEAD")
        assert head.status == get.status
        assert head.body == b""
        assert head.headers | {"date": ""} == get.headers | {"date": ""}


@pytest.mark.parametrize("path", ["/", "/missing"])
def test_a_browser_may_do_nothing_but_show_the_page(port: int, path: str) -> None:
    headers = ask(port, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "Python" not in headers["server"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent(port: int, method: str) -> None:
    assert ask(port, "/", method).status == 501


def test_no_other_module_has_a_server() -> None:
    users = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"HTTPRequestHandler|start_http_server|start_wsgi_server", path.read_text())
    ]
    assert users == ["web/server.py"]
