from pathlib import Path

import pytest

from ecommerce_pipeline.settings import SettingsError
from ecommerce_pipeline.settings.environment_file import load_environment_file, misspelt_variables
from ecommerce_pipeline.settings.names import setting_names


def loaded(tmp_path: Path, content: str | bytes, environment: dict[str, str] | None = None) -> list[str]:
    """Load a file with the content; return the warnings without the path."""
    file = tmp_path / ".env"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = environment if environment is not None else {}
    return [warning.removeprefix(f"{file}, ") for warning in load_environment_file(found, file)]


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("SCALLE", "SCALE"),
        ("SCAEL", "SCALE"),
        ("scale", "SCALE"),
        ("START_DAT", "START_DATE"),
        ("STARTDATE", "START_DATE"),
        ("POSTGRES_SSL_MODE", "POSTGRES_SSLMODE"),
        ("POSTGRES_PASWORD", "POSTGRES_PASSWORD"),
        ("SMPT_HOST", "SMTP_HOST"),
        ("DAGSTER_POSTGRES_HOTS", "DAGSTER_POSTGRES_HOST"),
    ],
)
def test_a_misspelt_setting_in_the_file_is_refused_with_the_likely_one(tmp_path: Path, name: str, likely: str) -> None:
    """`SCALLE=10` was ignored in silence."""
    environment: dict[str, str] = {}
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, f"# shop\n\n{name}=hunter2\n", environment)
    assert str(caught.value).startswith(f"{tmp_path}/.env, line 3: {name} is no setting; did you mean {likely}?")
    assert "hunter2" not in str(caught.value)
    assert environment == {}


def test_every_wrong_line_is_named_at_once_and_none_is_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, "SEED\nSCALE: hunter2\nSCALLE=1\nSTORES=3\n")
    lines = str(caught.value).replace(f"{tmp_path}/.env, ", "").splitlines()
    assert [line.split(";")[0] for line in lines] == [
        "line 1: SEED has no value",
        "line 2: not NAME=VALUE",
        "line 3: SCALLE is no setting",
    ]
    assert "hunter2" not in str(caught.value)


def test_other_programs_variables_in_the_file_are_loaded_and_a_similar_name_is_a_warning(tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    [warning] = loaded(tmp_path, "HTTPS_PROXY=http://proxy:3128\nPOSTGRES_USERNAME=ann\n", environment)
    assert warning == "line 2: POSTGRES_USERNAME is no setting and has no effect here; did you mean POSTGRES_USER?"
    assert environment == {"HTTPS_PROXY": "http://proxy:3128", "POSTGRES_USERNAME": "ann"}


def test_a_misspelt_environment_variable_is_a_warning_unless_the_setting_is_set() -> None:
    [warning] = misspelt_variables({"SCALLE": "10", "SMPT_HOST": "a", "SMTP_HOST": "b"})
    assert warning == (
        "the environment variable SCALLE is no setting and has no effect; if SCALE is meant, correct the name"
    )


@pytest.mark.parametrize(
    "names",
    [
        ("GCP_PROJECT_ID", "GCLOUD_PROJECT", "GCP_REGION", "GCS_BUCKET_NAME", "BIGQUERY_EMULATOR_HOST"),
        ("POSTGRES_URL", "POSTGRES_SERVER", "POSTGRES_USERNAME", "POSTGRES_INITDB_ARGS", "POSTGRES_PORT_5432_TCP"),
        ("SMTP_SERVER", "SMTP_FROM", "SMTP_TLS", "DBT_PROJECT_DIR", "DBT_TARGET", "DAGSTER_GRPC_PORT", "LOG_LEVEL"),
        ("TARGETS", "SOURCES", "STORE", "PRODUCT", "CUSTOMER", "START_TIME", "XDG_DATA_DIRS", "PATH", "HOME"),
        tuple(setting_names()),
    ],
)
def test_other_programs_variables_and_settings_themselves_are_no_misspellings(names: tuple[str, ...]) -> None:
    assert misspelt_variables(dict.fromkeys(names, "x")) == []


def test_an_environment_variable_is_preferred_and_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    environment = {"SCALE": "2"}
    assert loaded(tmp_path, "SCALE=10\nDATA_DIR=my data\nPOSTGRES_DB=my data\nDBT_PARSED_DIR=\n", environment) == []
    assert environment == {
        "SCALE": "2",
        "DATA_DIR": f"{tmp_path}/my data",
        "POSTGRES_DB": "my data",
        "DBT_PARSED_DIR": "",
    }


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\.env, line 2: not UTF-8 text; save the file as UTF-8"):
        loaded(tmp_path, b"SCALE=1\nDASHBOARD_TITLE=B\xfcro\n")
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env: Is a directory"):
        load_environment_file({}, tmp_path / ".env")
    assert load_environment_file({}, tmp_path / "none") == []
