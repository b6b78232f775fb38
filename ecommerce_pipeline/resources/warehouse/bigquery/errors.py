"""BigQuery's errors in words: which project, dataset, table or object it was, and the role or command that helps.

BigQuery names the thing only in its sentences, so they are read: their reasons and forms are those of
https://cloud.google.com/bigquery/docs/error-messages. A sentence that is not known here is shown as it is.
"""

import re
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from google.api_core.exceptions import GoogleAPICallError

from ecommerce_pipeline.resources.google.errors import ACCOUNT, in_words, reason, said

JOB_ROLE: Final = "roles/bigquery.jobUser"
DATASET_ROLE: Final = "roles/bigquery.dataEditor"
SESSION_ROLE: Final = "roles/bigquery.readSessionUser"
OBJECT_ROLE: Final = "roles/storage.objectUser"


class Known(NamedTuple):
    """An error that BigQuery is known for.

    Attributes:
        reason: Google's word for its kind; a regular expression that matches it whole.
        words: A regular expression found in its sentence; what its groups name stands in the remedy.
        remedy: What it means and what helps; `{project}` and `{location}` are those of the settings.
    """

    reason: str
    words: str
    remedy: str


def _on_project(role: str) -> str:
    return f"grant {role}: `gcloud projects add-iam-policy-binding {{project}} --member={ACCOUNT} --role={role}`"


KNOWN: Final = (
    Known("notFound", r"Project:? (?P<thing>[\w:.-]+\w)", "there is no project {thing}: correct GCP_PROJECT"),
    Known(
        "notFound",
        r"Dataset (?P<thing>[\w:.-]+) was not found in location (?P<place>[\w-]+)",
        "there is no dataset {thing} in {place}: set GCP_LOCATION to where it is, `bq show {thing}` says it; or "
        "create it by deploy/terraform",
    ),
    Known("notFound", r"Dataset (?P<thing>[\w:.-]+\w)", "there is no dataset {thing}: create it by deploy/terraform"),
    Known("notFound", r"Table (?P<thing>[\w:.-]+\w)", "there is no table {thing}: materialize its days first"),
    Known(
        "notFound",
        r"(?P<thing>gs://(?P<bucket>[^/\s]+)/\S+)",
        "there is no object {thing}: materialize its lake asset again; `ecommerce-pipeline doctor` says whether the "
        "bucket {bucket} is there",
    ),
    Known(
        "invalid",
        r"different locations: source: (?P<source>[\w-]+), destination: (?P<place>[\w-]+)",
        "the bucket is in {source}, the dataset in {place}: BigQuery loads only within one location; create one of "
        "them anew, by deploy/terraform with one `location`",
    ),
    Known(
        "invalid",
        r"(?i)error while reading data|parquet",
        "an object does not hold what the table contract says: materialize the lake asset of these days again",
    ),
    Known("accessDenied", r"bigquery\.jobs\.create", _on_project(JOB_ROLE)),
    Known("accessDenied", r"bigquery\.readsessions", _on_project(SESSION_ROLE)),
    Known(
        "accessDenied",
        r"storage\.objects|Cloud Storage|gs://",
        f"the lake's objects must not be read: grant {OBJECT_ROLE} on the bucket, deploy/terraform does",
    ),
    Known(
        "accessDenied",
        r"(?:Dataset|Table) (?P<owner>[\w-]+):(?P<dataset>\w+)",
        f"""grant {DATASET_ROLE} on the dataset: bq query --nouse_legacy_sql 'GRANT `{DATASET_ROLE}` ON SCHEMA """
        f"""`{{owner}}.{{dataset}}` TO "{ACCOUNT}"'""",
    ),
    Known(
        "accessNotConfigured|SERVICE_DISABLED",
        "",
        "the API is off: `gcloud services enable bigquery.googleapis.com bigquerystorage.googleapis.com "
        "--project={project}`",
    ),
    Known("billingNotEnabled", "", "{project} has no billing account: https://console.cloud.google.com/billing"),
    Known(
        "quotaExceeded|rateLimitExceeded",
        "",
        "a quota of {project} is used up; run it again later, or ask for more: "
        "https://console.cloud.google.com/iam-admin/quotas?project={project}",
    ),
)


def job_errors(project: str | None, location: str | None, doing: str) -> AbstractContextManager[None]:
    """Turn Google's errors into PlatformErrors that name the thing and the remedy.

    Args:
        project: The project that pays.
        location: Where the datasets are, by the settings.
        doing: What failed: "the query to BigQuery".

    Raises:
        PlatformError: Google refused it, failed for longer than was waited, or could not be reached.
    """

    def explained(error: GoogleAPICallError) -> str | None:
        remedy = known(error, project, location)
        return f"{remedy} ({reason(error)})" if remedy else None

    return in_words(
        f"{doing} failed",
        missing="a dataset, table or object of it is not there: `ecommerce-pipeline doctor` says which",
        forbidden=f"grant {JOB_ROLE} on the project and {DATASET_ROLE} on the datasets: `gcloud projects "
        f"add-iam-policy-binding {project} --member={ACCOUNT} --role={JOB_ROLE}`, deploy/terraform does both",
        known=explained,
    )


def known(error: GoogleAPICallError, project: str | None, location: str | None) -> str | None:
    """Return what a known error means and what helps; None of one that is not known."""
    kinds = {str(each.get("reason", "")) for each in error.errors if isinstance(each, dict)}
    words = said(error)
    for one in KNOWN:
        found = re.search(one.words, words)
        if found and any(re.fullmatch(one.reason, kind) for kind in kinds):
            return one.remedy.format(project=project, location=location, **found.groupdict())
    return None
