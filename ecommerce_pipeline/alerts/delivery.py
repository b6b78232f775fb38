"""Delivery of the queued emails: each is claimed, sent and removed, and each step is stored before the next.

A process may be killed at any point. Only between the claim and the removal can an email be sent a second time,
unchanged and with the same Message-ID.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from ecommerce_pipeline.alerts.content import content_of
from ecommerce_pipeline.alerts.email import message_of, one_line
from ecommerce_pipeline.alerts.state import DeliveredEmail, MailServer, QueuedEmail, State
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.alerts.transport import Transport
from ecommerce_pipeline.alerts.ui_links import Ui
from ecommerce_pipeline.resources.mail.session import MailInDoubtError, MailServerError, Receipt, SmtpSession

CLAIM_SECONDS: Final = 90.0
"""Longer than a session lasts: a process that holds a claim for longer was killed."""
SENDING_SECONDS: Final = 25.0
"""No delivery starts later in a tick: Dagster ends a tick after 60 seconds."""
SERVER_PAUSES: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 600.0)
EMAIL_PAUSES: Final = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""Greylisting servers accept an email 1 to 15 minutes later; a wrong address is not corrected within seconds."""
GIVEN_UP_AFTER: Final = 5 * 86_400.0
"""How long to try a recipient that is refused while others have the email (RFC 5321, 4.5.4.1)."""
REMEMBERED: Final = 200


@dataclass
class Report:
    """The result of a round of delivery.

    Attributes:
        delivered: Emails that are accepted for all recipients now.
        error: What failed, if anything did.
        waiting: How many emails are queued.
    """

    delivered: list[tuple[QueuedEmail, DeliveredEmail]] = field(default_factory=list)
    error: str = ""
    waiting: int = 0


@dataclass(frozen=True)
class Delivery:
    """Delivers the queued emails.

    Attributes:
        store: Holds the queue.
        transport: Accepts the emails.
        sender: Their From.
        ui: For their links.
        clock: The time (seconds since 1970).
    """

    store: StateStore
    transport: Transport
    sender: str
    ui: Ui
    clock: Callable[[], float]

    def round(self) -> Report:
        """Deliver what is due."""
        report = Report()
        started = self.clock()
        state = self.store.read()
        report.waiting = len(state.emails)
        if state.server.not_before > started or self._next(state) is None:
            return report
        try:
            with self.transport.session() as session:
                self.store.change(_reset_server)
                end = started + SENDING_SECONDS
                while self.clock() < end and (email := self.store.change(self._claim)) is not None:
                    self._send(email, session, report)
        except MailServerError as error:
            report.error = str(error)
            self.store.change(self._server_failed(str(error)))
        report.waiting = len(self.store.read().emails)
        return report

    def message(self, email: QueuedEmail) -> EmailMessage:
        """Return the message of a queued email."""
        thread = f"thread-{email.problems[0].thread}@{email.message_id.rpartition('@')[2]}"
        return message_of(
            content_of(email, self.ui),
            message_id=email.message_id,
            sender=self.sender,
            to=email.to,
            written=email.written,
            references=[thread, *([email.replies_to] if email.replies_to else [])],
        )

    def _next(self, state: State) -> QueuedEmail | None:
        now = self.clock()
        return next((one for one in state.emails if one.not_before <= now and one.claimed_until <= now), None)

    def _claim(self, state: State) -> QueuedEmail | None:
        email = self._next(state)
        if email is None:
            return None
        email.sealed, email.claimed_until = True, self.clock() + CLAIM_SECONDS
        return email.model_copy(deep=True)

    def _send(self, email: QueuedEmail, session: SmtpSession, report: Report) -> None:
        try:
            message = self.message(email)
            receipt = session.send(message, self.sender, email.pending)
        except MailInDoubtError as error:
            self.store.change(_release_claim(email, str(error), sealed=True))
            raise
        except MailServerError as error:
            self.store.change(_release_claim(email, str(error), sealed=False))
            raise
        subject = one_line(str(message["Subject"]))
        delivered = self.store.change(self._record_receipt(email, receipt, subject))
        if delivered is not None:
            report.delivered.append((email, delivered))
        if receipt.refused:
            refused = ", ".join(f"{recipient}: {answer}" for recipient, answer in receipt.refused.items())
            report.error = f"mail server {self.transport} refuses <{email.message_id}> for {refused}"

    def _record_receipt(
        self, email: QueuedEmail, receipt: Receipt, subject: str
    ) -> Callable[[State], DeliveredEmail | None]:
        now = self.clock()

        def record(state: State) -> DeliveredEmail | None:
            queued = _find(state, email)
            if queued is None:
                return None
            queued.claimed_until, queued.answer = 0, receipt.answer
            queued.pending = [recipient for recipient in queued.pending if recipient not in receipt.taken]
            refused = [recipient for recipient in queued.pending if recipient in receipt.refused]
            some_have_it = len(queued.pending) < len(queued.to)
            if refused and not (some_have_it and now > queued.written + GIVEN_UP_AFTER):
                queued.not_before = now + _pause(EMAIL_PAUSES, queued.tries)
                queued.tries += 1
                queued.sealed = some_have_it
                return None
            state.emails.remove(queued)
            delivered = DeliveredEmail(
                message_id=queued.message_id, subject=subject, at=now, to=queued.to, answer=receipt.answer
            )
            state.delivered = [*state.delivered, delivered][-REMEMBERED:]
            state.delivered_by_kind[queued.kind] = state.delivered_by_kind.get(queued.kind, 0) + 1
            return delivered

        return record

    def _server_failed(self, answer: str) -> Callable[[State], None]:
        now = self.clock()

        def record(state: State) -> None:
            pause = _pause(SERVER_PAUSES, state.server.failures)
            state.server = MailServer(failures=state.server.failures + 1, not_before=now + pause, answer=answer)

        return record


def _release_claim(email: QueuedEmail, answer: str, *, sealed: bool) -> Callable[[State], None]:
    def release(state: State) -> None:
        queued = _find(state, email)
        if queued is not None:
            # Recipients who have it already must not get different content under the same Message-ID.
            queued.sealed = sealed or len(queued.pending) < len(queued.to)
            queued.claimed_until, queued.answer = 0, answer

    return release


def _reset_server(state: State) -> None:
    state.server = MailServer()


def _find(state: State, email: QueuedEmail) -> QueuedEmail | None:
    return next((queued for queued in state.emails if queued.message_id == email.message_id), None)


def _pause(pauses: tuple[float, ...], failures: int) -> float:
    return pauses[min(failures, len(pauses) - 1)]
