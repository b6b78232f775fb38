"""Faults: each is injected into one run of the command line, at a random moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.children import child_running
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
CLOCKS = Path(__file__).with_name("clocks")
LONGEST_WAIT = 25.0
"""Seconds; a run of the small shop takes less, so a fault can come at any moment of it."""


@dataclass
class Victim:
    """A run that a fault is injected into.

    Attributes:
        platform: The platform it runs on.
        first: Its first day.
        last: Its last day.
        chance: The source of all randomness.
        prefix: A command that starts it.
        environment: Additional environment variables.
    """

    platform: Platform
    first: str
    last: str
    chance: random.Random
    prefix: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        """Start the run."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        folder = self.platform.folder
        folders = {"DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")}
        self.process = subprocess.Popen(
            [*self.prefix, str(PROGRAM), "run", "--from", self.first, "--to", self.last],
            env=inherited | SMALL_SHOP | self.platform.environment | folders | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.process

    def end(self) -> tuple[int, str]:
        """Wait for the end of the run; return its exit code and output."""
        assert self.process is not None
        output, _ = self.process.communicate(timeout=600)
        return self.process.returncode, output

    def wait(self) -> None:
        """Let the run continue until a random moment, or until it has ended."""
        assert self.process is not None
        until = time.monotonic() + self.chance.uniform(0.5, LONGEST_WAIT)
        while time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.05)

    def objects(self) -> list[Path]:
        """Return the lake's objects, in a fixed order, without those that a fault has truncated to almost nothing."""
        found = sorted(self.platform.settings.lake_dir.rglob("*.parquet"))
        return [path for path in found if path.stat().st_size > len(b"PAR1")]


def kill_the_run(victim: Victim) -> None:
    """Kill the process of the run, as the kernel does when memory is short."""
    process = victim.start()
    victim.wait()
    process.kill()


def kill_dbt(victim: Victim) -> None:
    """Kill dbt while it writes."""
    process = victim.start()
    while process.poll() is None:
        dbt = child_running(process.pid, "ecommerce-pipeline-dbt")
        if dbt:
            time.sleep(victim.chance.uniform(0, 10))
            _kill(dbt.pid)
            return
        time.sleep(0.05)


def kill_postgres(victim: Victim) -> None:
    """Kill the database server; the next client starts it again."""
    victim.start()
    victim.wait()
    embedded = postgres(victim.platform.settings).embedded()
    pid = embedded.status().pid if embedded else None
    if pid:
        _kill(pid)


def truncate_an_object(victim: Victim) -> None:
    """Truncate an object of the lake, as a broken disk does."""
    victim.start()
    victim.wait()
    for object_ in victim.objects()[:: victim.chance.randint(1, 5)]:
        os.truncate(object_, victim.chance.randint(0, object_.stat().st_size - 1))
        return


def corrupt_an_object(victim: Victim) -> None:
    """Change bytes of objects, so that a page cannot be decompressed or has other content."""
    victim.start()
    victim.wait()
    objects = victim.objects()
    for object_ in victim.chance.sample(objects, min(3, len(objects))):
        content = bytearray(object_.read_bytes())
        for _ in range(8):
            content[victim.chance.randrange(4, len(content))] ^= victim.chance.randint(1, 255)
        object_.write_bytes(content)


def delete_an_object(victim: Victim) -> None:
    """Delete objects of the lake while a run reads them."""
    victim.start()
    victim.wait()
    objects = victim.objects()
    for object_ in victim.chance.sample(objects, min(3, len(objects))):
        object_.unlink(missing_ok=True)


def fill_the_disk(victim: Victim) -> None:
    """Run with the lake on a file system of a few hundred KiB, in the run's own mount namespace."""
    lake = victim.platform.settings.lake_dir
    lake.mkdir(parents=True, exist_ok=True)
    # Start the database first, outside: otherwise it would outlive the run in that namespace.
    postgres(victim.platform.settings).address()
    size = victim.chance.randint(100, 600)
    script = f'mount -t tmpfs -o size={size}k tmpfs "$0" && exec "$@"'
    victim.prefix = ("unshare", "--mount", "--map-root-user", "sh", "-c", script, str(lake))
    victim.start()


def jump_the_clock(victim: Victim) -> None:
    """Make the wall clock jump by up to two days either way, at a random moment of the run and of dbt."""
    jump = victim.chance.uniform(-172_800, 172_800)
    after = victim.chance.uniform(0, 15)
    victim.environment = {"PYTHONPATH": str(CLOCKS), "CLOCK_JUMP": f"{jump}", "CLOCK_JUMP_AFTER": f"{after}"}
    victim.start()


def run_another(victim: Victim) -> None:
    """Run overlapping days in two runs at once."""
    other = Victim(victim.platform, victim.last, victim.last, victim.chance)
    victim.start()
    other.start()
    code, output = other.end()
    assert code == 0, output


Fault = Callable[[Victim], None]
"""Starts the victim and injects a fault."""

FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        kill_the_run,
        kill_dbt,
        kill_postgres,
        truncate_an_object,
        corrupt_an_object,
        delete_an_object,
        fill_the_disk,
        jump_the_clock,
        run_another,
    )
}
"""Every fault by name."""


KILLS: list[Fault] = [kill_the_run, kill_dbt, kill_postgres, run_another]
"""The faults that do not need a local lake."""


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
