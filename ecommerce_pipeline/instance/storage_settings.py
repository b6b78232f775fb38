"""The address of Dagster's storage in production: DAGSTER_POSTGRES_*, read by each of Dagster's processes."""

from collections.abc import Mapping
from typing import Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.postgres.address import TLS, Address
from ecommerce_pipeline.settings.secrets import read_secret

PREFIX: Final = "DAGSTER_POSTGRES_"
PASSWORD: Final = f"{PREFIX}PASSWORD"
DEFAULTS: Final = {"HOST": "", "PORT": "5432", "DB": "dagster", "USER": "dagster_storage"}


def storage_address(environment: Mapping[str, str]) -> Address:
    """Return the address of Dagster's database, including the password.

    Args:
        environment: DAGSTER_POSTGRES_HOST, _PORT, _DB, _USER, _PASSWORD or _PASSWORD_FILE, and TLS as libpq names it.

    Raises:
        PlatformError: The host or the password is missing, or the port is invalid.
    """
    values = {name: environment.get(f"{PREFIX}{name}") or default for name, default in DEFAULTS.items()}
    password = read_secret(PASSWORD, environment)
    if not values["HOST"] or not password:
        needed = {f"{PREFIX}HOST": values["HOST"], f"{PASSWORD}_FILE": password}
        raise PlatformError(
            f"{' and '.join(name for name, value in needed.items() if not value)} not set, so Dagster's storage "
            "cannot be reached: deploy/dagster/dagster.yaml needs them, see docs/deploy.md"
        )
    port = values["PORT"]
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise PlatformError(f"{PREFIX}PORT={port}: no port; set a number from 1 to 65535, or unset it for 5432")
    tls = {name: value for name in TLS if (value := environment.get(f"{PREFIX}{name.upper()}"))}
    return Address(values["HOST"], int(port), values["DB"], values["USER"], password, tls)
