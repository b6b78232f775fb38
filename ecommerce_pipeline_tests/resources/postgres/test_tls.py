"""TLS to PostgreSQL with each client: psycopg, ADBC and DuckDB's extension, each with its own libpq."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.settings import Settings, SettingsError
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.resources.postgres.clients import CLIENTS, Use
from ecommerce_pipeline_tests.support.tls_relay import TlsRelay, tls_relay


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def relay(server: PostgresResource, authority: trustme.CA) -> Iterator[TlsRelay]:
    address = server.address()
    with tls_relay((address.host, address.port), authority.issue_cert("127.0.0.1")) as running:
        yield running


@pytest.fixture
def connecting(
    owner: PostgresResource, tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., PostgresResource]:
    """Return the resource of given settings: the owner's login, and by default the right authority."""
    address = owner.address()
    monkeypatch.setenv("POSTGRES_PASSWORD", address.password)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def connect(relay: TlsRelay, **environment: str) -> PostgresResource:
        defaults = {
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(relay.port),
            "POSTGRES_SSLMODE": "verify-full",
            "POSTGRES_SSLROOTCERT": str(tmp_path / "ca.pem"),
        }
        return postgres(Settings.from_environment(defaults | environment))

    return connect


@CLIENTS
def test_a_server_with_the_authority_s_certificate_is_trusted(
    use: Use, connecting: Callable[..., PostgresResource], relay: TlsRelay
) -> None:
    before = relay.encrypted
    use(connecting(relay))
    assert relay.encrypted > before


@CLIENTS
def test_a_server_of_another_authority_is_refused_in_one_message(
    use: Use, connecting: Callable[..., PostgresResource], relay: TlsRelay, tmp_path: Path, owner: PostgresResource
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    with pytest.raises(PlatformError) as caught:
        use(connecting(relay, POSTGRES_SSLROOTCERT=str(tmp_path / "other.pem")))
    message = str(caught.value)
    assert message.startswith(f"PostgreSQL at 127.0.0.1:{relay.port}, database ecommerce, user ecommerce: ")
    assert "certificate verify failed" in message
    assert "not signed by an authority in POSTGRES_SSLROOTCERT: add the authority's certificate to that file" in message
    assert owner.address().password not in message
    assert "\n" not in message


@CLIENTS
def test_a_server_with_the_certificate_of_another_name_is_refused(
    use: Use, connecting: Callable[..., PostgresResource], owner: PostgresResource, authority: trustme.CA
) -> None:
    address = owner.address()
    with tls_relay((address.host, address.port), authority.issue_cert("db.example.com")) as other:
        with pytest.raises(PlatformError, match=r"does not match host name .* POSTGRES_SSLMODE=verify-ca"):
            use(connecting(other))
        use(connecting(other, POSTGRES_SSLMODE="verify-ca"))


@CLIENTS
def test_nothing_is_sent_unencrypted_to_a_server_without_tls(
    use: Use, connecting: Callable[..., PostgresResource], owner: PostgresResource, relay: TlsRelay
) -> None:
    with pytest.raises(PlatformError, match=r"server does not support SSL.* enable TLS on the server"):
        use(connecting(relay, POSTGRES_PORT=str(owner.address().port), POSTGRES_SSLMODE="require"))


@CLIENTS
def test_a_server_that_demands_a_client_certificate_gets_ours(
    use: Use,
    connecting: Callable[..., PostgresResource],
    owner: PostgresResource,
    authority: trustme.CA,
    tmp_path: Path,
) -> None:
    address = owner.address()
    ours = authority.issue_cert("pipeline.example.com")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    ours.private_key_pem.write_to_path(tmp_path / "client.key")
    (tmp_path / "client.key").chmod(0o600)
    certificate = {
        "POSTGRES_SSLCERT": str(tmp_path / "client.pem"),
        "POSTGRES_SSLKEY": str(tmp_path / "client.key"),
    }
    with tls_relay((address.host, address.port), authority.issue_cert("127.0.0.1"), clients=authority) as strict:
        use(connecting(strict, **certificate))
        with pytest.raises(PlatformError, match=r"certificate required.* set POSTGRES_SSLCERT and POSTGRES_SSLKEY"):
            use(connecting(strict))
        (tmp_path / "client.key").chmod(0o644)
        with pytest.raises(PlatformError, match=r"private key file .* restrict the file POSTGRES_SSLKEY to mode 0600"):
            use(connecting(strict, **certificate))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"POSTGRES_SSLMODE": "verify-full"}, "POSTGRES_SSLMODE=verify-full needs POSTGRES_SSLROOTCERT: a file of"),
        ({"POSTGRES_SSLROOTCERT": "/nowhere"}, "POSTGRES_SSLROOTCERT=/nowhere: there is no such file"),
        (
            {"POSTGRES_SSLCERT": __file__},
            "only one of POSTGRES_SSLCERT and POSTGRES_SSLKEY is set: set both or neither",
        ),
        ({"POSTGRES_SSLMODE": "tls"}, "POSTGRES_SSLMODE=tls: input should be 'disable'"),
    ],
)
def test_tls_settings_that_cannot_work_are_refused_at_the_start(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment)
    assert message in str(caught.value)
