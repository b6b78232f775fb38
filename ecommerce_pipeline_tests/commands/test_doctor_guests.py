"""What doctor says of the key by which guests are known."""

from pathlib import Path

import pytest

from ecommerce_pipeline.commands.doctor.local import guests
from ecommerce_pipeline.settings import Settings

CLOUD = {"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "shop-lake"}


def said(folder: Path, **environment: str) -> str:
    return guests(Settings.from_environment({"DATA_DIR": str(folder), **environment}))


def test_a_hash_without_a_key_is_called_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERSON_KEY_SECRET", raising=False)
    assert said(tmp_path, **CLOUD).startswith("without a key: PERSON_KEY_SECRET is not set")
    assert [*tmp_path.iterdir()] == []
    assert said(tmp_path, **CLOUD, GUESTS_BY_EMAIL="false").startswith("guests are nobody")


def test_the_key_is_named_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERSON_KEY_SECRET", raising=False)
    kept = said(tmp_path)
    assert kept == f"known by the random key in {tmp_path}/person_key: keep a copy of it"
    assert said(tmp_path) == kept
    monkeypatch.setenv("PERSON_KEY_SECRET", "one-long-text-of-many")
    for target in ({}, CLOUD):
        assert said(tmp_path, **target) == "known by PERSON_KEY_SECRET"
