"""The policy alone: what becomes one mail, what many, and that nothing is named twice or never."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_pipeline.alerts.policy import LISTED, WAITING, Rules, recover, release_backfills, remind, take
from ecommerce_pipeline.alerts.problem import Problem, StepError, Watched
from ecommerce_pipeline.alerts.state import State

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
        watched=(Watched(kind="asset", name=reason),),
    )


# What happens, tick after tick: some problems, then maybe all letters delivered, then maybe something is well again.
PROBLEMS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "x", "y"])), max_size=4)
TICKS = st.lists(
    st.tuples(PROBLEMS, st.sampled_from(["delivered", "in doubt", "down"]), st.sampled_from(["", "a", "b", "x", "y"])),
    max_size=25,
)


@settings(max_examples=300, deadline=None)
@given(TICKS)
def test_whatever_happens_each_problem_is_told_by_exactly_one_mail(ticks: list) -> None:  # type: ignore[type-arg]
    state, told, count, now = State(), [], 0, 0.0
    ids: set[str] = set()

    def deliver() -> None:
        for letter in state.letters:
            recovered = letter.problems[1:] if letter.kind == "recovery" else letter.problems
            told.extend(one.id for one in recovered)
        assert len({letter.message_id for letter in state.letters} & ids) == 0
        ids.update(letter.message_id for letter in state.letters)
        state.letters = []

    for problems, server, ends in ticks:
        now += 1_000
        recover(state, lambda watched, ends=ends: watched.name == ends, now, RULES)
        for reason, backfill in problems:
            count += 1
            take(state, problem(count, reason, backfill), now, RULES)
            take(state, problem(count, reason, backfill), now, RULES)
        release_backfills(state, lambda backfill, ends=ends: backfill == ends, now, RULES)
        remind(state, now, RULES)
        if server == "delivered":
            deliver()
        elif server == "in doubt":
            for letter in state.letters:
                letter.sealed = True
    for _ in range(3):
        now += 2 * 86_400
        release_backfills(state, lambda _: True, now, RULES)
        remind(state, now, RULES)
        deliver()
    assert sorted(told) == sorted(f"run-{number}" for number in range(1, count + 1))


def test_the_state_does_not_grow_without_end_while_no_mail_can_be_sent() -> None:
    state = State()
    for number in range(3 * (WAITING + LISTED)):
        reason = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        take(state, problem(number, reason), now=number, rules=RULES)
    assert len(state.letters) == WAITING
    assert len(state.letters[-1].problems) == LISTED
    assert sum(len(letter.problems) + letter.more for letter in state.letters) == 3 * (WAITING + LISTED)


def test_reminders_come_after_one_two_four_hours_and_at_least_once_a_day() -> None:
    state, reminded = State(), []
    for quarter in range(5 * 24 * 4):
        take(state, problem(quarter, "a"), now=quarter / 4 * 3_600, rules=RULES)
        remind(state, quarter / 4 * 3_600, RULES)
        reminded += [quarter / 4] * sum(letter.kind == "reminder" for letter in state.letters)
        state.letters = []
    assert reminded[:6] == [1, 3, 7, 15, 31, 55]
