"""Secrets come from a variable or a file; errors name what is wrong once, and never the secret."""

from pathlib import Path

import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings, SettingsError
from ecommerce_pipeline.settings.secrets import SECRETS, read_secret


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_read_from_its_variable_or_from_its_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(" correct horse \n")
    assert read_secret(name, {}) is None
    assert read_secret(name, {name: "", f"{name}_FILE": ""}) is None
    assert read_secret(name, {name: "correct horse"}) == "correct horse"
    assert read_secret(name, {f"{name}_FILE": str(file), name: ""}) == " correct horse ", "only the line end is cut off"


def test_a_secret_stays_masked_after_it_was_changed(tmp_path: Path) -> None:
    assert read_secret("SMTP_PASSWORD", {"SMTP_PASSWORD": "last year's battery"}) == "last year's battery"
    file = tmp_path / "secret"
    file.write_text("last year's staple")
    assert read_secret("SMTP_PASSWORD", {"SMTP_PASSWORD_FILE": str(file)}) == "last year's staple"
    file.unlink()
    assert str(PlatformError("refused: last year's battery, last year's staple")) == "refused: ***, ***"


def test_variable_and_file_at_once_are_refused_without_showing_either(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse")
    with pytest.raises(PlatformError) as caught:
        read_secret("SMTP_PASSWORD", {"SMTP_PASSWORD": "battery staple", "SMTP_PASSWORD_FILE": str(file)})
    assert str(caught.value) == "SMTP_PASSWORD and SMTP_PASSWORD_FILE are both set: unset one of them"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file or directory; name a file that this user can read and that contains the secret"),
        (b"", "the file is empty; write only the secret into it, in one line"),
        (b"\n", "the file is empty; write"),
        (b"one\ntwo\n", "the file has several lines; write"),
        (b"\xff\xfe", "the file is not UTF-8 text; write"),
    ],
)
def test_a_file_without_a_secret_is_one_error_that_names_variable_path_and_remedy(
    content: bytes | None, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PlatformError) as caught:
        read_secret("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD_FILE": str(file)})
    assert str(caught.value).startswith(f"POSTGRES_PASSWORD_FILE={file}: {problem}")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Is a directory; name a file"):
        read_secret("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD_FILE": str(tmp_path)})


@pytest.mark.parametrize("mistaken", ["hunter2", "pa\x00ss", "a" * 5000])
def test_a_secret_written_in_place_of_its_path_is_not_shown(mistaken: str) -> None:
    with pytest.raises(PlatformError) as caught:
        read_secret("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD_FILE": mistaken})
    assert "POSTGRES_PASSWORD_FILE is not an absolute path: " in str(caught.value)
    assert mistaken not in str(caught.value)


def test_the_settings_name_every_secret_that_is_wrong_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            {
                "SCALE": "many",
                "POSTGRES_PASSWORD": "hunter2",
                "POSTGRES_PASSWORD_FILE": str(tmp_path),
                "SMTP_PASSWORD_FILE": str(tmp_path / "nowhere"),
            }
        )
    scale, postgres, smtp = str(caught.value).splitlines()
    assert scale.startswith("SCALE=many: ")
    assert postgres == "POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set: unset one of them"
    assert smtp.startswith(f"SMTP_PASSWORD_FILE={tmp_path / 'nowhere'}: No such file or directory; name a file")
