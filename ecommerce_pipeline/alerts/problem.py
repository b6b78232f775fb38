"""One thing that went wrong, as plain masked data: no types of Dagster, no wording of emails."""

import hashlib
import re
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from ecommerce_pipeline.partitions import Days

ProblemKind = Literal["run", "checks", "late", "tick"]

# What differs between two occurrences of the same failure: numbers, dates, hexadecimal ids.
_VARIABLE = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+", re.IGNORECASE)
COMPARED_CHARACTERS = 300


class ProblemPart(BaseModel):
    """A problem or a part of one; immutable."""

    model_config = ConfigDict(frozen=True)


class Span(ProblemPart):
    """Partition keys from first to last, both included; for one partition they are equal.

    Attributes:
        first: The first key.
        last: The last key.
        days: The days, if they do not lie together.
    """

    first: str
    last: str
    days: str = ""

    def __str__(self) -> str:
        if self.days:
            return Days.parse(self.days).summary
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


class StepError(ProblemPart):
    """Why a step failed.

    Attributes:
        step: Its key; empty if the run failed outside any step.
        error: Class of the error.
        message: Its message.
        trace: The relevant end of the traceback, innermost frame last.
    """

    step: str
    error: str
    message: str
    trace: str = ""


class FailedCheck(ProblemPart):
    """An asset check of severity error that failed."""

    asset: str
    name: str
    description: str = Field(default="", validation_alias=AliasChoices("description", "said"))


class RecoveryCondition(ProblemPart):
    """What must succeed for the problem to have recovered: an asset's partitions, a check, a job, or a tick.

    Attributes:
        kind: What `name` names.
        name: Asset key, job name, or `<origin id>:<selector id>` of a sensor or schedule.
        check: Name of the check, of kind check.
        span: Partitions, if it has any.
        after: Only a success after this event (or tick, or time) counts.
    """

    kind: Literal["asset", "check", "job", "tick"]
    name: str
    check: str = ""
    span: Span | None = None
    after: float = 0


class Problem(ProblemPart):
    """One thing that went wrong.

    Attributes:
        id: Unique, for example `run-<run id>`; the Message-ID is derived from it.
        kind: A failed run, failed checks, a late partition or a failed tick.
        job: The job, or the name of the schedule or sensor.
        span: Partition or range of partitions.
        assets: Keys of the assets that were not built (of failed checks: that were checked).
        errors: The errors, oldest first.
        checks: The failed checks.
        seen: When it happened (seconds since 1970).
        started: When the run started.
        tries: Number of this attempt, and the maximum.
        launched_by: Who or what launched the run.
        run_id: The run, if there is one.
        backfill: The backfill of the run.
        stale: Keys of the downstream assets that are now stale.
        whole: Keys among `assets` and `stale` of unpartitioned assets.
        rerun_command: The command that runs it again.
        link: Path of its page in the UI, if that is not a run's.
        note: A sentence about it, if there is no error.
        to: Recipients.
        recovery_conditions: What must succeed for it to have recovered.
        fingerprint: Equal for the same failure: same step, same error, whatever partition, time or number it names.

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
    rerun_command: str = Field(default="", validation_alias=AliasChoices("rerun_command", "again"))
    link: str = ""
    note: str = ""
    to: tuple[str, ...] = ()
    recovery_conditions: tuple[RecoveryCondition, ...] = Field(
        default=(), validation_alias=AliasChoices("recovery_conditions", "watched")
    )
    fingerprint: str = ""

    @model_validator(mode="after")
    def _with_fingerprint(self) -> "Problem":
        if not self.fingerprint:
            object.__setattr__(self, "fingerprint", _fingerprint(self))
        return self

    @property
    def thread(self) -> str:
        """Equal for all problems of one job and partition, so that mail clients show them as one thread."""
        return hashlib.sha256(f"{self.job}\n{self.span or ''}".encode()).hexdigest()[:20]

    def brief(self) -> "Problem":
        """Return it with only what one line of a list needs."""
        errors = tuple(error.model_copy(update={"trace": "", "message": error.message[:200]}) for error in self.errors)
        less = {"errors": errors[:1], "checks": self.checks[:1], "stale": (), "rerun_command": ""}
        return self.model_copy(update=less)


def _fingerprint(problem: Problem) -> str:
    steps = [error.step for error in problem.errors if error.step]
    where = [problem.kind, *steps] if steps else [problem.kind, problem.job]
    why = [f"{error.error}: {_VARIABLE.sub('#', error.message[:COMPARED_CHARACTERS])}" for error in problem.errors]
    failed = sorted(f"{check.asset}:{check.name}" for check in problem.checks)
    return hashlib.sha256("\n".join([*where, *why, *failed]).encode()).hexdigest()[:20]
