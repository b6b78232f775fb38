"""Runs the cases in turn, tells the progress, and writes the report: `make bench`.

BENCH_ROWS limits the sizes, BENCH_CASES the cases (a group, or group.case), BENCH_ROUNDS sets the rounds; what an
earlier call has taken is kept and reported beside.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import report
from benchmarks.case import GROUPS, UNSIZED, Case, Taken, cases
from benchmarks.data import HOME, Data
from benchmarks.results import Result, keep
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
    return numbers("BENCH_ROWS", "numbers of rows, such as `100000 1000000`") or list(SIZES)


def numbers(variable: str, wanted: str) -> list[int]:
    """Return the numbers that a variable names; none where it is unset."""
    asked = os.environ.get(variable, "").replace(",", " ").replace("_", "").split()
    wrong = [word for word in asked if not word.isdecimal() or not int(word)]
    if wrong:
        raise WrongError(f"{variable}={' '.join(wrong)}: {wanted}")
    return [int(word) for word in asked]


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
    asked = numbers("BENCH_ROUNDS", "a number, such as 3")
    rounds = asked[0] if asked else 5 if size <= min(SIZES) else 3
    if case.role == "peer" and size > PEERS_ONCE_ABOVE:
        rounds = 1
    return min(rounds, case.rounds or rounds)


def run_group(group: str, chosen: Sequence[Case], size: int) -> None:
    """Run the cases of a group at a size, on servers that stop however it ends."""
    with ExitStack() as servers:
        data = {0: Data(0)}
        for rows in {min(size, case.most_rows or size) for case in chosen} - {0}:
            data[rows] = made(rows)
            servers.callback(stop, data[rows])
        in_turn(group, chosen, size, data)


def in_turn(group: str, chosen: Sequence[Case], size: int, data: Mapping[int, Data]) -> None:
    """Run each case once a round, and keep what all of its rounds have taken."""
    taken: dict[str, list[Taken]] = {case.name: [] for case in chosen}
    for turn in range(max((rounds_of(case, size) for case in chosen), default=0)):
        for case in chosen:
            if turn < rounds_of(case, size):
                one = run_apart(group, case, data[min(size, case.most_rows or size)])
                taken[case.name].append(one)
                rate = f"{one.rows / one.seconds:>12,.0f} rows/s" if one.rows else ""
                say(f"{group:>9} {size or '':>9} round {turn + 1}: {case.name:<26} {one.seconds:>8.2f} s {rate}")
                keep(Result(group, case.name, case.role, size, tuple(taken[case.name])))


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
    chosen = asked_for()
    HOME.mkdir(parents=True, exist_ok=True)
    for size in (*sizes(), 0):
        for group, of_group in chosen.items():
            if (size == 0) == (group in UNSIZED):
                run_group(group, of_group, size)
    say(f"{(time.monotonic() - began) / 60:.1f} minutes; wrote {report.write()}")


if __name__ == "__main__":
    try:
        main()
    except WrongError as wrong:
        sys.exit(f"error: {wrong}")
