"""BigQuery's errors: the project, dataset, table or object concerned, and the role or command that helps.

BigQuery names these only in the text of its messages, which is matched here; the reasons are those of
https://cloud.google.com/bigquery/docs/error-messages. Other messages are shown unchanged.
"""

import re
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from google.api_core.exceptions import GoogleAPICallError

from ecommerce_pipeline.resources.google.errors import ACCOUNT, google_errors, google_message, reason

JOB_ROLE: Final = "roles/bigquery.jobUser"
DATASET_ROLE: Final = "roles/bigquery.dataEditor"
SESSION_ROLE: Final = "roles/bigquery.readSessionUser"
OBJECT_ROLE: Final = "roles/storage.objectUser"


class KnownError(NamedTuple):
    """A typical error of BigQuery.

    Attributes:
        reason: A regular expression that matches the error's whole `reason`.
        message: A regular expression that is searched in the message; the remedy may use its groups.
        remedy: The meaning and the remedy; `{project}` and `{location}` are those of the settings.
    """

    reason: str
    message: str
    remedy: str


def _grant_on_project(role: str) -> str:
    return f"grant {role}: `gcloud projects add-iam-policy-binding {{project}} --member={ACCOUNT} --role={role}`"


KNOWN: Final = (
    KnownError(
        "notFound", r"Project:? (?P<thing>[\w:.-]+\w)", "the project {thing} does not exist: correct GCP_PROJECT"
    ),
    KnownError(
        "notFound",
        r"Dataset (?P<thing>[\w:.-]+) was not found in location (?P<place>[\w-]+)",
        "the dataset {thing} does not exist in {place}: set GCP_LOCATION to its location, which `bq show {thing}` "
        "shows; or create it with deploy/terraform",
    ),
    KnownError(
        "notFound",
        r"Dataset (?P<thing>[\w:.-]+\w)",
        "the dataset {thing} does not exist: create it with deploy/terraform",
    ),
    KnownError(
        "notFound", r"Table (?P<thing>[\w:.-]+\w)", "the table {thing} does not exist: materialize its days first"
    ),
    KnownError(
        "notFound",
        r"(?P<thing>gs://(?P<bucket>[^/\s]+)/\S+)",
        "the object {thing} does not exist: materialize its lake asset again; `ecommerce-pipeline doctor` checks "
        "whether the bucket {bucket} exists",
    ),
    KnownError(
        "invalid",
        r"different locations: source: (?P<source>[\w-]+), destination: (?P<place>[\w-]+)",
        "the bucket is in {source}, the dataset in {place}: BigQuery loads only within one location; recreate one "
        "of them with deploy/terraform and one `location`",
    ),
    KnownError(
        "invalid",
        r"(?i)error while reading data|parquet",
        "an object does not match the table contract: materialize the lake asset of these days again",
    ),
    KnownError("accessDenied", r"bigquery\.jobs\.create", _grant_on_project(JOB_ROLE)),
    KnownError("accessDenied", r"bigquery\.readsessions", _grant_on_project(SESSION_ROLE)),
    KnownError(
        "accessDenied",
        r"storage\.objects|Cloud Storage|gs://",
        f"no permission to read the lake's objects: grant {OBJECT_ROLE} on the bucket, as deploy/terraform does",
    ),
    KnownError(
        "accessDenied",
        r"(?:Dataset|Table) (?P<owner>[\w-]+):(?P<dataset>\w+)",
        f"""grant {DATASET_ROLE} on the dataset: bq query --nouse_legacy_sql 'GRANT `{DATASET_ROLE}` ON SCHEMA """
        f"""`{{owner}}.{{dataset}}` TO "{ACCOUNT}"'""",
    ),
    KnownError(
        "accessNotConfigured|SERVICE_DISABLED",
        "",
        "the API is disabled: `gcloud services enable bigquery.googleapis.com bigquerystorage.googleapis.com "
        "--project={project}`",
    ),
    KnownError("billingNotEnabled", "", "{project} has no billing account: https://console.cloud.google.com/billing"),
    KnownError(
        "quotaExceeded|rateLimitExceeded",
        "",
        "a quota of {project} is exhausted; run it again later, or request an increase: "
        "https://console.cloud.google.com/iam-admin/quotas?project={project}",
    ),
)


def job_errors(project: str | None, location: str | None, action: str) -> AbstractContextManager[None]:
    """Convert Google's errors to PlatformErrors that name the cause and the remedy.

    Args:
        project: The project that is billed.
        location: The location of the datasets in the settings.
        action: What failed: "the query to BigQuery".

    Raises:
        PlatformError: Google rejected the request, still failed after all retries, or could not be reached.
    """

    def explain(error: GoogleAPICallError) -> str | None:
        remedy = known(error, project, location)
        return f"{remedy} ({reason(error)})" if remedy else None

    return google_errors(
        f"{action} failed",
        missing="a dataset, table or object does not exist: `ecommerce-pipeline doctor` finds out which",
        forbidden=f"grant {JOB_ROLE} on the project and {DATASET_ROLE} on the datasets: `gcloud projects "
        f"add-iam-policy-binding {project} --member={ACCOUNT} --role={JOB_ROLE}`, or use deploy/terraform for both",
        known=explain,
    )


def known(error: GoogleAPICallError, project: str | None, location: str | None) -> str | None:
    """Return the meaning and the remedy of an error; None if it is unknown."""
    reasons = {str(one.get("reason", "")) for one in error.errors if isinstance(one, dict)}
    message = google_message(error)
    for candidate in KNOWN:
        match = re.search(candidate.message, message)
        if match and any(re.fullmatch(candidate.reason, reason) for reason in reasons):
            return candidate.remedy.format(project=project, location=location, **match.groupdict())
    return None
