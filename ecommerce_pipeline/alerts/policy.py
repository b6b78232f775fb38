"""Who hears of a problem now, who later, and in which mail: pure changes of the `State`; no clock, no Dagster, no mail.

Every problem is named in exactly one mail: at once in one of its own, together with others of its backfill, or, when it
repeats what is known, in the next reminder or in the mail that says that it is over.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.alerts.problem import Problem, Watched
from ecommerce_pipeline.alerts.state import Gathering, Incident, Letter, LetterKind, State

DAY: Final = 86_400.0
LONGEST_SILENCE: Final = DAY
"""Reminders of a failure that repeats come after one, two, four ... times `remind_after`, but at least once a day."""
FORGOTTEN_AFTER: Final = 7 * DAY
"""A failure that has not repeated for so long is new when it comes again."""
TOLD_IN_FULL: Final = 5
LISTED: Final = 200
KNOWN: Final = 5_000
WAITING: Final = 100
"""While so many mails wait for the server, what is new joins the last of them: the state may not grow without end."""


@dataclass(frozen=True)
class Rules:
    """What can be set.

    Attributes:
        remind_after: Seconds until a failure that repeats is told again; doubles with each reminder.
        backfill_patience: Longest time, in seconds, that failures of a running backfill are gathered.
        recovery: Whether to write when it is over.
        domain: Right-hand side of a Message-ID.
    """

    remind_after: float = 3_600
    backfill_patience: float = 600
    recovery: bool = True
    domain: str = "ecommerce-pipeline.invalid"


def take(state: State, problem: Problem, now: float, rules: Rules) -> None:
    """Take in a problem; one that was taken in before changes nothing."""
    if problem.id in state.known:
        return
    state.known[problem.id] = now
    for oldest in sorted(state.known, key=state.known.__getitem__)[:-KNOWN]:
        del state.known[oldest]
    known = state.incidents.get(problem.fingerprint)
    if problem.backfill and not (known and problem.backfill in known.backfills):
        gathering = state.backfills.setdefault(problem.backfill, Gathering(since=now))
        gathering.more += _append(gathering.problems, problem)
    else:
        _tell(state, problem, now, rules)


def release_backfills(state: State, ended: Callable[[str], bool], now: float, rules: Rules) -> None:
    """Write the digests of backfills that have ended, or have been failing for long enough.

    Args:
        state: Is changed.
        ended: Says of a backfill whether it will start no further run.
        now: The time.
        rules: What can be set.
    """
    for backfill, gathering in list(state.backfills.items()):
        if now < gathering.since + rules.backfill_patience and not ended(backfill):
            continue
        del state.backfills[backfill]
        if len(gathering.problems) == 1 and not gathering.more:
            _tell(state, gathering.problems[0], now, rules)
            continue
        problems = gathering.problems
        letter = _write(state, "alert", f"backfill-{problems[0].id}", problems, now=now, rules=rules)
        letter.more = gathering.more
        for problem in problems:
            incident = _note(state, problem, letter, now, rules)
            if backfill not in incident.backfills:
                incident.backfills.append(backfill)


def remind(state: State, now: float, rules: Rules) -> None:
    """Write the reminders that are due; forget what has not repeated for long."""
    for incident in list(state.incidents.values()):
        if incident.untold and now >= incident.remind_at:
            _write_untold(state, incident, "reminder", now, rules)
            incident.reminders += 1
            incident.remind_at = now + min(rules.remind_after * 2**incident.reminders, LONGEST_SILENCE)
        elif not incident.untold and now >= incident.last + FORGOTTEN_AFTER:
            del state.incidents[incident.fingerprint]


def recover(state: State, is_over: Callable[[Watched], bool], now: float, rules: Rules) -> None:
    """Close the incidents of which everything has succeeded again; say so if wanted, or if runs are left to be named.

    Args:
        state: Is changed.
        is_over: Says of a thing whether it has succeeded since.
        now: The time.
        rules: What can be set.
    """
    for incident in list(state.incidents.values()):
        broken = [watched for watched in incident.watched if not is_over(watched)]
        if broken or not incident.watched:
            incident.watched = broken
            continue
        if rules.recovery or incident.untold:
            incident.untold.insert(0, incident.first)
            _write_untold(state, incident, "recovery", now, rules)
        del state.incidents[incident.fingerprint]


def _tell(state: State, problem: Problem, now: float, rules: Rules) -> None:
    incident = state.incidents.get(problem.fingerprint)
    if incident is None:
        open_letters = [letter for letter in state.letters if letter.kind == "alert" and not letter.sealed]
        if open_letters and len(state.letters) >= WAITING:
            letter = open_letters[-1]
            _join(letter, problem)
        else:
            letter = _write(state, "alert", problem.id, [problem], now=now, rules=rules)
        _note(state, problem, letter, now, rules)
        return
    _count(incident, problem)
    waiting = [letter for letter in state.letters if letter.incident == incident.fingerprint and not letter.sealed]
    if waiting and waiting[-1].kind != "recovery":
        _join(waiting[-1], problem)
    else:
        incident.more_untold += _append(incident.untold, problem)


def _note(state: State, problem: Problem, letter: Letter, now: float, rules: Rules) -> Incident:
    """Note a problem that a mail tells of: it opens an incident, or is one more case of it."""
    incident = state.incidents.get(problem.fingerprint)
    if incident is None:
        incident = Incident(
            fingerprint=problem.fingerprint,
            first=problem.brief(),
            message_id=letter.message_id,
            to=letter.to,
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
    again = {(watched.kind, watched.name, watched.check, watched.span) for watched in problem.watched}
    kept = [one for one in incident.watched if (one.kind, one.name, one.check, one.span) not in again]
    incident.watched = [*kept, *problem.watched]


def _write_untold(state: State, incident: Incident, kind: LetterKind, now: float, rules: Rules) -> None:
    letter = _write(
        state, kind, f"{kind}-{incident.untold[-1].id}-{incident.count}", incident.untold, now=now, rules=rules
    )
    letter.more, letter.replies_to = incident.more_untold, incident.message_id
    letter.to = letter.pending = _united([incident.to, letter.to])
    incident.untold, incident.more_untold = [], 0


def _write(state: State, kind: LetterKind, name: str, problems: list[Problem], *, now: float, rules: Rules) -> Letter:
    to = _united(problem.to for problem in problems)
    letter = Letter(
        message_id=f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)}@{rules.domain}",
        kind=kind,
        incident=problems[0].fingerprint,
        problems=list(problems),
        written=now,
        to=to,
        pending=list(to),
    )
    state.letters.append(letter)
    return letter


def _join(letter: Letter, problem: Problem) -> None:
    letter.more += _append(letter.problems, problem)
    letter.to = _united([letter.to, problem.to])
    letter.pending = list(letter.to)


def _append(problems: list[Problem], problem: Problem) -> int:
    """Append a problem, in full while there are few; return 1 if it can only be counted."""
    if len(problems) >= LISTED:
        return 1
    problems.append(problem if len(problems) < TOLD_IN_FULL else problem.brief())
    return 0


def _united(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(address for addresses in lists for address in addresses))
