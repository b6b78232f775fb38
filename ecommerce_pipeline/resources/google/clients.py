"""Google's BigQuery clients, for an emulator too, and the application default credentials that they use.

BIGQUERY_EMULATOR_HOST is Google's own variable; for the emulator's Storage API Google has none, and
BIGQUERY_STORAGE_EMULATOR_HOST (host:port) is ours.
"""

import os
from typing import Any

import google.auth
import grpc
from google.auth import compute_engine, external_account, impersonated_credentials
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import Request
from google.cloud import bigquery
from google.cloud.bigquery_storage import BigQueryReadClient
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport
from google.oauth2 import credentials as user
from google.oauth2 import service_account

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


def bigquery_client(project: str | None, location: str) -> bigquery.Client:
    """Return a client of BigQuery, or of the emulator.

    Raises:
        google.auth.exceptions.DefaultCredentialsError: There are no credentials, and no emulator.
    """
    anonymous = AnonymousCredentials() if os.environ.get("BIGQUERY_EMULATOR_HOST") else None
    return bigquery.Client(project=project, location=location, credentials=anonymous)


def bigquery_read_client() -> BigQueryReadClient | None:
    """Return a client of BigQuery's Storage API; None where BigQuery is an emulator that does not say where it is.

    Raises:
        google.auth.exceptions.DefaultCredentialsError: There are no credentials, and no emulator.
    """
    if host := os.environ.get("BIGQUERY_STORAGE_EMULATOR_HOST"):
        return BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=grpc.insecure_channel(host)))
    return None if os.environ.get("BIGQUERY_EMULATOR_HOST") else BigQueryReadClient()


def credentials_kind() -> str:
    """Return what the application default credentials are, after proving that they work; nothing of their content.

    Raises:
        google.auth.exceptions.GoogleAuthError: There are none, or Google does not accept them.
    """
    found, _ = google.auth.default(scopes=SCOPES)
    found.refresh(Request())
    return _kind(found)


def _kind(found: Any) -> str:
    account = getattr(found, "service_account_email", None)
    match found:
        case impersonated_credentials.Credentials():
            return f"acting as the service account {account}"
        case service_account.Credentials():
            return f"the key file of the service account {account}; acting as it without a key is safer"
        case compute_engine.Credentials():
            return f"this machine's service account {account}"
        case external_account.Credentials():
            return "workload identity federation" + (f", acting as {account}" if account else "")
        case user.Credentials():
            return "a person's, by `gcloud auth application-default login`"
    return type(found).__name__
