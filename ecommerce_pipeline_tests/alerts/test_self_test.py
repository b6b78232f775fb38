"""`doctor --send-test-email`, `doctor` and `mail`, on the command line."""

import os
import subprocess
import sys
from pathlib import Path

from ecommerce_pipeline_tests.support.mailbox import Mailbox, text_of

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")


def command(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = inherited | {"DATA_DIR": str(folder), "SMTP_HOST": "", "COLUMNS": "200"} | variables
    return subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False)


def mail_settings(mailbox: Mailbox) -> dict[str, str]:
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mailbox.port),
        "SMTP_SECURITY": "none",
        "ALERT_FROM": "dagster@shop.example",
        "ALERT_TO": "ops@shop.example",
        "ALERT_ROUTES": "team:sales=sales@shop.example,ops@shop.example",
    }


def test_a_test_email_goes_to_every_recipient_and_the_server_s_answer_is_shown(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    mailbox.moods.append("250 2.0.0 OK queued as 4711")
    result = command(tmp_path, "doctor", "--send-test-email", **mail_settings(mailbox))
    assert result.returncode == 0, result.stderr
    assert "accepted it for ops@shop.example, sales@shop.example: 250 2.0.0 OK queued as 4711" in result.stdout
    [mail] = mailbox.mails
    assert mail["Subject"] == "[ecommerce] Test: alerts reach you"
    assert "Nothing failed" in text_of(mail)


def test_a_refusal_is_shown_with_the_server_s_answer(tmp_path: Path, mailbox: Mailbox) -> None:
    mailbox.strangers["sales@shop.example"] = "550 5.1.1 no such user"
    result = command(tmp_path, "doctor", "--send-test-email", **mail_settings(mailbox))
    assert result.returncode == 1
    assert "accepted for ops@shop.example, refused for sales@shop.example: 550 5.1.1 no such user" in result.stdout


def test_a_login_without_a_password_is_one_clear_line(tmp_path: Path, mailbox: Mailbox) -> None:
    result = command(tmp_path, "doctor", "--send-test-email", **mail_settings(mailbox), SMTP_USER="ann")
    assert result.returncode == 1
    assert "SMTP_USER is set, but neither SMTP_PASSWORD nor SMTP_PASSWORD_FILE is" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_incomplete_settings_are_one_clear_error(tmp_path: Path) -> None:
    result = command(tmp_path, "doctor", "--send-test-email", SMTP_HOST="mail.example")
    assert result.returncode == 1
    assert result.stderr.strip() == "error: SMTP_HOST=mail.example is set, so ALERT_TO and ALERT_FROM must be set too"


def test_without_a_server_the_test_email_is_kept_and_listed(tmp_path: Path) -> None:
    assert "No mail in" in command(tmp_path, "mail").stdout
    result = command(tmp_path, "doctor", "--send-test-email")
    assert result.returncode == 0, result.stderr
    assert f"read it at {tmp_path / 'mail' / 'index.html'}" in result.stdout
    listed = command(tmp_path, "mail").stdout
    assert "[ecommerce] Test: alerts reach you" in listed
    assert str(tmp_path / "mail" / "index.html") in listed
