"""Google Cloud for the tests: one emulator of each service per worker, a new bucket and project per test; text keys."""

import gc
import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest
from dagster_gcp import GCSResource
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, storage
from hypothesis import HealthCheck, settings

from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.synthetic.arrow_columns import schema_of
from ecommerce_pipeline_tests.support.emulators import (
    BigQueryEmulator,
    StorageEmulator,
    bigquery_emulator,
    storage_emulator,
)
from ecommerce_pipeline_tests.support.faults import Proxy, faulty

# A shell starts background jobs with SIGINT ignored; programs that tests stop with SIGINT would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Repeated collections of the objects that Dagster and dbt create at import would take a tenth of the tests' time.
gc.set_threshold(50_000, 20, 50)

# On a busy machine Hypothesis would fail a property for the time that its examples take.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture
def text_keys() -> Iterator[None]:
    """Let the shop's keys be texts; the setting is the process's."""
    use_keys("text")
    schema_of.cache_clear()
    yield
    use_keys("integer")
    schema_of.cache_clear()


@pytest.fixture(scope="session")
def storage_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageEmulator]:
    """Run the Cloud Storage emulator; it starts in 0.2 s."""
    with storage_emulator(tmp_path_factory.mktemp("storage")) as server:
        yield server


@pytest.fixture(scope="session")
def bigquery_server(
    tmp_path_factory: pytest.TempPathFactory, storage_server: StorageEmulator
) -> Iterator[BigQueryEmulator]:
    """Run the BigQuery emulator on the buckets of the Cloud Storage emulator; it starts in 3 to 6 s."""
    with bigquery_emulator(tmp_path_factory.mktemp("bigquery"), storage_server.root) as server:
        yield server


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a new Google Cloud project; the machine's credentials are hidden."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    return f"shop-{uuid4().hex[:10]}"


@pytest.fixture
def storage_client(
    storage_server: StorageEmulator, project: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[storage.Client]:
    """Yield Google's client of the Cloud Storage emulator, which the package's code finds as well."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", storage_server.endpoint)
    client = storage.Client(project=project, credentials=AnonymousCredentials())
    yield client
    client.close()


@pytest.fixture
def storage_proxy(
    storage_server: StorageEmulator, storage_client: storage.Client, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    """Put a proxy between the package's code and the Cloud Storage emulator; the tests' own client bypasses it."""
    with faulty(storage_server.endpoint) as proxy:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.endpoint)
        yield proxy


@pytest.fixture
def bucket(storage_client: storage.Client, project: str) -> storage.Bucket:
    """Return an empty bucket in US."""
    return storage_client.create_bucket(f"{project}-lake", location="US")


@pytest.fixture
def gcs_store(bucket: storage.Bucket, project: str) -> GcsStore:
    """Return the store of a lake in the bucket, under the prefix `lake`."""
    return GcsStore(gcs=GCSResource(project=project), bucket=bucket.name, prefix="lake", retry_seconds=60)


@pytest.fixture
def bigquery_client(
    bigquery_server: BigQueryEmulator, project: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[bigquery.Client]:
    """Yield Google's client of the BigQuery emulator, which the package's code finds as well."""
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", bigquery_server.endpoint)
    with bigquery.Client(project=project, credentials=AnonymousCredentials(), location="US") as client:
        yield client


@pytest.fixture
def bigquery_proxy(
    bigquery_server: BigQueryEmulator, bigquery_client: bigquery.Client, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    """Put a proxy between the package's code and the BigQuery emulator; the tests' own client bypasses it."""
    with faulty(bigquery_server.endpoint) as proxy:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", proxy.endpoint)
        yield proxy
