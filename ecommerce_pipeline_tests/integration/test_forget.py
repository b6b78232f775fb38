"""`forget` removes a person from every byte that the platform keeps, for good, and no sum changes."""

import random
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from email.message import EmailMessage
from hashlib import md5, sha256
from pathlib import Path

import pytest
from dagster import AssetKey, AssetMaterialization, ScheduleDefinition

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.dbt import project as dbt_resource
from ecommerce_pipeline.resources.mail.catcher import keep, kept
from ecommerce_pipeline.schema.personal import PERSONAL_NAMES
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.dagster_ui import DagsterUi
from ecommerce_pipeline_tests.support.planted import ADDRESS, GUEST, PLANTED, files_with, plant
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-01", "2026-03-08")
OTHERS = "thesis.txt"
"""A file that somebody else keeps in the data folder."""
BROKEN_SOURCE = f"""
    ALTER TABLE ecommerce.customers RENAME TO all_customers;
    CREATE VIEW ecommerce.customers AS SELECT customer_id, first_name, last_name, email, country, city, loyalty_tier,
        marketing_opt_in, registered_at, updated_at,
        (CASE email WHEN '{ADDRESS}' THEN last_name || ', ' || email ELSE birth_date::text END)::date AS birth_date
        FROM ecommerce.all_customers
"""
"""PostgreSQL quotes the value that is no date."""
MENDED_SOURCE = "DROP VIEW ecommerce.customers; ALTER TABLE ecommerce.all_customers RENAME TO customers"
BROKEN_MODEL = """
    {{ config(contract={'enforced': false}) }}
    select cast(email as date) as born from {{ ref('stg_customers') }} where lower(email) like 'zqtamsin%'
"""


def built(platform: Platform) -> Platform:
    """Build the days as a person does."""
    done = platform.command("run", "--from", DAYS[0], "--to", DAYS[1])
    assert done.returncode == 0, done.stdout + done.stderr
    return platform


@pytest.fixture
def own_shop(new_platform: Callable[..., Platform]) -> tuple[Platform, str]:
    """Give a platform of the synthetic shop, with its days built, and the key of a planted customer."""
    platform = new_platform("platform")
    platform.run(*DAYS, job="ingest")
    customer = plant(platform)
    return built(platform), customer


@pytest.fixture
def external_shop(new_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch) -> tuple[Platform, str]:
    """Give a platform of a shop of another owner, with its days built, and the key of a planted customer."""
    owner = new_platform("owner")
    owner.run(*DAYS, job="ingest")
    customer = plant(owner)
    with owner.source() as connection:
        connection.execute("DROP TABLE ecommerce.shop_settings")
    address = postgres(owner.settings).address()
    monkeypatch.setenv("POSTGRES_PASSWORD", address.password)
    platform = new_platform(
        "platform",
        SOURCE="external",
        POSTGRES_HOST=address.host,
        POSTGRES_PORT=str(address.port),
        POSTGRES_DB=address.database,
        POSTGRES_USER=address.user,
    )
    return built(platform), customer


def fail_runs(platform: Platform, project: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let an extraction and a model fail at the persons' values, and return the mails and logs that quote them."""
    with platform.source() as connection:
        connection.execute(BROKEN_SOURCE.encode())
    with DagsterUi(platform) as ui:
        failed = platform.command("run", "--job", "extract", "--from", DAYS[1], "--to", DAYS[1])
        ui.wait_for(lambda: kept(platform.settings.mail_dir))
    assert failed.returncode == 1
    assert ADDRESS in failed.stderr
    with platform.source() as connection:
        connection.execute(MENDED_SOURCE.encode())
    [(mail, _)] = kept(platform.settings.mail_dir)

    shutil.copytree(dbt_resource.DBT_DIR, project, ignore=shutil.ignore_patterns("target", "logs"))
    (project / "models" / "datamart" / "births.sql").write_text(BROKEN_MODEL)
    broken = Platform(platform.folder, platform.environment | {"DBT_PARSED_DIR": ""})
    with monkeypatch.context() as patch:
        patch.setattr(dbt_resource, "DBT_DIR", project)
        with pytest.raises(PlatformError, match=ADDRESS):
            broken.run(DAYS[1], job="transform")
    broken.close_instance()
    return [mail, mail.with_suffix(".html")]


def leave_traces(platform: Platform) -> list[Path]:
    """Write what failures of the platform could have written of the persons, and return the files."""
    home = platform.folder / "dagster"
    log = home / "storage" / "a-run" / "compute_logs" / "step.err"
    log.parent.mkdir(parents=True)
    log.write_text(f"invalid value 'Zqtamsin Zqtamsinöztürk' <{ADDRESS}>, {GUEST}\n", "utf-8")
    compiled = platform.folder / "dbt" / "runs" / "left" / "compiled.sql"
    compiled.parent.mkdir(parents=True)
    compiled.write_text(f"select '{ADDRESS.lower()}' -- I, zqtamsin, live in Zqtamsin Street 5", "utf-8")
    platform.instance.report_runless_asset_event(  # stored as JSON in JSON, with escapes
        AssetMaterialization(
            AssetKey(["lake", "customers"]), metadata={"what": f"a line\nZqtamsinöztürk, zqtamsin: {ADDRESS}"}
        )
    )
    platform.close_instance()
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = f"failed for {GUEST}", "team@shop.example", "a@shop.example"
    message["Date"], message["Message-ID"] = "Thu, 05 Mar 2026 10:00:00 +0000", "<1@shop.example>"
    message.set_content(f"Zqtamsin Zqtamsinöztürk has no order {'=' * 90} {ADDRESS}")
    message.add_alternative(f"<p>Zqtamsin Zqtamsin&ouml;zt&uuml;rk</p><a href='mailto:{ADDRESS}'>", subtype="html")
    mail = keep(platform.settings.mail_dir, message.as_bytes())
    return [log, compiled, mail, mail.with_suffix(".html")]


def holds(platform: Platform, *texts: str) -> dict[str, set[str]]:
    """Return the places that hold each of the texts: files, and tables of the warehouse."""
    found: dict[str, set[str]] = {text: set() for text in texts}
    for place, text in files_with(platform.folder, *texts):
        if not place.endswith(OTHERS):
            found[text].add(place)
    for schema, name in platform.query("SELECT schema_name, table_name FROM duckdb_tables()"):
        counts = ", ".join(f"coalesce(bool_or(contains(one, '{text}')), false)" for text in texts)
        query = f'SELECT {counts} FROM (SELECT lower(rows_::VARCHAR) AS one FROM {schema}."{name}" AS rows_)'
        for text, there in zip(texts, platform.query(query)[0], strict=True):
            found[text] |= {f"{schema}.{name}"} if there else set()
    return found


def places_of_the_planted(platform: Platform) -> set[str]:
    """Return where the planted persons are, and check how the guest is known.

    It is by a hash with the key that is kept, by none without a key, and the key is nowhere else.
    """
    secret = (platform.folder / "person_key").read_text().strip()
    pseudonym = sha256(f"{secret}{GUEST}".encode()).hexdigest()
    objects = f"'{platform.settings.lake_dir}/transactions/*/*.parquet'"
    for relation in (objects, "staging.transactions", "core.stg_transactions"):
        assert platform.query(f"SELECT DISTINCT guest_key FROM {relation} WHERE guest_key IS NOT NULL") == [
            (pseudonym,)
        ]
    guests = "SELECT DISTINCT person_key FROM core.fact_order WHERE person_key NOT LIKE 'customer:%'"
    assert platform.query(guests) == [(f"guest:{pseudonym}",)]
    unkeyed = [md5(GUEST.encode(), usedforsecurity=False).hexdigest(), sha256(GUEST.encode()).hexdigest()]
    found = holds(platform, PLANTED, secret.lower(), *unkeyed)
    assert [found[text] for text in unkeyed] == [set(), set()]
    assert found[secret.lower()] == {str(platform.folder / "person_key")}
    return found[PLANTED]


def sums(platform: Platform) -> list[tuple[object, ...]]:
    """Return the number of rows of each table, and a sum of their hashes without what tells who somebody is."""
    columns = platform.query("SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    kept: dict[str, list[str]] = defaultdict(list)
    for schema, name, column in columns:
        kept[f'{schema}."{name}"'] += [f'"{column}"'] * (column not in PERSONAL_NAMES)
    hashes = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hash(rows_)) FROM (SELECT {', '.join(names)} FROM {table}) AS rows_"
        for table, names in kept.items()
    )
    return platform.query(f"{hashes} ORDER BY ALL")


@pytest.mark.parametrize("shop", ["own_shop", "external_shop"])
def test_a_person_is_in_no_byte_after_it_and_no_sum_has_changed(
    shop: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, customer = request.getfixturevalue(shop)
    traces = [*fail_runs(platform, tmp_path / "ecommerce_dbt", monkeypatch), *leave_traces(platform)]
    (platform.folder / OTHERS).write_text(ADDRESS)
    before = sums(platform)
    assert {*map(str, traces)} <= places_of_the_planted(platform)

    shown = platform.command("forget", customer, "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "lake/customers/part-0.parquet" in shown.stdout
    assert "#staging.reviews" in shown.stdout
    assert sums(platform) == before
    assert not (platform.settings.lake_dir / "_shop" / "forgotten.json").exists()

    for person in (customer, GUEST):
        removed = platform.command("forget", person, "--yes", "--by", "counsel")
        assert removed.returncode == 0, removed.stderr
        assert "delete the person there" in removed.stdout
    assert places_of_the_planted(platform) == set()
    assert (platform.folder / OTHERS).read_text() == ADDRESS, "it is not the platform's"
    assert sums(platform) == before
    record = (platform.settings.lake_dir / "_shop" / "forgotten.json").read_text()
    assert record.count("counsel") == 2
    assert customer not in {word.strip('", ') for word in record.split()}

    # The source still has both persons.
    other = {"PERSON_KEY_SECRET": "another-text"}
    again = platform.command("run", "--from", DAYS[0], "--to", DAYS[1], **other)
    assert again.returncode == 1
    assert "2 forgotten persons are listed in" in again.stderr
    again = platform.command("run", "--from", DAYS[0], "--to", DAYS[1])
    assert again.returncode == 0, again.stdout + again.stderr
    assert places_of_the_planted(platform) == set()
    verified = platform.command("verify", "--forgotten")
    assert verified.returncode == 0, verified.stderr
    assert platform.command("verify", "--from", DAYS[0], "--to", DAYS[1]).returncode == 0

    traces[-4].write_text(f"again {GUEST}", "utf-8")
    verified = platform.command("verify", "--forgotten")
    assert verified.returncode == 1
    assert f"{traces[-4]}: 1 finds" in verified.stdout + verified.stderr


def test_by_night_old_values_go_and_stay_away(new_platform: Callable[..., Platform]) -> None:
    platform = new_platform(RETAIN_PERSONAL_DAYS="30")
    for job in ("ingest", "extract", "load"):
        platform.run("2026-03-08", job=job)
    written = "SELECT count(body), count(*) FROM staging.reviews"
    [(texts, rows)] = platform.query(written)
    assert texts == rows
    [schedule] = [one for one in platform.definitions.schedules or () if one.name == "retention"]
    assert isinstance(schedule, ScheduleDefinition)
    assert schedule.default_status.value == "STOPPED"
    assert schedule.job_name == "retention"
    assert platform.definitions.resolve_job_def("retention").execute_in_process(instance=platform.instance).success
    assert platform.query(written) == [(0, rows)]
    assert platform.query("SELECT count(email), count(*) > 0 FROM staging.customers") == [(0, True)]
    for job in ("extract", "load"):
        platform.run("2026-03-08", job=job)
    assert platform.query(written) == [(0, rows)]


def test_killed_at_any_moment_it_ends_when_it_is_run_again(external_shop: tuple[Platform, str]) -> None:
    platform, _ = external_shop
    leave_traces(platform)
    before = sums(platform)
    moments = random.Random(7)
    started = time.monotonic()
    assert platform.command("forget", ADDRESS, "--dry-run").returncode == 0
    length = 2 * (time.monotonic() - started)
    for person in (ADDRESS, GUEST):
        for _ in range(3):
            process = platform.started("forget", person, "--yes")
            try:
                process.communicate(timeout=moments.uniform(0.3, 1) * length)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        ended = platform.command("forget", person, "--yes")
        assert ended.returncode == 0, ended.stderr
    assert places_of_the_planted(platform) == set()
    assert sums(platform) == before
    assert platform.command("verify", "--forgotten").returncode == 0
