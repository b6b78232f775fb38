"""Delivering the letters of the `State`: each is claimed, handed over, and struck off, and each step is written down.

A process may be killed at any point. Before the claim nothing has happened; after the strike-off nothing happens any
more; in between, and only there, a letter may be handed over a second time, unchanged and with the same Message-ID.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from ecommerce_pipeline.alerts.content import content_of
from ecommerce_pipeline.alerts.email import message_of, one_line
from ecommerce_pipeline.alerts.state import Delivered, Letter, MailServer, State
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.alerts.transport import Post
from ecommerce_pipeline.alerts.ui_links import Ui
from ecommerce_pipeline.resources.mail.session import MailInDoubtError, MailServerError, Receipt, SmtpSession

CLAIM_SECONDS: Final = 90.0
"""Longer than a session lasts: whoever holds a claim longer has been killed."""
SENDING_SECONDS: Final = 25.0
"""No mail is begun later in a tick: Dagster ends a tick after 60 seconds."""
SERVER_PAUSES: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 600.0)
LETTER_PAUSES: Final = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""Greylisting servers want a mail again after one to fifteen minutes; a wrong address is not mended in seconds."""
GIVEN_UP_AFTER: Final = 5 * 86_400.0
"""So long a recipient is tried whom the server refuses though it took the mail for others (RFC 5321, 4.5.4.1)."""
REMEMBERED: Final = 200


@dataclass
class Report:
    """What a round of delivery did.

    Attributes:
        delivered: Letters that every recipient's server has taken now.
        trouble: What went wrong, if anything did.
        waiting: How many letters wait.
    """

    delivered: list[tuple[Letter, Delivered]] = field(default_factory=list)
    trouble: str = ""
    waiting: int = 0


@dataclass(frozen=True)
class Delivery:
    """Delivers letters.

    Attributes:
        store: Where they are.
        post: What takes them.
        sender: Their From.
        ui: Where their links lead.
        clock: The time (seconds since 1970).
    """

    store: StateStore
    post: Post
    sender: str
    ui: Ui
    clock: Callable[[], float]

    def round(self) -> Report:
        """Deliver what is due."""
        report = Report()
        begun = self.clock()
        state = self.store.read()
        report.waiting = len(state.letters)
        if state.server.not_before > begun or self._next(state) is None:
            return report
        try:
            with self.post.session() as session:
                self._server_answers()
                while self.clock() < begun + SENDING_SECONDS and (letter := self.store.change(self._claim)) is not None:
                    self._hand_over(letter, session, report)
        except MailServerError as error:
            report.trouble = str(error)
            self.store.change(self._server_fails(str(error)))
        report.waiting = len(self.store.read().letters)
        return report

    def _next(self, state: State) -> Letter | None:
        now = self.clock()
        return next((one for one in state.letters if one.not_before <= now and one.claimed_until <= now), None)

    def _claim(self, state: State) -> Letter | None:
        letter = self._next(state)
        if letter is None:
            return None
        letter.sealed, letter.claimed_until = True, self.clock() + CLAIM_SECONDS
        return letter.model_copy(deep=True)

    def _hand_over(self, letter: Letter, session: SmtpSession, report: Report) -> None:
        try:
            message = self.message(letter)
            receipt = session.send(message, self.sender, letter.pending)
        except MailInDoubtError as error:
            self.store.change(self._put_back(letter, str(error), sealed=True))
            raise
        except MailServerError as error:
            self.store.change(self._put_back(letter, str(error), sealed=False))
            raise
        subject = one_line(str(message["Subject"]))
        delivered = self.store.change(self._book(letter, receipt, subject))
        if delivered is not None:
            report.delivered.append((letter, delivered))
        if receipt.refused:
            who = ", ".join(f"{recipient}: {said}" for recipient, said in receipt.refused.items())
            report.trouble = f"mail server {self.post} refuses <{letter.message_id}> for {who}"

    def message(self, letter: Letter) -> EmailMessage:
        """Return a letter as a mail."""
        thread = f"thread-{letter.problems[0].thread}@{letter.message_id.rpartition('@')[2]}"
        return message_of(
            content_of(letter, self.ui),
            message_id=letter.message_id,
            sender=self.sender,
            to=letter.to,
            written=letter.written,
            references=[thread, *([letter.replies_to] if letter.replies_to else [])],
        )

    def _book(self, letter: Letter, receipt: Receipt, subject: str) -> Callable[[State], Delivered | None]:
        now = self.clock()

        def book(state: State) -> Delivered | None:
            kept = _of(state, letter)
            if kept is None:
                return None
            kept.claimed_until, kept.answer = 0, receipt.answer
            kept.pending = [recipient for recipient in kept.pending if recipient not in receipt.taken]
            refused = [recipient for recipient in kept.pending if recipient in receipt.refused]
            some_have_it = len(kept.pending) < len(kept.to)
            if refused and not (some_have_it and now > kept.written + GIVEN_UP_AFTER):
                kept.not_before = now + _pause(LETTER_PAUSES, kept.tries)
                kept.tries += 1
                kept.sealed = some_have_it
                return None
            state.letters.remove(kept)
            delivered = Delivered(
                message_id=kept.message_id, subject=subject, at=now, to=kept.to, answer=receipt.answer
            )
            state.delivered = [*state.delivered, delivered][-REMEMBERED:]
            state.delivered_by_kind[kept.kind] = state.delivered_by_kind.get(kept.kind, 0) + 1
            return delivered

        return book

    def _put_back(self, letter: Letter, answer: str, *, sealed: bool) -> Callable[[State], None]:
        def put_back(state: State) -> None:
            kept = _of(state, letter)
            if kept is not None:
                # Whoever was served by an earlier try must not be sent something else under the same Message-ID.
                kept.sealed = sealed or len(kept.pending) < len(kept.to)
                kept.claimed_until, kept.answer = 0, answer

        return put_back

    def _server_answers(self) -> None:
        def well(state: State) -> None:
            state.server = MailServer()

        self.store.change(well)

    def _server_fails(self, answer: str) -> Callable[[State], None]:
        now = self.clock()

        def fails(state: State) -> None:
            pause = _pause(SERVER_PAUSES, state.server.failures)
            state.server = MailServer(failures=state.server.failures + 1, not_before=now + pause, answer=answer)

        return fails


def _of(state: State, letter: Letter) -> Letter | None:
    return next((kept for kept in state.letters if kept.message_id == letter.message_id), None)


def _pause(pauses: tuple[float, ...], failures: int) -> float:
    return pauses[min(failures, len(pauses) - 1)]
