"""The same on Google Cloud's emulators, with fewer faults. `make chaos` runs this file by name."""

import os
import random
from contextlib import closing
from pathlib import Path

import pytest
from google.cloud import bigquery, storage

from ecommerce_pipeline_tests.chaos.disturb import disturb
from ecommerce_pipeline_tests.chaos.faults import KILLS
from ecommerce_pipeline_tests.support.lives import built_at_once, comparable_rows
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")
COUNT = int(os.environ.get("CHAOS_CLOUD_FAULTS", "8"))
SEED = int(os.environ.get("CHAOS_SEED", "20260308"))


@pytest.mark.timeout(300 + 180 * COUNT)
def test_no_row_is_lost_or_doubled_on_google_cloud(
    tmp_path: Path,
    storage_client: storage.Client,
    bigquery_client: bigquery.Client,
    project: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage_client.create_bucket(f"{project}-lake", location="US")
    cloud = {"TARGET": "gcp", "GCP_PROJECT": project, "GCS_BUCKET": f"{project}-lake", "DBT_PARSED_DIR": ""}
    emulators = {name: os.environ[name] for name in ("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST")}
    print(f"CHAOS_SEED={SEED} CHAOS_CLOUD_FAULTS={COUNT}")  # noqa: T201 - to repeat it
    with closing(Platform(tmp_path / "gcp", cloud | emulators)) as gcp:
        disturb(gcp, DAYS, random.Random(SEED), COUNT, KILLS)
        with closing(built_at_once(gcp, tmp_path / "local", monkeypatch)) as local:
            assert comparable_rows(gcp) == comparable_rows(local)
