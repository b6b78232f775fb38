"""Which problem is reported now, which later, and in which email: pure changes of the `State`.

No clock, no Dagster, no mail. Each problem is named in exactly one email: an alert of its own, a digest of its
backfill, or, if its failure was reported already, the next reminder or the recovery email.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition
from ecommerce_pipeline.alerts.state import BackfillFailures, EmailKind, Incident, QueuedEmail, State

DAY: Final = 86_400.0
LONGEST_SILENCE: Final = DAY
"""Reminders of a failure that repeats follow after 1, 2, 4 ... times `remind_after`, but at least once a day."""
FORGOTTEN_AFTER: Final = 7 * DAY
"""A failure that returns after this time without repeating is a new incident."""
SHOWN_IN_FULL: Final = 5
LISTED: Final = 200
KNOWN: Final = 5_000
QUEUE_LIMIT: Final = 100
"""With this many emails in the queue, new problems join the last one: the state must not grow without limit."""


@dataclass(frozen=True)
class Rules:
    """The settings of the policy.

    Attributes:
        remind_after: Seconds until the first reminder of a failure that repeats; doubles with each reminder.
        backfill_patience: For how many seconds at most the failures of a running backfill are collected.
        recovery: Whether to send recovery emails.
        domain: Right-hand side of a Message-ID.
    """

    remind_after: float = 3_600
    backfill_patience: float = 600
    recovery: bool = True
    domain: str = "ecommerce-pipeline.invalid"


def add_problem(state: State, problem: Problem, now: float, rules: Rules) -> None:
    """Add a problem; one that was added before changes nothing."""
    if problem.id in state.known:
        return
    state.known[problem.id] = now
    for oldest in sorted(state.known, key=state.known.__getitem__)[:-KNOWN]:
        del state.known[oldest]
    incident = state.incidents.get(problem.fingerprint)
    if problem.backfill and not (incident and problem.backfill in incident.backfills):
        failures = state.backfills.setdefault(problem.backfill, BackfillFailures(since=now))
        failures.more += _append(failures.problems, problem)
    else:
        _report(state, problem, now, rules)


def release_backfills(state: State, ended: Callable[[str], bool], now: float, rules: Rules) -> None:
    """Queue the digests of backfills that have ended or have been failing for long enough.

    Args:
        state: Is changed.
        ended: Returns whether a backfill will start no further run.
        now: The time.
        rules: The settings.
    """
    for backfill, failures in list(state.backfills.items()):
        if now < failures.since + rules.backfill_patience and not ended(backfill):
            continue
        del state.backfills[backfill]
        if len(failures.problems) == 1 and not failures.more:
            _report(state, failures.problems[0], now, rules)
            continue
        problems = failures.problems
        email = _queue(state, "alert", f"backfill-{problems[0].id}", problems, now=now, rules=rules)
        email.more = failures.more
        for problem in problems:
            incident = _add_to_incident(state, problem, email, now, rules)
            if backfill not in incident.backfills:
                incident.backfills.append(backfill)


def remind(state: State, now: float, rules: Rules) -> None:
    """Queue the reminders that are due; forget incidents that have not repeated for long."""
    for incident in list(state.incidents.values()):
        if incident.unreported and now >= incident.remind_at:
            _queue_unreported(state, incident, "reminder", now, rules)
            incident.reminders += 1
            incident.remind_at = now + min(rules.remind_after * 2**incident.reminders, LONGEST_SILENCE)
        elif not incident.unreported and now >= incident.last + FORGOTTEN_AFTER:
            del state.incidents[incident.fingerprint]


def recover(state: State, is_met: Callable[[RecoveryCondition], bool], now: float, rules: Rules) -> None:
    """Close the incidents that have recovered, with an email if the rules want one or problems are unreported.

    Args:
        state: Is changed.
        is_met: Returns whether a condition is met.
        now: The time.
        rules: The settings.
    """
    for incident in list(state.incidents.values()):
        unmet = [condition for condition in incident.recovery_conditions if not is_met(condition)]
        if unmet or not incident.recovery_conditions:
            incident.recovery_conditions = unmet
            continue
        if rules.recovery or incident.unreported:
            incident.unreported.insert(0, incident.first)
            _queue_unreported(state, incident, "recovery", now, rules)
        del state.incidents[incident.fingerprint]


def _report(state: State, problem: Problem, now: float, rules: Rules) -> None:
    incident = state.incidents.get(problem.fingerprint)
    if incident is None:
        open_emails = [email for email in state.emails if email.kind == "alert" and not email.sealed]
        if open_emails and len(state.emails) >= QUEUE_LIMIT:
            email = open_emails[-1]
            _join(email, problem)
        else:
            email = _queue(state, "alert", problem.id, [problem], now=now, rules=rules)
        _add_to_incident(state, problem, email, now, rules)
        return
    _count(incident, problem)
    waiting = [email for email in state.emails if email.incident == incident.fingerprint and not email.sealed]
    if waiting and waiting[-1].kind != "recovery":
        _join(waiting[-1], problem)
    else:
        incident.more_unreported += _append(incident.unreported, problem)


def _add_to_incident(state: State, problem: Problem, email: QueuedEmail, now: float, rules: Rules) -> Incident:
    """Add a problem that an email reports to its incident; open one if there is none."""
    incident = state.incidents.get(problem.fingerprint)
    if incident is None:
        incident = Incident(
            fingerprint=problem.fingerprint,
            first=problem.brief(),
            message_id=email.message_id,
            to=email.to,
            count=0,
            last=problem.seen,
            remind_at=now + rules.remind_after,
        )
        state.incidents[problem.fingerprint] = incident
    _count(incident, problem)
    return incident


def _count(incident: Incident, problem: Problem) -> None:
    incident.count += 1
    incident.last = max(incident.last, problem.seen)
    repeated = {(one.kind, one.name, one.check, one.span) for one in problem.recovery_conditions}
    others = [one for one in incident.recovery_conditions if (one.kind, one.name, one.check, one.span) not in repeated]
    incident.recovery_conditions = [*others, *problem.recovery_conditions]


def _queue_unreported(state: State, incident: Incident, kind: EmailKind, now: float, rules: Rules) -> None:
    name = f"{kind}-{incident.unreported[-1].id}-{incident.count}"
    email = _queue(state, kind, name, incident.unreported, now=now, rules=rules)
    email.more, email.replies_to = incident.more_unreported, incident.message_id
    email.to = email.pending = _union([incident.to, email.to])
    incident.unreported, incident.more_unreported = [], 0


def _queue(
    state: State, kind: EmailKind, name: str, problems: list[Problem], *, now: float, rules: Rules
) -> QueuedEmail:
    to = _union(problem.to for problem in problems)
    email = QueuedEmail(
        message_id=f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)}@{rules.domain}",
        kind=kind,
        incident=problems[0].fingerprint,
        problems=list(problems),
        written=now,
        to=to,
        pending=list(to),
    )
    state.emails.append(email)
    return email


def _join(email: QueuedEmail, problem: Problem) -> None:
    email.more += _append(email.problems, problem)
    email.to = _union([email.to, problem.to])
    email.pending = list(email.to)


def _append(problems: list[Problem], problem: Problem) -> int:
    """Append a problem, in full while there are few; return 1 if it can only be counted."""
    if len(problems) >= LISTED:
        return 1
    problems.append(problem if len(problems) < SHOWN_IN_FULL else problem.brief())
    return 0


def _union(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(address for addresses in lists for address in addresses))
