"""The wording of emails, as content that is not yet text or HTML."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ecommerce_pipeline.alerts.formatting import duration, moment
from ecommerce_pipeline.alerts.policy import SHOWN_IN_FULL
from ecommerce_pipeline.alerts.problem import Problem, StepError
from ecommerce_pipeline.alerts.state import QueuedEmail
from ecommerce_pipeline.alerts.ui_links import Ui
from ecommerce_pipeline.errors import WRITTEN_FOR_USERS

PREFIX: Final = "[ecommerce]"
SHOWN: Final = 12
"""How many assets a list names; further ones are counted."""
SUBJECT_CHARACTERS: Final = 160
LEAD_CHARACTERS: Final = 240


@dataclass(frozen=True)
class Line:
    """A line of a list or a value: its text and the address of its link."""

    text: str
    link: str | None = None


@dataclass(frozen=True)
class Section:
    """A section with a heading: preformatted text, a list, or a command to copy."""

    heading: str
    kind: Literal["text", "list", "command"]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Content:
    """The content of an email.

    Attributes:
        subject: The subject.
        tone: Sets the colour.
        title: The heading.
        lead: The first sentence under it.
        facts: A table: label and lines.
        sections: In order.
        links: Buttons.
        footer: Where the email comes from.
    """

    subject: str
    tone: Literal["bad", "good", "note"]
    title: str
    lead: str
    facts: Sequence[tuple[str, Sequence[Line]]] = ()
    sections: Sequence[Section] = ()
    links: Sequence[Line] = ()
    footer: str = ""


def content_of(email: QueuedEmail, ui: Ui) -> Content:
    """Return the content of a queued email."""
    try:
        content = _content(email, ui)
    except Exception as error:  # A short email is better than one that blocks the queue.
        content = _fallback(email, ui, error)
    return replace(
        content,
        subject=f"{PREFIX} {content.subject}"[:SUBJECT_CHARACTERS],
        footer=f"{ui.url}: this platform's Dagster. When it sends emails: docs/alerts.md.",
    )


def _content(email: QueuedEmail, ui: Ui) -> Content:
    if email.kind == "recovery":
        return _recovery(email, ui)
    if len(email.problems) == 1 and email.kind == "alert":
        return _alert(email.problems[0], ui)
    return _digest(email, ui)


def _fallback(email: QueuedEmail, ui: Ui, error: Exception) -> Content:
    runs = [Line(problem.id, ui.run(problem.run_id) if problem.run_id else None) for problem in email.problems]
    lead = f"The details cannot be shown ({type(error).__name__}); see the links."
    return Content(
        subject=f"{email.kind}: {len(runs)} failures",
        tone="bad",
        title=f"{len(runs)} failures",
        lead=lead,
        sections=[Section("Failures", "list", runs)],
    )


def _alert(problem: Problem, ui: Ui) -> Content:
    name = _name(problem)
    match problem.kind:
        case "run":
            what, lead = f"{name} failed", _lead(problem)
        case "checks":
            count = f"{len(problem.checks)} {'check' if len(problem.checks) == 1 else 'checks'}"
            what, lead = f"{count} failed after {name}", "The run succeeded, but its data failed the checks."
        case "late":
            what, lead = f"{name} is late", problem.note
        case "tick":
            what, lead = f"A tick of {name} failed", _lead(problem)
    subject = (
        f"{what}{_about(problem)}" if problem.kind == "late" else f"{what}{_about(problem)}: {_subject_reason(problem)}"
    )
    return Content(
        subject=subject,
        tone="bad",
        title=f"{what}{_about(problem)}",
        lead=lead,
        facts=list(_facts(problem, ui)),
        sections=[*_remedies(problem), *_reasons(problem), *_consequences(problem, ui), *_traces(problem)],
        links=list(_links(problem, ui)),
    )


def _facts(problem: Problem, ui: Ui) -> Iterator[tuple[str, Sequence[Line]]]:
    label = {"run": "Not built", "checks": "Checked", "late": "Missing", "tick": ""}[problem.kind]
    if problem.assets:
        yield label, _asset_lines(problem.assets, problem, ui)
    steps = list(dict.fromkeys(error.step for error in problem.errors if error.step))
    if steps and problem.run_id:
        yield (
            "Failed step" if len(steps) == 1 else "Failed steps",
            _first([Line(step, ui.logs(problem.run_id, step)) for step in steps]),
        )
    if problem.span:
        yield "Partition" if problem.span.first == problem.span.last else "Partitions", [Line(str(problem.span))]
    if problem.started is not None:
        yield "Started", [Line(moment(problem.started))]
        yield "Ended", [Line(f"{moment(problem.seen)}, after {duration(problem.seen - problem.started)}")]
    else:
        yield "When", [Line(moment(problem.seen))]
    if problem.kind == "run":
        number, of = problem.tries
        if number > 1:  # no other attempt follows: a failure is reported once Dagster retries it no more
            yield "Attempt", [Line(f"{number} of {of}" if number == of else f"{number}")]
    if problem.launched_by:
        yield "Launched by", [Line(problem.launched_by)]
    if problem.run_id:
        yield "Run", [Line(problem.run_id, ui.run(problem.run_id))]


def _reasons(problem: Problem) -> Iterator[Section]:
    """Yield what the lead, the first line of the first error, does not say: its other lines, and the other errors."""
    for index, error in enumerate(problem.errors[:SHOWN_IN_FULL]):
        text = f"{_class(error)}{error.message}".splitlines()[0 if index else 1 :]
        if text:
            yield Section(f"{_where(error, problem)}Error", "text", [Line(line) for line in text])
    if len(problem.errors) > SHOWN_IN_FULL:
        rest = [Line(f"{error.step}: {_class(error)}{error.message}"[:200]) for error in problem.errors[SHOWN_IN_FULL:]]
        yield Section("More failed steps", "list", _first(rest))
    if problem.checks:
        lines = [
            Line(f"{check.asset}: {check.name}{f' ({check.description})' if check.description else ''}")
            for check in problem.checks
        ]
        yield Section("Failed checks", "list", _first(lines))


def _traces(problem: Problem) -> Iterator[Section]:
    traces = set()
    for error in problem.errors[:SHOWN_IN_FULL]:
        if error.trace and error.trace not in traces:
            traces.add(error.trace)
            heading = f"{_where(error, problem)}Traceback (end)"
            yield Section(heading, "text", [Line(line) for line in error.trace.splitlines()])


def _where(error: StepError, problem: Problem) -> str:
    return f"{error.step}: " if error.step and len(problem.errors) > 1 else ""


def _remedies(problem: Problem) -> Iterator[Section]:
    if problem.rerun_command:
        yield Section("Run it again", "command", [Line(problem.rerun_command)])


def _consequences(problem: Problem, ui: Ui) -> Iterator[Section]:
    if problem.stale:
        yield Section(
            f"Downstream and now stale ({len(problem.stale)})", "list", _asset_lines(problem.stale, problem, ui)
        )


def _links(problem: Problem, ui: Ui) -> Iterator[Line]:
    if problem.run_id:
        yield Line("Open the run", ui.run(problem.run_id))
    if problem.assets:
        yield Line("Open the asset", _page(problem.assets[0], problem, ui))
    if problem.run_id:
        yield Line("Read the logs", ui.logs(problem.run_id, next((e.step for e in problem.errors if e.step), "")))
    if problem.link:
        yield Line("Open it in the UI", ui.page(problem.link))


def _digest(email: QueuedEmail, ui: Ui) -> Content:
    problems = email.problems
    count = len(problems) + email.more
    counts = Counter(problem.fingerprint for problem in problems)
    first = [next(problem for problem in problems if problem.fingerprint == one) for one, _ in counts.most_common()]
    backfill = problems[0].backfill if email.kind == "alert" else None
    things = {"run": "runs", "checks": "check failures", "late": "late partitions", "tick": "failed ticks"}
    counted = things[problems[0].kind] if count > 1 else things[problems[0].kind].removesuffix("s")
    if email.kind == "reminder":
        title = f"{_name(problems[0])} still fails: {count} more {counted}"
    elif backfill:
        title = f"{count} {counted} of backfill {backfill} failed{' with the same error' if len(counts) == 1 else ''}"
    elif problems[0].kind == "late" and len(counts) == 1:
        title = f"{count} partitions of {_name(problems[0])} are late"
    elif len(counts) == 1:
        title = f"{count} {counted} failed with the same error: {_name(problems[0])}"
    else:
        title = f"{count} failures while no email could be sent"
    groups = [Line(f"{counts[problem.fingerprint]} x {_why(problem)}") for problem in first]
    detailed = first[:SHOWN_IN_FULL] if len(counts) > 1 else problems[:1]
    cases = [_case(problem, ui) for problem in problems]
    if email.more:
        cases.append(Line(f"and {email.more} more"))
    facts = [
        ("Occurrences", [Line(f"{count}, from {moment(problems[0].seen)} to {moment(problems[-1].seen)}")]),
        *([("Failures", groups)] if len(groups) > 1 else []),
        *(fact for fact in _facts(problems[0], ui) if fact[0] in {"Launched by"}),
    ]
    stale = sorted({key for problem in problems for key in problem.stale})
    return Content(
        subject=f"{title}: {_why(problems[0])}",
        tone="bad",
        title=title,
        lead=_lead(problems[0]),
        facts=facts,
        sections=[
            *(
                [Section("Run the first one again", "command", [Line(problems[0].rerun_command)])]
                * bool(problems[0].rerun_command)
            ),
            *(section for problem in detailed for section in _reasons(problem)),
            Section("All failures", "list", cases),
            *([Section(f"Downstream and now stale ({len(stale)})", "list", _first([Line(key) for key in stale]))]),
            *(section for problem in detailed for section in _traces(problem)),
        ],
        links=[
            *([Line("Open the backfill", ui.page(f"/runs/b/{backfill}"))] if backfill else []),
            *_links(problems[0], ui),
        ],
    )


def _recovery(email: QueuedEmail, ui: Ui) -> Content:
    first, *between = email.problems
    title = f"{_name(first)} has recovered{_about(first)}"
    sections = []
    if between:
        lines = [_case(problem, ui) for problem in between]
        rest = [Line(f"and {email.more} more")] if email.more else []
        sections.append(Section("Failures in between that were not reported yet", "list", [*lines, *rest]))
    return Content(
        subject=title,
        tone="good",
        title=title,
        lead=f"What failed on {moment(first.seen)} has succeeded since: {_why(first)}",
        facts=[fact for fact in _facts(first, ui) if fact[0] in {"Not built", "Checked", "Missing", "Partition"}],
        sections=sections,
        links=[link for link in _links(first, ui) if link.text != "Read the logs"],
    )


def _case(problem: Problem, ui: Ui) -> Line:
    text = " ".join(filter(None, [moment(problem.seen), str(problem.span or ""), _name(problem)]))
    return Line(text, ui.run(problem.run_id) if problem.run_id else None)


def _name(problem: Problem) -> str:
    if problem.kind == "run" and problem.job.startswith("__"):
        shown = ", ".join(problem.assets[:2]) or "a run of assets"
        return shown if len(problem.assets) <= 2 else f"{shown} and {len(problem.assets) - 2} more"  # noqa: PLR2004
    return problem.job


def _about(problem: Problem) -> str:
    return f" for {problem.span}" if problem.span else ""


def _page(key: str, problem: Problem, ui: Ui) -> str:
    return ui.asset(key, problem.span.first if problem.span and key not in problem.whole else None)


def _why(problem: Problem) -> str:
    if problem.errors:
        error = problem.errors[0]
        return _short(f"{_class(error)}{' '.join(error.message.split())}")
    if problem.checks:
        return _short(", ".join(f"{check.asset}: {check.name}" for check in problem.checks))
    return problem.note


def _lead(problem: Problem) -> str:
    """Return the first line of the reason, in full."""
    text = f"{_class(problem.errors[0])}{problem.errors[0].message}" if problem.errors else _why(problem)
    return next(iter(text.splitlines()), "")


def _short(text: str) -> str:
    return text if len(text) <= LEAD_CHARACTERS else f"{text[:LEAD_CHARACTERS].rstrip()} ..."


def _subject_reason(problem: Problem) -> str:
    """Return what fits into a subject: the reason and, if the title only has the job, the first asset."""
    asset = (
        f"{problem.assets[0]}: " if problem.assets and problem.kind == "run" and _name(problem) == problem.job else ""
    )
    return f"{asset}{_why(problem)}"


def _class(error: StepError) -> str:
    return f"{error.error}: " if error.error and error.error not in WRITTEN_FOR_USERS else ""


def _asset_lines(keys: Sequence[str], problem: Problem, ui: Ui) -> list[Line]:
    return _first([Line(key, _page(key, problem, ui)) for key in keys])


def _first(lines: Sequence[Line]) -> list[Line]:
    rest = len(lines) - SHOWN
    return [*lines[:SHOWN], *([Line(f"and {rest} more")] if rest > 0 else [])]
