"""The faults of the proxy that other tests rely on."""

from collections.abc import Iterator

import pytest
import requests

from ecommerce_pipeline_tests.support.emulators import StorageEmulator
from ecommerce_pipeline_tests.support.faults import (
    Break,
    Fault,
    Proxy,
    damage_body,
    delay,
    faulty,
    lose_response,
    reset,
    status,
)

BUCKETS = "/storage/v1/b"


@pytest.fixture
def proxy(storage_server: StorageEmulator) -> Iterator[Proxy]:
    with faulty(storage_server.endpoint) as running:
        yield running


def make_bucket(proxy: Proxy, name: str) -> requests.Response:
    return requests.post(f"{proxy.endpoint}{BUCKETS}?project=shop", json={"name": name}, timeout=5)


def exists(server: StorageEmulator, name: str) -> bool:
    return requests.get(f"{server.endpoint}{BUCKETS}/{name}", timeout=5).status_code == 200


@pytest.mark.parametrize(("fault", "reached"), [(reset, False), (lose_response, True)])
def test_a_broken_connection_breaks_before_or_after_the_server(
    proxy: Proxy, storage_server: StorageEmulator, project: str, fault: Break, reached: bool
) -> None:
    proxy.add(Fault(fault))
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        make_bucket(proxy, project)
    assert exists(storage_server, project) is reached


def test_a_status_has_google_s_format_and_the_request_is_not_forwarded(
    proxy: Proxy, storage_server: StorageEmulator, project: str
) -> None:
    proxy.add(Fault(status(403, "not you", "forbidden")))
    response = make_bucket(proxy, project)
    assert response.status_code == 403
    assert response.json()["error"]["errors"] == [{"message": "not you", "reason": "forbidden"}]
    assert not exists(storage_server, project)


def test_only_the_scripted_requests_fail(proxy: Proxy, project: str) -> None:
    proxy.add(Fault(status(503), "POST", "/b", skip=1, times=2))
    codes = [make_bucket(proxy, f"{project}-{number}").status_code for number in range(4)]
    assert codes == [200, 503, 503, 200]
    assert requests.get(f"{proxy.endpoint}{BUCKETS}?project=shop", timeout=5).status_code == 200
    assert proxy.all_happened
    assert [request.method for request in proxy.requests] == ["POST"] * 4 + ["GET"]


def test_a_fault_that_was_not_applied_is_reported(proxy: Proxy) -> None:
    proxy.add(Fault(reset, "PUT"))
    requests.get(f"{proxy.endpoint}{BUCKETS}?project=shop", timeout=5)
    assert not proxy.all_happened


def test_a_delayed_request_takes_that_long(proxy: Proxy, project: str) -> None:
    proxy.add(Fault(delay(0.3)))
    assert make_bucket(proxy, project).elapsed.total_seconds() > 0.3


def test_a_damaged_body_arrives_damaged(proxy: Proxy, storage_server: StorageEmulator, project: str) -> None:
    make_bucket(proxy, project)
    proxy.add(Fault(damage_body, "POST", "/upload"))
    upload = f"{proxy.endpoint}/upload/storage/v1/b/{project}/o?uploadType=media&name=x"
    assert requests.post(upload, data=b"aaa", timeout=5).ok
    assert (storage_server.root / project / "x").read_bytes() == b"a`a"


def test_a_chunked_body_is_forwarded(proxy: Proxy, storage_server: StorageEmulator, project: str) -> None:
    make_bucket(proxy, project)
    upload = f"{proxy.endpoint}/upload/storage/v1/b/{project}/o?uploadType=media&name=x"
    assert requests.post(upload, data=iter([b"one, ", b"two"]), timeout=5).ok
    assert (storage_server.root / project / "x").read_bytes() == b"one, two"
