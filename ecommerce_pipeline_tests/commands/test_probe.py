"""What a health check says of a service that is not there; what it says of those at work is shown with all services."""

import pytest

from ecommerce_pipeline.commands.probe import main, probe
from ecommerce_pipeline.errors import PlatformError


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("http://127.0.0.1:1/server_info", "http://127.0.0.1:1/server_info: .*refused"),
        ("grpc://127.0.0.1:1", "grpc://127.0.0.1:1: .*refused"),
        ("daemon", "Dagster's storage at 127.0.0.1:1, database dagster, user dagster_storage: .*refused"),
        ("webserver", "webserver cannot be probed: give http://HOST:PORT/PATH, grpc://HOST:PORT or daemon"),
    ],
)
def test_what_is_not_well_is_said(what: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("DAGSTER_POSTGRES_PORT", "1")
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "of-nobody")
    with pytest.raises(PlatformError, match=f"(?s){said}"):
        probe(what)


def test_the_exit_code_is_not_0_and_the_reason_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["probe", "http://127.0.0.1:1/"])
    assert main() == 1
    assert "refused" in capsys.readouterr().err
