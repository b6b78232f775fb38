"""Faults: each is injected into one run of the command line, at a random moment, and returns whether it struck."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psutil

from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.children import child_running
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
CLOCKS = Path(__file__).with_name("clocks")
SMALLEST_OBJECT = 100
"""Bytes; a Parquet object without rows has more."""


@dataclass
class Victim:
    """A run that a fault is injected into.

    Attributes:
        platform: The platform it runs on.
        every_day: The days that the shop has.
        days: The run's days, as `--days` names them; None for those that have changed in the source.
        chance: The source of all randomness.
        lasts: Seconds within which its fault comes.
        prefix: A command that starts it.
        environment: Additional environment variables.
        started: When it started (of the monotonic clock).
    """

    platform: Platform
    every_day: Sequence[str]
    days: str | None
    chance: random.Random
    lasts: float
    prefix: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    started: float = 0
    process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        """Start the run."""
        self.started = time.monotonic()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        folder = self.platform.folder
        folders = {"DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")}
        self.process = subprocess.Popen(
            [*self.prefix, str(PROGRAM), "run", *(["--days", self.days] if self.days else ["--changed"])],
            env=inherited | SMALL_SHOP | self.platform.environment | folders | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.process

    @cached_property
    def end(self) -> tuple[int, str, float]:
        """Wait for the end of the run; its exit code, its output, and the seconds that it took."""
        assert self.process is not None
        output, _ = self.process.communicate(timeout=600)
        return self.process.returncode, output, time.monotonic() - self.started

    def wait(self) -> bool:
        """Let the run continue until a random moment, or until it has ended; return whether it continues."""
        assert self.process is not None
        until = self.started + self.chance.uniform(0.5, self.lasts)
        while time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.05)
        return self.process.poll() is None

    def objects(self) -> list[Path]:
        """Return the lake's objects, in random order, without those that a fault has truncated to almost nothing."""
        found = sorted(self.platform.settings.lake_dir.rglob("*.parquet"))
        whole = [path for path in found if path.stat().st_size > SMALLEST_OBJECT]
        return self.chance.sample(whole, len(whole))


def set_of(days: Sequence[str], chance: random.Random) -> str:
    """Return more than half of the days, as `--days` names them: two such sets overlap."""
    return ", ".join(sorted(chance.sample(days, chance.randint(len(days) // 2 + 1, len(days)))))


def kill_the_run(victim: Victim) -> bool:
    """Kill the process of the run, as the kernel does when memory is short."""
    process = victim.start()
    victim.wait()
    process.kill()
    return victim.end[0] == -signal.SIGKILL


def kill_dbt(victim: Victim) -> bool:
    """Kill dbt while it writes; the run starts it again."""
    process = victim.start()
    while process.poll() is None:
        if dbt := child_running(process.pid, "ecommerce-pipeline-dbt"):
            with suppress(psutil.TimeoutExpired):
                dbt.wait(victim.chance.uniform(0, victim.lasts / 3))
            return _kill(dbt.pid) and "dbt was killed by SIGKILL" in victim.end[1]
        time.sleep(0.05)
    return False


def kill_postgres(victim: Victim) -> bool:
    """Kill the database server; the next client starts it again."""
    victim.start()
    running = victim.wait()
    embedded = postgres(victim.platform.settings).embedded()
    pid = embedded.status().pid if embedded else None
    return pid is not None and _kill(pid) and running


def truncate_an_object(victim: Victim) -> bool:
    """Truncate an object of the lake, as a broken disk does."""
    victim.start()
    victim.wait()
    objects = victim.objects()
    for object_ in objects[:1]:
        os.truncate(object_, victim.chance.randint(0, object_.stat().st_size - 1))
    return bool(objects)


def corrupt_an_object(victim: Victim) -> bool:
    """Change bytes of objects, so that a page cannot be decompressed or has other content."""
    victim.start()
    victim.wait()
    chosen = victim.objects()[:3]
    for object_ in chosen:
        content = bytearray(object_.read_bytes())
        # Each byte at most once: a second change could restore it.
        for position in victim.chance.sample(range(4, len(content)), 8):
            content[position] ^= victim.chance.randint(1, 255)
        object_.write_bytes(content)
    return bool(chosen)


def delete_an_object(victim: Victim) -> bool:
    """Delete objects of the lake while a run reads them."""
    victim.start()
    victim.wait()
    chosen = victim.objects()[:3]
    for object_ in chosen:
        object_.unlink(missing_ok=True)
    return bool(chosen)


def fill_the_disk(victim: Victim) -> bool:
    """Run with the lake on a file system of a few hundred KiB, in the run's own mount namespace."""
    lake = victim.platform.settings.lake_dir
    lake.mkdir(parents=True, exist_ok=True)
    # Start the database first, outside: otherwise it would outlive the run in that namespace.
    postgres(victim.platform.settings).address()
    size = victim.chance.randint(100, 600)
    script = f'mount -t tmpfs -o size={size}k tmpfs "$0" && exec "$@"'
    # Root needs no other user namespace, in which it could not read the database's folder, which is another user's.
    become_root = ["--map-root-user"] if os.geteuid() else []
    victim.prefix = ("unshare", "--mount", *become_root, "sh", "-c", script, str(lake))
    victim.start()
    return "no space left" in victim.end[1]


def jump_the_clock(victim: Victim) -> bool:
    """Make the wall clock jump by up to two days either way, at a random moment of the run and of dbt."""
    jumped = victim.platform.folder / "clock_jumped"
    jumped.unlink(missing_ok=True)
    victim.environment = {
        "PYTHONPATH": str(CLOCKS),
        "CLOCK_JUMP": f"{victim.chance.uniform(-172_800, 172_800)}",
        "CLOCK_JUMP_AFTER": f"{victim.chance.uniform(0, victim.lasts * 0.6)}",
        "CLOCK_JUMPED": str(jumped),
    }
    victim.start()
    assert victim.end
    return jumped.exists()


def run_another(victim: Victim) -> bool:
    """Run two sets of days at once, which overlap."""
    other = Victim(
        victim.platform, victim.every_day, set_of(victim.every_day, victim.chance), victim.chance, victim.lasts
    )
    victim.start()
    process = other.start()
    while process.poll() is None and victim.process and victim.process.poll() is None:
        time.sleep(0.05)
    both_ran = time.monotonic() - other.started
    for code, output, _ in (victim.end, other.end):
        assert code == 0, output
    return both_ran > 1


Fault = Callable[[Victim], bool]
"""Starts the victim and injects a fault; returns whether it struck, for which it may wait for the end of the run."""

FAULTS: list[Fault] = [
    kill_the_run,
    kill_dbt,
    kill_postgres,
    truncate_an_object,
    corrupt_an_object,
    delete_an_object,
    fill_the_disk,
    jump_the_clock,
    run_another,
]

KILLS: list[Fault] = [kill_the_run, kill_dbt, kill_postgres, run_another]
"""The faults that do not need a local lake."""


def _kill(pid: int) -> bool:
    """Kill a process; return whether it was there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
