"""The mail client and a real server: login, encryption, certificates, rejected recipients, and slow replies."""

import re
import socket
import threading
from collections import deque
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from ecommerce_pipeline.resources.mail.session import MailInDoubtError, MailServerError
from ecommerce_pipeline.resources.mail.smtp import SmtpServer
from ecommerce_pipeline_tests.support.mailbox import Mailbox, text_of


@pytest.fixture
def running() -> Iterator[list[Mailbox]]:
    started: list[Mailbox] = []
    yield started
    for mailbox in started:
        mailbox.stop()


def start(running: list[Mailbox], **how: object) -> Mailbox:
    mailbox = Mailbox(**how)  # type: ignore[arg-type]
    mailbox.start()
    running.append(mailbox)
    return mailbox


def mail(text: str = "hello") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "greeting"
    message["Message-ID"] = "<1@shop.example>"
    message.set_content(text)
    return message


@pytest.mark.parametrize("login", [None, ("ann", "correct horse")], ids=["no login", "login"])
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_arrives_with_each_encryption_with_and_without_login(
    running: list[Mailbox],
    security: str,
    login: tuple[str, str] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox = start(running, security=security, login=login)
    mailbox.authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SMTP_PASSWORD", "correct horse")
    server = SmtpServer("localhost", mailbox.port, security, user="ann" if login else None, ca_file=tmp_path / "ca.pem")
    with server.session() as session:
        receipt = session.send(mail("a dot\n.\nalone"), "dagster@shop.example", ["a@shop.example", "b@shop.example"])
    assert receipt.taken == ["a@shop.example", "b@shop.example"]
    assert receipt.answer == "250 OK queued"
    [(recipients, _)] = mailbox.received
    assert recipients == ["a@shop.example", "b@shop.example"]
    assert text_of(mailbox.mails[0]) == "a dot\n.\nalone\n"


def test_the_password_is_read_from_its_file_when_connecting(
    running: list[Mailbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = start(running, login=("ann", "battery staple"))
    file = tmp_path / "password"
    monkeypatch.setenv("SMTP_PASSWORD_FILE", str(file))
    server = SmtpServer("127.0.0.1", mailbox.port, "none", user="ann")
    file.write_text("battery staple\n")
    with server.session() as session:
        session.send(mail(), "dagster@shop.example", ["a@shop.example"])
    assert len(mailbox.received) == 1
    file.unlink()
    with pytest.raises(MailServerError, match=r"SMTP_PASSWORD_FILE=.*No such file"), server.session():
        pass


def test_a_wrong_password_is_reported_without_the_password(
    running: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = start(running, login=("ann", "correct horse"))
    monkeypatch.setenv("SMTP_PASSWORD", "wrong-battery")
    with (
        pytest.raises(MailServerError, match="rejects the login of SMTP_USER=ann: 535") as caught,
        SmtpServer("127.0.0.1", mailbox.port, "none", user="ann").session(),
    ):
        pass
    assert "wrong-battery" not in str(caught.value)
    monkeypatch.delenv("SMTP_PASSWORD")
    with (
        pytest.raises(MailServerError, match="neither SMTP_PASSWORD nor SMTP_PASSWORD_FILE is"),
        SmtpServer("127.0.0.1", mailbox.port, "none", user="ann").session(),
    ):
        pass


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_a_trusted_certificate_gets_no_mail(running: list[Mailbox], security: str) -> None:
    mailbox = start(running, security=security)
    with (
        pytest.raises(MailServerError, match=r"no trusted certificate .*SMTP_CA_FILE"),
        SmtpServer("localhost", mailbox.port, security).session(),
    ):
        pass


def test_a_server_with_the_certificate_of_another_name_gets_no_mail(running: list[Mailbox], tmp_path: Path) -> None:
    mailbox = start(running, security="starttls", name="other.example")
    mailbox.authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = SmtpServer("localhost", mailbox.port, "starttls", ca_file=tmp_path / "ca.pem")
    with pytest.raises(MailServerError, match="no trusted certificate"), server.session():
        pass


def test_nothing_is_sent_unencrypted_to_a_server_without_starttls(running: list[Mailbox]) -> None:
    mailbox = start(running)
    with (
        pytest.raises(MailServerError, match="does not support what SMTP_SECURITY=starttls"),
        SmtpServer("127.0.0.1", mailbox.port, "starttls").session(),
    ):
        pass
    with (
        pytest.raises(MailServerError, match="does not support the encryption of SMTP_SECURITY=tls"),
        SmtpServer("127.0.0.1", mailbox.port, "tls").session(),
    ):
        pass


def test_a_server_that_cannot_be_reached_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        pytest.raises(MailServerError, match=f"mail server 127.0.0.1:{port} cannot be reached"),
        SmtpServer("127.0.0.1", port, "none").session(),
    ):
        pass


def test_each_recipient_is_accepted_or_rejected_separately(running: list[Mailbox]) -> None:
    mailbox = start(running, strangers={"b@shop.example": "550 no such user"})
    with SmtpServer("127.0.0.1", mailbox.port, "none").session() as session:
        receipt = session.send(mail(), "dagster@shop.example", ["a@shop.example", "b@shop.example"])
        assert receipt.taken == ["a@shop.example"]
        assert receipt.refused == {"b@shop.example": "550 no such user"}
        nobody = session.send(mail(), "dagster@shop.example", ["b@shop.example"])
        assert nobody.taken == []
        mailbox.moods.append("451 come again later")
        later = session.send(mail(), "dagster@shop.example", ["a@shop.example"])
        assert later.refused == {"a@shop.example": "451 come again later"}
        assert session.send(mail(), "dagster@shop.example", ["a@shop.example"]).taken == ["a@shop.example"]


UNEXPECTED = {
    "garbage": "no SMTP code: ... age",
    "HTTP/1.1 502 Bad Gateway": "no SMTP code: ... /1.1 502 Bad Gateway",
    "220 mail.example.com ready": "220 mail.example.com ready",
    "354 go ahead": "354 go ahead",
    "200 OK": "200 OK",
}


@pytest.mark.parametrize(("reply", "shown"), UNEXPECTED.items())
def test_only_a_250_after_the_message_counts_as_accepted(running: list[Mailbox], reply: str, shown: str) -> None:
    """All of these once counted as accepted, and the alert was lost."""
    mailbox = start(running, moods=deque([reply]))
    with (
        pytest.raises(MailInDoubtError, match=rf"unexpected reply \({re.escape(shown)}\) to a whole message"),
        SmtpServer("127.0.0.1", mailbox.port, "none").session() as session,
    ):
        session.send(mail(), "dagster@shop.example", ["a@shop.example"])
    assert mailbox.received == []


@pytest.mark.parametrize(("reply", "shown"), UNEXPECTED.items())
def test_a_recipient_is_accepted_only_by_a_250_or_251(running: list[Mailbox], reply: str, shown: str) -> None:
    mailbox = start(running, strangers={"a@shop.example": reply})
    with (
        pytest.raises(MailServerError, match=rf"unexpected reply \({re.escape(shown)}\)$") as caught,
        SmtpServer("127.0.0.1", mailbox.port, "none").session() as session,
    ):
        session.send(mail(), "dagster@shop.example", ["a@shop.example"])
    assert not isinstance(caught.value, MailInDoubtError)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_container_without_a_full_host_name_greets_the_server_by_its_address(
    running: list[Mailbox], security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's bare name was rejected: 504 Helo command rejected."""
    mailbox = start(running, security=security)
    mailbox.authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setattr(socket, "gethostname", lambda: "3f2a9c51d0b7")
    with SmtpServer("localhost", mailbox.port, security, ca_file=tmp_path / "ca.pem").session() as session:
        assert session.send(mail(), "dagster@shop.example", ["a@shop.example"]).taken == ["a@shop.example"]
    assert set(mailbox.greeted) == {"[127.0.0.1]"}


def test_a_full_host_name_or_the_setting_is_the_name_in_ehlo(
    running: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = start(running)
    monkeypatch.setattr(socket, "gethostname", lambda: "etl-1.shop.example")
    for ehlo_name in (None, "mail-out.shop.example"):
        with SmtpServer("127.0.0.1", mailbox.port, "none", ehlo_name=ehlo_name).session():
            pass
    assert mailbox.greeted == ["etl-1.shop.example", "mail-out.shop.example"]


def test_a_rejected_name_in_ehlo_names_the_setting(running: list[Mailbox]) -> None:
    mailbox = start(running)
    with (
        pytest.raises(MailServerError, match=r"EHLO \(504 5.5.2 <etl>: Helo command rejected.*\): set SMTP_EHLO_NAME"),
        SmtpServer("127.0.0.1", mailbox.port, "none", ehlo_name="etl").session(),
    ):
        pass


def test_a_connection_that_breaks_after_the_message_leaves_its_delivery_in_doubt(running: list[Mailbox]) -> None:
    mailbox = start(running, moods=deque(["drop"]))
    with pytest.raises(MailInDoubtError), SmtpServer("127.0.0.1", mailbox.port, "none").session() as session:
        session.send(mail(), "dagster@shop.example", ["a@shop.example"])


def test_a_server_that_replies_byte_by_byte_is_cut_off() -> None:
    """A timeout restarts with every byte; without a deadline such a server would block the sensor for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def reply_slowly() -> None:
            connection, _ = listener.accept()
            with connection:
                while not over.wait(0.05):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=reply_slowly)
        thread.start()
        try:
            server = SmtpServer("127.0.0.1", listener.getsockname()[1], "none", timeout=5, session_seconds=0.5)
            with pytest.raises(MailServerError), server.session():
                pass
        finally:
            over.set()
            thread.join()
