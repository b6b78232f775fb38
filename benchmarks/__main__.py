"""Runs the cases in turn, prints progress, and writes the report: `make bench`.

BENCH_ROWS selects the sizes, BENCH_CASES the cases (`group` or `group.case`, comma-separated), BENCH_ROUNDS the number
of rounds. Results of earlier calls are kept in BENCH_DIR and included in the report. An argument names another output
folder than docs.
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
from benchmarks.case import GROUPS, UNSIZED, Case, Measurement, cases
from benchmarks.claims import claims
from benchmarks.data import HOME, Data
from benchmarks.results import Result, load_results, save
from benchmarks.shop import prepare_data, stop

SIZES: Final = (100_000, 1_000_000, 5_000_000)
PEERS_ONCE_ABOVE: Final = 1_000_000
"""Above this size other tools take minutes and run once."""


class WrongError(Exception):
    """A variable is wrong, or a case failed; the message says which."""


def report_progress(text: str) -> None:
    """Print a line of progress."""
    print(text, flush=True)  # noqa: T201 - the output of a command


def sizes() -> list[int]:
    """Return the sizes selected by BENCH_ROWS."""
    asked = os.environ.get("BENCH_ROWS", "").replace(",", " ").replace("_", "").split()
    wrong = [word for word in asked if not word.isdigit() or not int(word)]
    if wrong:
        raise WrongError(f"BENCH_ROWS={' '.join(wrong)}: must be numbers of rows, for example `100000 1000000`")
    return [int(word) for word in asked] or list(SIZES)


def selected_cases() -> dict[str, list[Case]]:
    """Return the cases selected by BENCH_CASES, by group."""
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
    """Return the number of rounds of a case at a size."""
    asked = os.environ.get("BENCH_ROUNDS") or "0"
    if not asked.isdigit():
        raise WrongError(f"BENCH_ROUNDS={asked}: must be a number of rounds, for example `3`")
    rounds = int(asked) or (5 if size <= PEERS_ONCE_ABOVE else 3)
    if case.role == "peer" and size > PEERS_ONCE_ABOVE:
        rounds = 1
    return min(rounds, case.rounds or rounds)


def run_group(group: str, chosen: Sequence[Case], size: int) -> list[str]:
    """Run the cases of a group at a size, round by round, and save the results; return the failures."""
    failed: dict[str, str] = {}
    measured: dict[str, list[Measurement]] = {case.name: [] for case in chosen}
    rounds = {case.name: rounds_of(case, size) for case in chosen}
    data = {
        rows: prepare_data(rows) if rows else Data(0) for rows in {min(size, case.most_rows or size) for case in chosen}
    }
    try:
        for turn in range(max(rounds.values(), default=0)):
            for case in (one for one in chosen if turn < rounds[one.name] and one.name not in failed):
                try:
                    one = run_case(group, case, data[min(size, case.most_rows or size)])
                except WrongError as wrong:
                    failed[case.name] = str(wrong)
                    report_progress(str(wrong))
                    continue
                measured[case.name].append(one)
                rate = f"{one.rows / one.seconds:>12,.0f} rows/s" if one.rows else ""
                report_progress(
                    f"{group:>9} {size or '':>9} round {turn + 1}: {case.name:<26} {one.seconds:>8.2f} s {rate}"
                )
                save(Result(group, case.name, case.role, size, tuple(measured[case.name])))
    finally:
        for each in data.values():
            if each.rows:
                stop(each)
    return list(failed.values())


def run_case(group: str, case: Case, data: Data) -> Measurement:
    """Run a case in its own process and folder."""
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
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run the selected cases and write the report."""
    began = time.monotonic()
    chosen, asked_sizes = selected_cases(), sizes()
    HOME.mkdir(parents=True, exist_ok=True)
    failed = [
        wrong
        for size in (*asked_sizes, 0)
        for group, of_group in chosen.items()
        if (size == 0) == (group in UNSIZED)
        for wrong in run_group(group, of_group, size)
    ]
    written = report.write(Path(sys.argv[1]) if len(sys.argv) > 1 else report.DOCS)
    for one in claims(load_results()):
        report_progress(f"{'yes' if one.met else 'NO':>3}  {one.measured:<24} {one.target:<18} {one.text}")
    report_progress(f"{(time.monotonic() - began) / 60:.1f} minutes; wrote {written}")
    if failed:
        raise WrongError(f"{len(failed)} cases failed, see above; the report omits them")


if __name__ == "__main__":
    try:
        main()
    except WrongError as wrong:
        sys.exit(f"error: {wrong}")
