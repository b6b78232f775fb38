"""`mail --serve` and `prometheus` on a port that is in use; that they serve is tested with all services."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecommerce_pipeline.commands.mail import serve_mail
from ecommerce_pipeline.commands.prometheus import prometheus_command
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings


@pytest.fixture
def used_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    return Settings.from_environment({"DATA_DIR": str(tmp_path)})


def test_mail_names_ports_and_options(settings: Settings, used_port: int) -> None:
    with pytest.raises(
        PlatformError, match=f"{used_port} .*in use; choose others with --smtp-port, --port and DATA_DIR"
    ):
        serve_mail(settings, "127.0.0.1", used_port, 0)


def test_metrics_names_port_and_option(settings: Settings, used_port: int) -> None:
    with pytest.raises(PlatformError, match=f"port {used_port} of 127.0.0.1: .*in use; choose another with --port"):
        prometheus_command(settings, "127.0.0.1", used_port)
