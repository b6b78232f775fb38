"""Google's BigQuery clients, also for an emulator, and the kind of the application default credentials.

BIGQUERY_EMULATOR_HOST is Google's variable. Google has none for the emulator's Storage API;
BIGQUERY_STORAGE_EMULATOR_HOST (host:port) is this platform's.
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
    """Return a client of BigQuery or the emulator.

    Raises:
        google.auth.exceptions.DefaultCredentialsError: There are neither credentials nor an emulator.
    """
    anonymous = AnonymousCredentials() if os.environ.get("BIGQUERY_EMULATOR_HOST") else None
    return bigquery.Client(project=project, location=location, credentials=anonymous)


def bigquery_read_client() -> BigQueryReadClient | None:
    """Return a client of BigQuery's Storage API; None for an emulator without BIGQUERY_STORAGE_EMULATOR_HOST.

    Raises:
        google.auth.exceptions.DefaultCredentialsError: There are neither credentials nor an emulator.
    """
    if host := os.environ.get("BIGQUERY_STORAGE_EMULATOR_HOST"):
        return BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=grpc.insecure_channel(host)))
    return None if os.environ.get("BIGQUERY_EMULATOR_HOST") else BigQueryReadClient()


def credentials_kind() -> str:
    """Refresh the application default credentials and return their kind and account, without secrets.

    Raises:
        google.auth.exceptions.GoogleAuthError: There are none, or Google rejects them.
    """
    found, _ = google.auth.default(scopes=SCOPES)
    found.refresh(Request())
    return _kind(found)


def _kind(found: Any) -> str:
    account = getattr(found, "service_account_email", None)
    match found:
        case impersonated_credentials.Credentials():
            return f"impersonating the service account {account}"
        case service_account.Credentials():
            return f"a key file of the service account {account}; impersonating it without a key is safer"
        case compute_engine.Credentials():
            return f"this machine's service account {account}"
        case external_account.Credentials():
            return "workload identity federation" + (f", impersonating {account}" if account else "")
        case user.Credentials():
            return "user credentials of `gcloud auth application-default login`"
    return type(found).__name__
