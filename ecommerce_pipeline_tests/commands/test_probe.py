"""Health checks of services that do not run; those that run are checked with all services."""

import pytest

from ecommerce_pipeline.commands.probe import main, probe
from ecommerce_pipeline.errors import PlatformError


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("http://127.0.0.1:1/server_info", "http://127.0.0.1:1/server_info: .*refused"),
        ("grpc://127.0.0.1:1", "grpc://127.0.0.1:1: .*refused"),
        ("daemon", "Dagster's storage at 127.0.0.1:1, database dagster, user dagster_storage: .*refused"),
        ("webserver", "webserver cannot be probed: give http://HOST:PORT/PATH, grpc://HOST:PORT or daemon"),
    ],
)
def test_an_unhealthy_service_is_named_with_the_reason(
    service: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("DAGSTER_POSTGRES_PORT", "1")
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "of-nobody")
    with pytest.raises(PlatformError, match=f"(?s){message}"):
        probe(service)


def test_the_exit_code_is_1_and_the_reason_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["probe", "http://127.0.0.1:1/"])
    assert main() == 1
    assert "refused" in capsys.readouterr().err
