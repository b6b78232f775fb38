"""What is remembered between ticks: how far the event log was read, the open failures, and the emails to deliver.

It is stored as JSON. Fields that version 1 named otherwise accept both names, so that an upgrade loses nothing.
"""

from typing import Final, Literal

from pydantic import AliasChoices, BaseModel, Field, field_validator

from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition

VERSION: Final = 2

EmailKind = Literal["alert", "reminder", "recovery"]


class Cursor(BaseModel):
    """How far a stream of numbered events has been read.

    Attributes:
        after: Every event up to this number has been read.
        seen: Numbers beyond it that were read, and when. PostgreSQL may show a smaller number after a greater one,
            once its transaction commits; so `after` only moves past numbers that were read some time ago.
    """

    after: int
    seen: dict[int, float] = Field(default_factory=dict)


class QueuedEmail(BaseModel):
    """An email to be delivered.

    Attributes:
        message_id: Its Message-ID, without brackets; derived from the first problem's id.
        kind: Alert, reminder or recovery.
        incident: Fingerprint of its incident, or of the first of several.
        problems: The problems that it reports.
        more: How many further problems it only counts.
        written: When it was queued (seconds since 1970); its Date.
        to: All recipients.
        pending: Recipients for whom no server has accepted it yet.
        replies_to: Message-ID of the email that opened the incident.
        sealed: It may have been sent; it must not change any more, so that a second copy is identical.
        claimed_until: Until when one process has it for delivery.
        tries: How many deliveries failed.
        not_before: When to try next.
        answer: The server's last reply.
    """

    message_id: str
    kind: EmailKind
    incident: str
    problems: list[Problem]
    more: int = 0
    written: float
    to: list[str]
    pending: list[str]
    replies_to: str | None = None
    sealed: bool = False
    claimed_until: float = 0
    tries: int = 0
    not_before: float = 0
    answer: str = ""


class Incident(BaseModel):
    """A failure that was reported and has not recovered.

    Attributes:
        fingerprint: What its problems have in common.
        first: The first problem, in brief.
        message_id: Of the email that reported it first.
        to: Recipients of that email.
        count: Number of problems.
        last: When the last problem occurred.
        unreported: Problems that no email has named yet.
        more_unreported: How many further ones are only counted.
        reminders: Number of reminders.
        remind_at: Earliest time of the next reminder.
        backfills: Backfills whose failed runs belong to it.
        recovery_conditions: What must succeed again.
    """

    fingerprint: str
    first: Problem
    message_id: str
    to: list[str]
    count: int = 1
    last: float
    unreported: list[Problem] = Field(default_factory=list, validation_alias=AliasChoices("unreported", "untold"))
    more_unreported: int = Field(default=0, validation_alias=AliasChoices("more_unreported", "more_untold"))
    reminders: int = 0
    remind_at: float
    backfills: list[str] = Field(default_factory=list)
    recovery_conditions: list[RecoveryCondition] = Field(
        default_factory=list, validation_alias=AliasChoices("recovery_conditions", "watched")
    )


class BackfillFailures(BaseModel):
    """Failed runs of a backfill, collected until it ends or has been failing for long enough."""

    since: float
    problems: list[Problem] = Field(default_factory=list)
    more: int = 0


class UndecidedRun(BaseModel):
    """A run that may still be retried, or is still going on, so that it cannot be reported yet."""

    since: float
    event: int = 0


class DeliveredEmail(BaseModel):
    """An email that the servers of all recipients have accepted."""

    message_id: str
    subject: str
    at: float
    to: list[str]
    answer: str


class MailServer(BaseModel):
    """The mail server: how many times in a row it failed, and when to try again."""

    failures: int = 0
    not_before: float = 0
    answer: str = ""


class State(BaseModel):
    """Everything remembered between ticks."""

    version: int = VERSION
    revision: int = 0
    cursors: dict[str, Cursor] = Field(default_factory=dict, validation_alias=AliasChoices("cursors", "positions"))
    known: dict[str, float] = Field(default_factory=dict)
    retrying: dict[str, UndecidedRun] = Field(default_factory=dict)
    unfinished: dict[str, UndecidedRun] = Field(default_factory=dict)
    backfills: dict[str, BackfillFailures] = Field(default_factory=dict)
    due: dict[str, float] = Field(default_factory=dict)
    incidents: dict[str, Incident] = Field(default_factory=dict)
    emails: list[QueuedEmail] = Field(default_factory=list, validation_alias=AliasChoices("emails", "letters"))
    delivered: list[DeliveredEmail] = Field(default_factory=list)
    delivered_by_kind: dict[EmailKind, int] = Field(default_factory=dict)
    server: MailServer = Field(default_factory=MailServer)

    @field_validator("version")
    @classmethod
    def _upgraded(cls, _: int) -> int:
        return VERSION
