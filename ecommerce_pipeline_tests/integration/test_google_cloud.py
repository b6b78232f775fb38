"""The same graph on Google Cloud: emulators of Cloud Storage and BigQuery, Google's real clients, real dbt-bigquery."""

from collections.abc import Callable

from google.cloud import bigquery, storage

from ecommerce_pipeline_tests.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")


def test_the_emulators_end_with_the_rows_of_the_local_target_also_after_a_second_run(
    new_platform: Callable[..., Platform],
    storage_client: storage.Client,
    bigquery_client: bigquery.Client,
    project: str,
) -> None:
    storage_client.create_bucket(f"{project}-lake", location="US")
    here = new_platform("here")
    there = new_platform("there", TARGET="gcp", GCP_PROJECT=project, GCS_BUCKET=f"{project}-lake", GCS_PREFIX="lake")
    here.run(*DAYS)
    there.run(*DAYS)
    assert there.rows() == here.rows()
    there.run(DAYS[1])
    assert there.rows() == here.rows()
