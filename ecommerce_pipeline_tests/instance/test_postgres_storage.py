"""The production instance's configuration: Dagster takes it, its storage's address comes from the environment alone."""

from pathlib import Path

import pytest
import yaml
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import serialize_value
from sqlalchemy import make_url

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.postgres_storage import url_of
from ecommerce_pipeline.instance.storage_settings import storage_address
from ecommerce_pipeline.settings import PROJECT_ROOT

PRODUCTION = PROJECT_ROOT / "deploy" / "dagster"
ODD = 'it\'s "a" @:/ %41 pass'


def test_the_address_is_read_from_variables_and_the_password_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{ODD}\n")
    url = make_url(
        url_of(
            storage_address(
                {
                    "DAGSTER_POSTGRES_HOST": "storage",
                    "DAGSTER_POSTGRES_PASSWORD_FILE": str(secret),
                    "DAGSTER_POSTGRES_SSLMODE": "verify-full",
                }
            )
        )
    )
    assert (url.drivername, url.host, url.port) == ("postgresql+psycopg2", "storage", 5432)
    assert (url.username, url.password, url.database) == ("dagster_storage", ODD, "dagster")
    assert url.query == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "DAGSTER_POSTGRES_HOST and DAGSTER_POSTGRES_PASSWORD_FILE not set"),
        ({"DAGSTER_POSTGRES_HOST": "storage"}, "^DAGSTER_POSTGRES_PASSWORD_FILE not set"),
        (
            {"DAGSTER_POSTGRES_HOST": "h", "DAGSTER_POSTGRES_PASSWORD": "p", "DAGSTER_POSTGRES_PORT": "http"},
            "DAGSTER_POSTGRES_PORT=http: no port",
        ),
        (
            {"DAGSTER_POSTGRES_HOST": "h", "DAGSTER_POSTGRES_PASSWORD_FILE": "/nowhere/password"},
            "DAGSTER_POSTGRES_PASSWORD_FILE=/nowhere/password: No such file",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(PlatformError, match=said):
        storage_address(environment)


def test_what_dagster_hands_from_process_to_process_holds_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_HOST", "storage")
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "tr0ub4dor-and-3")
    monkeypatch.setenv("DAGSTER_COMPUTE_LOGS", "/logs")
    handed_over = serialize_value(InstanceRef.from_dir(str(PRODUCTION)))
    assert "instance.postgres_storage" in handed_over
    assert "tr0ub4dor" not in handed_over


def test_production_keeps_what_holds_for_the_local_instance() -> None:
    """Pools, retries and freshness guard the warehouse; they must not be lost on the way to production."""
    local, production = (
        yaml.safe_load(file.read_text()) for file in (PROJECT_ROOT / "dagster.yaml", PRODUCTION / "dagster.yaml")
    )
    for block in ("telemetry", "nux", "concurrency", "freshness", "run_retries"):
        assert production[block] == local[block], block
    assert production["run_monitoring"].items() >= local["run_monitoring"].items()
