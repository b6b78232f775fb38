"""The dbt files derived from Python: they are current, and stay so when the table contract changes."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Column, Float, Text

from ecommerce_pipeline.commands.generate import EDITED, generate, outdated
from ecommerce_pipeline.schema.dbt import MODELS, dbt_files, dbt_type
from ecommerce_pipeline.schema.tables import STAGING, TABLES, staged
from ecommerce_pipeline.settings import PROJECT_ROOT


def test_generated_files_are_current() -> None:
    assert outdated() == {}, "run: make generate"


def test_generating_writes_what_is_outdated_and_deletes_what_the_contract_has_no_more(tmp_path: Path) -> None:
    generate(tmp_path)
    assert outdated(tmp_path) == {}
    edited, missing, extra = (
        tmp_path / "ecommerce_dbt" / MODELS / name for name in ("stg_stores.sql", "stg_stores.yml", "stg_gone.sql")
    )
    edited.write_text("select 1")
    missing.unlink()
    extra.touch()
    assert list(outdated(tmp_path)) == sorted([edited, missing, extra])
    generate(tmp_path)
    assert outdated(tmp_path) == {}
    assert not extra.exists()


def test_a_column_of_a_source_table_reaches_its_source_its_models_and_their_casts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = dbt_files()
    reviews = TABLES["reviews"].to_metadata(type(TABLES["reviews"].metadata)())
    reviews.append_column(Column("photo_url", Text(), comment='Photo: "as" taken.'))
    monkeypatch.setitem(TABLES, "reviews", reviews)
    monkeypatch.setitem(STAGING, "reviews", staged(reviews))
    changed = {path for path, text in dbt_files().items() if text != before[path]}
    assert changed == {
        f"{MODELS}/sources.yml",
        f"{MODELS}/stg_reviews.yml",
        f"{MODELS}/quarantine_reviews.yml",
        "macros/generated/table_contract.sql",
    }


def test_the_page_of_personal_data_and_the_role_for_extraction_follow_the_contract(tmp_path: Path) -> None:
    """A table that was new in the contract was granted to nobody until somebody remembered the script."""
    current = {name: (PROJECT_ROOT / name).read_text() for name in EDITED}
    for name, text in current.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(re.sub(r"^(\| `title`| +'reviews').*\n", "", text, flags=re.MULTILINE))
        assert tmp_path / name in outdated(tmp_path)
    generate(tmp_path)
    assert {name: (tmp_path / name).read_text() for name in EDITED} == current


def test_a_type_without_a_counterpart_in_dbt_is_an_error() -> None:
    with pytest.raises(TypeError, match="no dbt type for Float"):
        dbt_type(Float())
