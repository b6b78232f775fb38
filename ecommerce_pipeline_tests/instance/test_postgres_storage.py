"""The production instance's configuration: Dagster accepts it; the storage's address comes from the environment."""

from pathlib import Path

import pytest
import yaml
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import serialize_value
from sqlalchemy import make_url

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.postgres_storage import url_of
from ecommerce_pipeline.instance.storage_settings import storage_address
from ecommerce_pipeline.resources.postgres.address import SILENT_PEER
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
    assert url.query == SILENT_PEER | {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("environment", "message"),
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
def test_errors_name_the_missing_or_wrong_variable(environment: dict[str, str], message: str) -> None:
    with pytest.raises(PlatformError, match=message):
        storage_address(environment)


def test_the_configuration_that_dagster_passes_between_processes_holds_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_HOST", "storage")
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "tr0ub4dor-and-3")
    monkeypatch.setenv("DAGSTER_COMPUTE_LOGS", "/logs")
    serialized = serialize_value(InstanceRef.from_dir(str(PRODUCTION)))
    assert "instance.postgres_storage" in serialized
    assert "tr0ub4dor" not in serialized


def test_the_production_instance_has_the_settings_of_the_local_one() -> None:
    """Pools, retries and freshness protect the warehouse; production must not lose them."""
    local, production = (
        yaml.safe_load(file.read_text()) for file in (PROJECT_ROOT / "dagster.yaml", PRODUCTION / "dagster.yaml")
    )
    for block in ("telemetry", "nux", "concurrency", "freshness", "run_retries"):
        assert production[block] == local[block], block
    assert production["run_monitoring"].items() >= local["run_monitoring"].items()
