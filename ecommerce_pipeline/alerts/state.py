"""What is remembered between ticks: how far the watch has read, what is known to be broken, and the mail to deliver."""

from typing import Literal

from pydantic import BaseModel, Field

from ecommerce_pipeline.alerts.problem import Problem, Watched

LetterKind = Literal["alert", "reminder", "recovery"]


class Position(BaseModel):
    """How far a stream of numbered events has been read.

    Attributes:
        after: Everything up to this number has been read.
        seen: Numbers beyond it that were read, and when. With PostgreSQL a smaller number may become visible after a
            greater one, while its transaction is still open: numbers are passed for good only after a while.
    """

    after: int
    seen: dict[int, float] = Field(default_factory=dict)


class Letter(BaseModel):
    """A mail that is to be delivered.

    Attributes:
        message_id: Its Message-ID, without the brackets; follows from the first problem's id.
        kind: What sort of mail.
        incident: Fingerprint of the incident it belongs to, or of the first.
        problems: What it tells.
        more: How many further problems it counts without telling them.
        written: When it was begun (seconds since 1970); its Date.
        to: All who get it.
        pending: Those of them that no server has taken it for yet.
        replies_to: Message-ID of the mail that opened the incident.
        sealed: It may have been handed over; from now on it may not change, lest a copy say something else.
        claimed_until: Until when the one that delivers it has it for itself.
        tries: How often delivery failed.
        not_before: When it is tried next.
        answer: What the server said last.
    """

    message_id: str
    kind: LetterKind
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
    """A failure that is known and not over.

    Attributes:
        fingerprint: What its failures have in common.
        first: The first of them, in brief.
        message_id: Of the mail that told of it first.
        to: Who was told.
        count: How many failures there were.
        last: When the last one was.
        untold: Failures that no mail has named yet.
        reminders: How many reminders there were.
        remind_at: When the next may be.
        backfills: Backfills whose runs are told of.
        watched: What must succeed again.
    """

    fingerprint: str
    first: Problem
    message_id: str
    to: list[str]
    count: int = 1
    last: float
    untold: list[Problem] = Field(default_factory=list)
    more_untold: int = 0
    reminders: int = 0
    remind_at: float
    backfills: list[str] = Field(default_factory=list)
    watched: list[Watched] = Field(default_factory=list)


class Gathering(BaseModel):
    """Failures of a backfill's runs, kept until it ends or has gone on for long enough."""

    since: float
    problems: list[Problem] = Field(default_factory=list)
    more: int = 0


class Waiting(BaseModel):
    """A run of which something is known that can only be told once the run, or its retry, is decided."""

    since: float
    event: int = 0


class Delivered(BaseModel):
    """A mail that every recipient's server has taken."""

    message_id: str
    subject: str
    at: float
    to: list[str]
    answer: str


class MailServer(BaseModel):
    """What is known of the mail server: how often in a row it could not be reached, and when to try again."""

    failures: int = 0
    not_before: float = 0
    answer: str = ""


class State(BaseModel):
    """Everything remembered between ticks."""

    version: int = 1
    revision: int = 0
    positions: dict[str, Position] = Field(default_factory=dict)
    known: dict[str, float] = Field(default_factory=dict)
    retrying: dict[str, Waiting] = Field(default_factory=dict)
    unfinished: dict[str, Waiting] = Field(default_factory=dict)
    backfills: dict[str, Gathering] = Field(default_factory=dict)
    due: dict[str, float] = Field(default_factory=dict)
    incidents: dict[str, Incident] = Field(default_factory=dict)
    letters: list[Letter] = Field(default_factory=list)
    delivered: list[Delivered] = Field(default_factory=list)
    delivered_by_kind: dict[LetterKind, int] = Field(default_factory=dict)
    server: MailServer = Field(default_factory=MailServer)
