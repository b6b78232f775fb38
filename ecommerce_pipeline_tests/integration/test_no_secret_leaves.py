"""Secrets planted in every setting that takes one appear nowhere: no file of the data folder, no output, no mail."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterEventType, DagsterInstance
from psycopg import sql

from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.support.credentials import write_key
from ecommerce_pipeline_tests.support.mailbox import Mailbox, html_of, text_of

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
DAY = ["--from", "2026-03-08", "--to", "2026-03-08"]
# Each has characters that every language of strings writes differently around a core that all write alike.
CORE = "9qZx7Planted"
PLANTED = {name: f"{name[0]}'\"\\ %ö/{CORE}{name[0]}" for name in ("POSTGRES_PASSWORD", "SHOP_API_TOKEN")}
MAIL_PASSWORD = f"m'\"\\ %/{CORE}m"


@dataclass
class Leaks:
    """A platform with a secret in every setting, and what it has said so far.

    Attributes:
        folder: Its data folder.
        environment: Its settings.
        outputs: What its programs printed, by their command lines.
        needles: What must not be found.
    """

    folder: Path
    environment: dict[str, str]
    outputs: dict[str, str] = field(default_factory=dict)
    needles: list[bytes] = field(default_factory=list)

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.Popen(
            command,
            env={name: value for name, value in (inherited | self.environment | environment).items() if value},
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, name: str, process: subprocess.Popen[str]) -> str:
        self.outputs[name], _ = process.communicate(timeout=240)
        return self.outputs[name]

    def call(self, *command: str, **environment: str) -> str:
        return self.end(" ".join(command[1:]), self.start(*command, **environment))

    def found(self) -> dict[str, list[bytes]]:
        """Return where secrets are."""
        said = {name: output.encode() for name, output in self.outputs.items()}
        said |= {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        found = {place: [needle for needle in self.needles if needle in text] for place, text in said.items()}
        return {place: needles for place, needles in found.items() if needles}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    server = Mailbox(login=("ann", MAIL_PASSWORD), security="starttls")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def leaks(tmp_path: Path, mailbox: Mailbox) -> Iterator[Leaks]:
    owner = PostgresResource(embedded_dir=str(tmp_path / "server"))
    owner.create_tables(list(TABLES.values()))
    with owner.connect() as connection:
        connection.execute((PROJECT_ROOT / "deploy/postgres/extract_role.sql").read_bytes())
        password = sql.Literal(PLANTED["POSTGRES_PASSWORD"])
        connection.execute(sql.SQL("ALTER ROLE ecommerce_extract PASSWORD {}").format(password))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "postgres").write_text(PLANTED["POSTGRES_PASSWORD"])
    (secrets / "mail").write_text(MAIL_PASSWORD)
    private = write_key(secrets / "google.json", "https://oauth2.example.com/token")
    mailbox.authority.cert_pem.write_to_path(secrets / "ca.pem")
    folder = tmp_path / 'the "shop\'s" data; --'
    address = owner.address()
    environment = {
        "SOURCE": "external",
        "DATA_DIR": str(folder),
        "DAGSTER_HOME": str(folder / "dagster"),
        "POSTGRES_HOST": address.host,
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_USER": "ecommerce_extract",
        "POSTGRES_PASSWORD_FILE": str(secrets / "postgres"),
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(mailbox.port),
        "SMTP_USER": "ann",
        "SMTP_PASSWORD_FILE": str(secrets / "mail"),
        "SMTP_CA_FILE": str(secrets / "ca.pem"),
        "ALERT_FROM": "dagster@shop.example",
        "ALERT_TO": "ops@shop.example",
        "GOOGLE_APPLICATION_CREDENTIALS": str(secrets / "google.json"),
        "SHOP_API_TOKEN": PLANTED["SHOP_API_TOKEN"],
    }
    made = Leaks(folder, environment)
    encoded = [base64.b64encode(secret.encode()) for secret in (*PLANTED.values(), MAIL_PASSWORD)]
    made.needles = [CORE.encode(), *encoded, private.splitlines()[3].encode()]
    yield made
    embedded = owner.embedded()
    assert embedded is not None
    embedded.destroy()


def test_no_secret_is_in_any_file_output_or_mail_whatever_succeeds_or_fails(
    leaks: Leaks, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = str(PROGRAM)
    assert "done" in leaks.call(program, "run", "--job", "extract", *DAY)
    said = leaks.call(program, "run", "--job", "transform", *DAY)
    assert "dbt could not build the models" in said
    wrong = {"POSTGRES_PASSWORD_FILE": "", "POSTGRES_PASSWORD": f"wrong-{CORE}"}
    telling = {
        "doctor, everything refused": leaks.start(
            program, "doctor", SMTP_PASSWORD_FILE="", SMTP_PASSWORD=f"wrong-{CORE}", **wrong
        ),
        "status": leaks.start(program, "status"),
        "mail": leaks.start(program, "mail"),
    }
    doctor, *_ = [leaks.end(name, process) for name, process in telling.items()]
    assert "rejects the login of SMTP_USER=ann: 535" in doctor
    assert "password authentication failed" in doctor
    told = leaks.call(sys.executable, "-m", "ecommerce_pipeline_tests.support.leaky_location")
    assert "trouble: ''" in told
    assert "RuntimeError: *** " in told
    assert leaks.found() == {}
    texts = [text for mail in mailbox.mails for text in (str(mail), text_of(mail), html_of(mail))]
    assert any("cannot log in: *** " in text for text in texts)
    assert any("dbt could not build the models" in text for text in texts)
    assert not [text for text in texts for needle in leaks.needles if needle.decode() in text]
    monkeypatch.setenv("DAGSTER_HOME", leaks.environment["DAGSTER_HOME"])
    check_that_it_is_told_masked()


def check_that_it_is_told_masked() -> None:
    """Check that the leaks did happen, and that the rest of them and the names of assets are as they were."""
    with DagsterInstance.get() as instance:
        [shown] = instance.fetch_materializations(AssetKey("talkative"), limit=2).records
        assert shown.asset_materialization is not None
        assert str(shown.asset_materialization.metadata["text"].value).startswith("*** ")
        entries = instance.all_logs(shown.run_id)
        assert any(entry.user_message.startswith("connecting with *** ") for entry in entries)
        events = [entry.dagster_event for entry in entries if entry.dagster_event]
        failures = {event.step_key: event for event in events if event.event_type == DagsterEventType.STEP_FAILURE}
        told = {step: str(event.step_failure_data.error) for step, event in failures.items()}
        assert "RuntimeError: cannot log in: *** " in told["broken"]
        assert "ConnectionError: *** " in told["broken"]
        assert "password authentication failed" in told["refused"]
