"""What is known of one thing that went wrong: plain, masked facts, without Dagster's types and without wording."""

import hashlib
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

ProblemKind = Literal["run", "checks", "late", "tick"]

# What differs between two cases of the same failure: numbers, dates, hexadecimal ids.
_VARIABLE = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+", re.IGNORECASE)
COMPARED_CHARACTERS = 300


class Fact(BaseModel):
    """A piece of a problem; never changed once it is written."""

    model_config = ConfigDict(frozen=True)


class Span(Fact):
    """Partition keys from first to last, both included; one key is first and last."""

    first: str
    last: str

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


class StepError(Fact):
    """Why a step failed.

    Attributes:
        step: Its key; empty where the run failed outside any step.
        error: Class of the innermost cause.
        message: Its message.
        trace: The useful end of the trace, innermost frame last.
    """

    step: str
    error: str
    message: str
    trace: str = ""


class FailedCheck(Fact):
    """An asset check of severity error that did not pass."""

    asset: str
    name: str
    said: str = ""


class Watched(Fact):
    """What must succeed again for the problem to be over: an asset's partitions, a check, a job or a sensor.

    Attributes:
        kind: What `name` names.
        name: Asset key, job name, or `<selector id>` of a sensor or schedule.
        check: Name of the check, of kind check.
        span: Partitions, where the thing has any.
        after: Only what happened behind this event (or tick, or time) counts.
    """

    kind: Literal["asset", "check", "job", "tick"]
    name: str
    check: str = ""
    span: Span | None = None
    after: float = 0


class Problem(Fact):
    """One thing that went wrong.

    Attributes:
        id: Names it once and for all, for example `run-<run id>`; the Message-ID follows from it.
        kind: What sort of thing.
        job: The job, or the name of the schedule or sensor.
        span: Partition or range of partitions.
        assets: Keys of the assets that were not made (or, of checks, that were checked).
        errors: Why, in the order of time.
        checks: The checks that failed.
        seen: When it happened (seconds since 1970).
        started: When the run started.
        tries: Which try it was, and how many there may be.
        launched_by: Who started the run.
        run_id: The run, if there is one.
        backfill: The backfill that the run belongs to.
        stale: Keys of the assets downstream that now lack what was not made.
        whole: Keys of those among assets and stale that have no partitions.
        again: The command that runs it again.
        link: Path of the thing in the UI, where it is not a run.
        note: A sentence about it, where there is no error to show.
        to: Who is told.
        watched: What must succeed again.
        fingerprint: The same for failures alike: same place, same error, whatever partition, time or number is in it.

    >>> def failing(day): return Problem(id=day, kind="run", job="load", seen=0, errors=(
    ...     StepError(step="lake__refunds", error="PlatformError", message=f"no object of {day}"),))
    >>> failing("2026-03-01").fingerprint == failing("2026-03-02").fingerprint
    True
    """

    id: str
    kind: ProblemKind
    job: str
    span: Span | None = None
    assets: tuple[str, ...] = ()
    errors: tuple[StepError, ...] = ()
    checks: tuple[FailedCheck, ...] = ()
    seen: float
    started: float | None = None
    tries: tuple[int, int | None] = (1, None)
    launched_by: str = ""
    run_id: str | None = None
    backfill: str | None = None
    stale: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    again: str = ""
    link: str = ""
    note: str = ""
    to: tuple[str, ...] = ()
    watched: tuple[Watched, ...] = ()
    fingerprint: str = ""

    @model_validator(mode="after")
    def _with_fingerprint(self) -> "Problem":
        if not self.fingerprint:
            object.__setattr__(self, "fingerprint", _fingerprint(self))
        return self

    @property
    def thread(self) -> str:
        """The same for everything about one job and partition, so that mail clients show it as one thread."""
        return hashlib.sha256(f"{self.job}\n{self.span or ''}".encode()).hexdigest()[:20]

    def brief(self) -> "Problem":
        """Return it with what a line of a list needs, and no more."""
        errors = tuple(error.model_copy(update={"trace": "", "message": error.message[:200]}) for error in self.errors)
        return self.model_copy(update={"errors": errors[:1], "checks": self.checks[:1], "stale": (), "again": ""})


def _fingerprint(problem: Problem) -> str:
    steps = [error.step for error in problem.errors if error.step]
    where = [problem.kind, *steps] if steps else [problem.kind, problem.job]
    why = [f"{error.error}: {_VARIABLE.sub('#', error.message[:COMPARED_CHARACTERS])}" for error in problem.errors]
    failed = sorted(f"{check.asset}:{check.name}" for check in problem.checks)
    return hashlib.sha256("\n".join([*where, *why, *failed]).encode()).hexdigest()[:20]
