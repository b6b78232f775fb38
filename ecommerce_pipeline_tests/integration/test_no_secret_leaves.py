"""Secrets planted in every secret setting appear in no file of the data folder, no output and no email."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from dagster import AssetKey, DagsterEventType, DagsterInstance
from psycopg import sql

from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.credentials import write_key
from ecommerce_pipeline_tests.support.mailbox import Mailbox, html_of, text_of

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
DAY = ["--from", "2026-03-08", "--to", "2026-03-08"]
NAMES = ("POSTGRES_PASSWORD", "SHOP_API_TOKEN", "PERSON_KEY_SECRET")
# Each has characters that formats escape differently, around a core that none escapes.
CORE = "9qZx7Planted"
PLANTED = {name: f"{name[0]}'\"\\ %ö/{CORE}{name[0]}" for name in NAMES}
MAIL_PASSWORD = f"m'\"\\ %/{CORE}m"


@dataclass
class Leaks:
    """A platform with a secret in every secret setting, and its output so far.

    Attributes:
        folder: Its data folder.
        environment: Its settings.
        outputs: What its programs printed, by their command lines.
        needles: Bytes that must not appear anywhere.
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
        """Return the secrets found, by command line or file."""
        contents = {name: output.encode() for name, output in self.outputs.items()}
        contents |= {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        found = {source: [needle for needle in self.needles if needle in text] for source, text in contents.items()}
        return {source: needles for source, needles in found.items() if needles}


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
    with administration(owner) as connection:
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
        "PERSONAL_DATA": "none",
        "PERSON_KEY_SECRET": PLANTED["PERSON_KEY_SECRET"],
    }
    leaks = Leaks(folder, environment)
    encoded = [base64.b64encode(secret.encode()) for secret in (*PLANTED.values(), MAIL_PASSWORD)]
    leaks.needles = [CORE.encode(), *encoded, private.splitlines()[3].encode()]
    yield leaks
    embedded = owner.embedded()
    assert embedded is not None
    embedded.destroy()


def test_no_secret_is_in_any_file_output_or_mail_after_successes_and_failures(
    leaks: Leaks, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = str(PROGRAM)
    assert "done" in leaks.call(program, "run", "--job", "extract", *DAY)
    assert "done" in leaks.call(program, "run", "--job", "load", *DAY)
    with duckdb.connect(str(leaks.folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("ALTER TABLE staging.products RENAME TO loaded")
        warehouse.execute(
            "CREATE VIEW staging.products AS"
            " SELECT loaded.* REPLACE (CAST(error('fails') AS VARCHAR) AS product_name)"
            " FROM (SELECT 1) LEFT JOIN staging.loaded ON false"
        )
    output = leaks.call(program, "run", "--job", "transform", *DAY)
    assert "dbt could not build the models" in output
    wrong = {"POSTGRES_PASSWORD_FILE": "", "POSTGRES_PASSWORD": f"wrong-{CORE}"}
    processes = {
        "doctor, everything refused": leaks.start(
            program, "doctor", SMTP_PASSWORD_FILE="", SMTP_PASSWORD=f"wrong-{CORE}", **wrong
        ),
        "status": leaks.start(program, "status"),
        "mail": leaks.start(program, "mail"),
    }
    doctor, *_ = [leaks.end(name, process) for name, process in processes.items()]
    assert "rejects the login of SMTP_USER=ann: 535" in doctor
    assert "password authentication failed" in doctor
    output = leaks.call(sys.executable, "-m", "ecommerce_pipeline_tests.support.leaky_location")
    assert "error: ''" in output
    assert "RuntimeError: *** " in output
    assert leaks.found() == {}
    texts = [text for mail in mailbox.mails for text in (str(mail), text_of(mail), html_of(mail))]
    assert any("cannot log in: *** " in text for text in texts)
    assert any("dbt could not build the models" in text for text in texts)
    assert not [text for text in texts for needle in leaks.needles if needle.decode() in text]
    monkeypatch.setenv("DAGSTER_HOME", leaks.environment["DAGSTER_HOME"])
    check_that_stored_events_are_masked()


def check_that_stored_events_are_masked() -> None:
    """Check that the leaking events were stored masked, with the rest of their text and the asset names intact."""
    with DagsterInstance.get() as instance:
        [record] = instance.fetch_materializations(AssetKey("leaky"), limit=2).records
        assert record.asset_materialization is not None
        assert str(record.asset_materialization.metadata["text"].value).startswith("*** ")
        entries = instance.all_logs(record.run_id)
        assert any(entry.user_message.startswith("connecting with *** ") for entry in entries)
        events = [entry.dagster_event for entry in entries if entry.dagster_event]
        failures = {event.step_key: event for event in events if event.event_type == DagsterEventType.STEP_FAILURE}
        errors = {step: str(event.step_failure_data.error) for step, event in failures.items()}
        assert "RuntimeError: cannot log in: *** " in errors["broken"]
        assert "ConnectionError: *** " in errors["broken"]
        assert "password authentication failed" in errors["refused"]
