"""The policy alone: what becomes one email or several, and that each problem is named in exactly one."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_pipeline.alerts import policy
from ecommerce_pipeline.alerts.policy import (
    FORGOTTEN_AFTER,
    LISTED,
    QUEUE_LIMIT,
    SHOWN_IN_FULL,
    Rules,
    add_problem,
    recover,
    release_backfills,
    remind,
)
from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition, StepError
from ecommerce_pipeline.alerts.state import VERSION, State

RULES = Rules()


def problem(number: int, reason: str, backfill: str | None = None) -> Problem:
    return Problem(
        id=f"run-{number}",
        kind="run",
        job="load",
        seen=number,
        errors=(StepError(step="orders", error="ValueError", message=reason),),
        backfill=backfill,
        to=("ops@shop.example",),
        recovery_conditions=(RecoveryCondition(kind="asset", name=reason),),
    )


# Tick after tick: some problems, then perhaps all emails are delivered, then perhaps something recovers.
PROBLEMS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "x", "y"])), max_size=4)
TICKS = st.lists(
    st.tuples(PROBLEMS, st.sampled_from(["delivered", "in doubt", "down"]), st.sampled_from(["", "a", "b", "x", "y"])),
    max_size=25,
)


@settings(max_examples=300)
@given(TICKS)
def test_whatever_happens_each_problem_is_reported_by_exactly_one_email(ticks: list) -> None:  # type: ignore[type-arg]
    state, reported, count, now = State(), [], 0, 0.0
    ids: set[str] = set()

    def deliver() -> None:
        for email in state.emails:
            recovered = email.problems[1:] if email.kind == "recovery" else email.problems
            reported.extend(one.id for one in recovered)
        assert len({email.message_id for email in state.emails} & ids) == 0
        ids.update(email.message_id for email in state.emails)
        state.emails = []

    for problems, server, ends in ticks:
        now += 1_000
        recover(state, lambda condition, ends=ends: condition.name == ends, now, RULES)
        for reason, backfill in problems:
            count += 1
            add_problem(state, problem(count, reason, backfill), now, RULES)
            add_problem(state, problem(count, reason, backfill), now, RULES)
        release_backfills(state, lambda backfill, ends=ends: backfill == ends, now, RULES)
        remind(state, now, RULES)
        if server == "delivered":
            deliver()
        elif server == "in doubt":
            for email in state.emails:
                email.sealed = True
    for _ in range(3):
        now += 2 * 86_400
        release_backfills(state, lambda _: True, now, RULES)
        remind(state, now, RULES)
        deliver()
    assert sorted(reported) == sorted(f"run-{number}" for number in range(1, count + 1))


def test_the_state_stays_bounded_while_no_email_can_be_sent() -> None:
    state = State()
    for number in range(3 * (QUEUE_LIMIT + LISTED)):
        reason = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        add_problem(state, problem(number, reason), now=number, rules=RULES)
    assert len(state.emails) == QUEUE_LIMIT
    assert len(state.emails[-1].problems) == LISTED
    assert sum(len(email.problems) + email.more for email in state.emails) == 3 * (QUEUE_LIMIT + LISTED)


def test_reminders_come_after_one_two_four_hours_and_at_least_once_a_day() -> None:
    state, reminded = State(), []
    for quarter in range(5 * 24 * 4):
        add_problem(state, problem(quarter, "a"), now=quarter / 4 * 3_600, rules=RULES)
        remind(state, quarter / 4 * 3_600, RULES)
        reminded += [quarter / 4] * sum(email.kind == "reminder" for email in state.emails)
        state.emails = []
    assert reminded[:6] == [1, 3, 7, 15, 31, 55]


def add(state: State, *numbers: int, reason: str = "a", backfill: str | None = None, now: float = 0) -> None:
    for number in numbers:
        add_problem(state, problem(number, reason, backfill), now, RULES)


def queued(state: State) -> dict[str, list[str]]:
    """Return the problems of each queued email, by its Message-ID without the domain."""
    return {email.message_id.partition("@")[0]: [one.id for one in email.problems] for email in state.emails}


def test_failures_of_a_backfill_are_collected_until_it_has_ended_and_those_of_others_wait() -> None:
    state = State()
    add(state, 1, backfill="waits")
    add(state, 2, 3, backfill="ends")
    add(state, 4, reason="b", backfill="ends")
    release_backfills(state, lambda backfill: backfill == "ends", now=1, rules=RULES)
    assert queued(state) == {"backfill-run-2": ["run-2", "run-3", "run-4"]}
    assert {tuple(incident.backfills) for incident in state.incidents.values()} == {("ends",)}
    state.emails = []
    add(state, 5, 6, backfill="ends", now=2)
    assert [one.id for incident in state.incidents.values() for one in incident.unreported] == ["run-5", "run-6"]
    add(state, 7, reason="c", backfill="ends", now=2)
    assert {name: len(failures.problems) for name, failures in state.backfills.items()} == {"waits": 1, "ends": 1}


def test_failures_of_a_backfill_that_goes_on_are_reported_after_a_while() -> None:
    state = State()
    add(state, 1, 2, backfill="long", now=100)
    add(state, 3, backfill="longer", now=101)
    for now in (100, 99 + RULES.backfill_patience):
        release_backfills(state, lambda _: False, now=now, rules=RULES)
        assert state.emails == []
    release_backfills(state, lambda _: False, now=100 + RULES.backfill_patience, rules=RULES)
    assert queued(state) == {"backfill-run-1": ["run-1", "run-2"]}
    state.emails = []
    release_backfills(state, lambda _: False, now=101 + RULES.backfill_patience, rules=RULES)
    assert [one.id for incident in state.incidents.values() for one in incident.unreported] == ["run-3"]
    assert state.backfills == {}


def test_a_backfill_of_more_failures_than_an_email_lists_counts_the_others() -> None:
    state = State()
    add(state, *range(LISTED + 3), backfill="long")
    release_backfills(state, lambda _: True, now=1, rules=RULES)
    assert [(len(email.problems), email.more) for email in state.emails] == [(LISTED, 3)]
    remind(state, RULES.remind_after, RULES)
    assert len(state.emails) == 1, "each was named or counted, so there is nothing to remind of"


def test_an_email_shows_its_first_problems_in_full_and_goes_to_the_recipients_of_all() -> None:
    state = State()
    for number in range(SHOWN_IN_FULL + 2):
        one = problem(number, "a").model_copy(update={"rerun_command": "run", "to": (f"{number % 2}@shop.example",)})
        add_problem(state, one, now=0, rules=RULES)
    [email] = state.emails
    assert [bool(one.rerun_command) for one in email.problems] == [True] * SHOWN_IN_FULL + [False] * 2
    assert email.to == email.pending == ["0@shop.example", "1@shop.example"]


def test_a_failure_that_returns_after_a_week_is_a_new_incident() -> None:
    state = State()
    add(state, 0)
    remind(state, FORGOTTEN_AFTER - 1, RULES)
    assert len(state.incidents) == 1
    remind(state, FORGOTTEN_AFTER, RULES)
    assert state.incidents == {}
    add(state, 1, now=FORGOTTEN_AFTER + 1)
    remind(state, 3 * FORGOTTEN_AFTER, RULES)
    add(state, 2, now=3 * FORGOTTEN_AFTER)
    assert [email.kind for email in state.emails] == ["alert"] * 3


def test_a_failure_with_unreported_problems_is_kept_until_they_are_reported() -> None:
    state = State()
    add(state, 0)
    state.emails[0].sealed = True
    add(state, 1, now=1)
    [incident] = state.incidents.values()
    incident.remind_at = 2 * FORGOTTEN_AFTER
    remind(state, 2 * FORGOTTEN_AFTER - 1, RULES)
    assert [one.id for one in incident.unreported] == ["run-1"]
    remind(state, 2 * FORGOTTEN_AFTER, RULES)
    assert [(email.kind, email.more) for email in state.emails] == [("alert", 0), ("reminder", 0)]


def test_problems_reported_long_ago_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "KNOWN", 3)
    state = State()
    for now, number in enumerate((9, 1, 5, 3)):
        add(state, number, now=now)
    assert list(state.known) == ["run-1", "run-5", "run-3"]


def test_one_failure_recovers_while_another_one_goes_on() -> None:
    state = State()
    for number, reason in enumerate("abc"):
        add(state, number, reason=reason)
    recover(state, lambda condition: condition.name in "bc", now=1, rules=RULES)
    assert [email.kind for email in state.emails] == ["alert"] * 3 + ["recovery"] * 2
    assert [incident.first.id for incident in state.incidents.values()] == ["run-0"]


def test_a_failure_has_recovered_when_all_that_failed_has_succeeded_at_any_time_since() -> None:
    state = State()
    conditions = tuple(RecoveryCondition(kind="asset", name=name) for name in ("orders", "sales", "report"))
    add_problem(state, problem(1, "a").model_copy(update={"recovery_conditions": conditions}), now=0, rules=RULES)
    for succeeded in ({"sales"}, {"orders"}):
        recover(state, lambda condition, succeeded=succeeded: condition.name in succeeded, now=1, rules=RULES)
        assert [email.kind for email in state.emails] == ["alert"]
    recover(state, lambda condition: condition.name == "report", now=2, rules=RULES)
    assert [email.kind for email in state.emails] == ["alert", "recovery"]
    assert state.incidents == {}


def test_the_state_that_version_1_stored_is_read_whole_and_stored_under_the_new_names() -> None:
    """An upgrade must lose no queued email, no unreported failure and no position in the event log."""
    stored = (Path(__file__).parent / "state_version_1.json").read_text()
    state = State.model_validate_json(stored)
    incident = next(one for one in state.incidents.values() if one.count == 2)
    assert state.cursors["run failures"].after == 12
    assert [email.message_id.partition("@")[0] for email in state.emails] == ["run-1", "run-3"]
    assert [problem.id for problem in incident.unreported] == ["run-2"]
    assert incident.recovery_conditions == list(incident.first.recovery_conditions) != []
    [problem] = state.backfills["abcdefgh"].problems
    assert problem.rerun_command.startswith("ecommerce-pipeline run --job load")
    assert problem.checks[0].description == "3 orders"
    state_2 = json.loads(state.model_dump_json())
    assert state_2["version"] == VERSION
    assert State.model_validate(state_2) == state
