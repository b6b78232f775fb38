"""Runs the cases in turn, tells the progress, and writes the report: `make bench`.

BENCH_ROWS limits the sizes, BENCH_CASES the cases (a group, or group.case; between commas), BENCH_ROUNDS sets the
rounds; what earlier calls have taken is kept in BENCH_DIR and reported beside. An argument names another folder than
docs for the report.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import report
from benchmarks.case import GROUPS, UNSIZED, Case, Taken, cases
from benchmarks.claims import claims
from benchmarks.data import HOME, Data
from benchmarks.results import Result, keep, kept
from benchmarks.shop import made, stop

SIZES: Final = (100_000, 1_000_000, 5_000_000)
PEERS_ONCE_ABOVE: Final = 1_000_000
"""Above so many rows others take minutes, and run once."""


class WrongError(Exception):
    """A variable is wrong, or a case failed; the message says which."""


def say(text: str) -> None:
    """Tell the progress."""
    print(text, flush=True)  # noqa: T201 - a command's answer


def sizes() -> list[int]:
    """Return the sizes asked for."""
    asked = os.environ.get("BENCH_ROWS", "").replace(",", " ").replace("_", "").split()
    wrong = [word for word in asked if not word.isdigit() or not int(word)]
    if wrong:
        raise WrongError(f"BENCH_ROWS={' '.join(wrong)}: numbers of rows, such as `100000 1000000`")
    return [int(word) for word in asked] or list(SIZES)


def asked_for() -> dict[str, list[Case]]:
    """Return the cases asked for, by group."""
    words = [word.strip() for word in os.environ.get("BENCH_CASES", "").split(",") if word.strip()]
    known = {group: list(cases(group)) for group in GROUPS}
    names = {f"{group}.{case.name}" for group, found in known.items() for case in found}
    wrong = [word for word in words if word not in known and word not in names]
    if wrong:
        raise WrongError(f"BENCH_CASES={','.join(wrong)}: known are {', '.join([*known, *sorted(names)])}")
    return {
        group: [case for case in found if not words or group in words or f"{group}.{case.name}" in words]
        for group, found in known.items()
    }


def rounds_of(case: Case, size: int) -> int:
    """Return how many rounds a case runs at a size."""
    asked = os.environ.get("BENCH_ROUNDS") or "0"
    if not asked.isdigit():
        raise WrongError(f"BENCH_ROUNDS={asked}: a number of rounds, such as `3`")
    rounds = int(asked) or (5 if size <= PEERS_ONCE_ABOVE else 3)
    if case.role == "peer" and size > PEERS_ONCE_ABOVE:
        rounds = 1
    return min(rounds, case.rounds or rounds)


def run_group(group: str, chosen: Sequence[Case], size: int) -> list[str]:
    """Run the cases of a group at a size, in turn, round by round, and keep what they took; return what failed."""
    failed: dict[str, str] = {}
    taken: dict[str, list[Taken]] = {case.name: [] for case in chosen}
    rounds = {case.name: rounds_of(case, size) for case in chosen}
    data = {rows: made(rows) if rows else Data(0) for rows in {min(size, case.most_rows or size) for case in chosen}}
    try:
        for turn in range(max(rounds.values(), default=0)):
            for case in (one for one in chosen if turn < rounds[one.name] and one.name not in failed):
                try:
                    one = run_apart(group, case, data[min(size, case.most_rows or size)])
                except WrongError as wrong:
                    failed[case.name] = str(wrong)
                    say(str(wrong))
                    continue
                taken[case.name].append(one)
                rate = f"{one.rows / one.seconds:>12,.0f} rows/s" if one.rows else ""
                say(f"{group:>9} {size or '':>9} round {turn + 1}: {case.name:<26} {one.seconds:>8.2f} s {rate}")
                keep(Result(group, case.name, case.role, size, tuple(taken[case.name])))
    finally:
        for each in data.values():
            if each.rows:
                stop(each)
    return list(failed.values())


def run_apart(group: str, case: Case, data: Data) -> Taken:
    """Run a case in a process and a folder of its own."""
    scratch = Path(tempfile.mkdtemp(prefix="case-", dir=HOME))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.case", f"{group}.{case.name}", str(data.rows), str(scratch)],
            env=os.environ | {"BENCH_SERVER": data.server},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(scratch)
    if done.returncode:
        raise WrongError(f"{group}.{case.name} with {data.rows:,} rows failed:\n{done.stderr[-4000:]}")
    return Taken(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run what is asked for and write the report."""
    began = time.monotonic()
    chosen, asked_sizes = asked_for(), sizes()
    HOME.mkdir(parents=True, exist_ok=True)
    failed = [
        wrong
        for size in (*asked_sizes, 0)
        for group, of_group in chosen.items()
        if (size == 0) == (group in UNSIZED)
        for wrong in run_group(group, of_group, size)
    ]
    written = report.write(Path(sys.argv[1]) if len(sys.argv) > 1 else report.DOCS)
    for one in claims(kept()):
        say(f"{'yes' if one.met else 'NO':>3}  {one.measured:<24} {one.target:<18} {one.text}")
    say(f"{(time.monotonic() - began) / 60:.1f} minutes; wrote {written}")
    if failed:
        raise WrongError(f"{len(failed)} of the cases failed, see above; the report is without them")


if __name__ == "__main__":
    try:
        main()
    except WrongError as wrong:
        sys.exit(f"error: {wrong}")
