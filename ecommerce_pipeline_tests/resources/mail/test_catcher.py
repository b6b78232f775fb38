"""The mail server for machines without one: real messages over a real socket into a folder."""

import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest

from ecommerce_pipeline.alerts.content import Content
from ecommerce_pipeline.alerts.email import message_of
from ecommerce_pipeline.resources.mail.catcher import INDEX, keep, kept, mail_catcher
from ecommerce_pipeline.resources.mail.pages import mail_pages
from ecommerce_pipeline_tests.support.browser import launch_browser
from ecommerce_pipeline_tests.support.http import ask, serving


def send(folder: Path, subject: str, message_id: str = "1@shop.example") -> None:
    content = Content(subject=subject, tone="bad", title="It failed", lead="größer als <b>")
    mail = message_of(content, message_id=message_id, sender="a@shop.example", to=["you@localhost"], written=0)
    with mail_catcher(folder) as port, smtplib.SMTP("127.0.0.1", port) as connection:
        connection.send_message(mail)


def test_a_message_is_stored_as_eml_and_html_and_listed(tmp_path: Path) -> None:
    send(tmp_path, "load failed: <script>../../x", "1@shop.example")
    send(tmp_path, "größere Sorgen", "2@shop.example")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".eml", ".eml", ".html", ".html", ".html"]
    index = (tmp_path / INDEX).read_text()
    assert "<script>" not in index
    assert "größere Sorgen" in index
    assert "größer als &lt;b&gt;" in next(tmp_path.glob("*load*.html")).read_text()
    assert [str(mail["Message-ID"]) for _, mail in kept(tmp_path)].count("<1@shop.example>") == 1


def test_a_message_with_the_same_id_replaces_the_first(tmp_path: Path) -> None:
    send(tmp_path, "load failed")
    send(tmp_path, "load failed")
    assert len(kept(tmp_path)) == 1


def test_the_server_listens_on_loopback_and_only_during_the_block(tmp_path: Path) -> None:
    with mail_catcher(tmp_path) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_message_that_cannot_be_stored_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(smtplib.SMTPDataError, match="cannot be stored"):
        send(tmp_path / "mail", "load failed")


HOSTILE = "<h1>title</h1><script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\">"


def test_a_message_s_scripts_do_not_run_as_a_file_or_served(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["Date"], mail["Message-ID"] = "hostile", "Mon, 02 Mar 2026 10:00:00 +0000", "<1@shop.example>"
    mail.set_content("text")
    mail.add_alternative(HOSTILE, subtype="html")
    keep(tmp_path, mail.as_bytes())
    [file] = tmp_path.glob("*hostile*.html")
    with serving(mail_pages(tmp_path, "127.0.0.1", 0)) as port, launch_browser() as browser:
        page = browser.new_page()
        for address in (file.as_uri(), f"http://127.0.0.1:{port}/{file.name}"):
            page.goto(address)
            assert page.text_content("h1") == "title"
            assert page.title() != "ran"
        assert page.evaluate("window.origin") == "null"
        page.goto(f"http://127.0.0.1:{port}/")
        assert page.text_content("li a") == "hostile"


def test_only_the_folder_s_mails_are_served_and_in_a_sandbox(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    folder = tmp_path / "mail"
    send(folder, "load failed")
    [page], [message] = folder.glob("*load*.html"), folder.glob("*.eml")
    with serving(mail_pages(folder, "127.0.0.1", 0)) as port:
        assert "load failed" in ask(port, "/").body.decode()
        shown = ask(port, f"/{page.name}")
        assert shown.body == page.read_bytes()
        assert "sandbox" in shown.headers["content-security-policy"]
        assert "allow-scripts" not in shown.headers["content-security-policy"]
        assert ask(port, f"/{message.name}").headers["content-disposition"] == "attachment"
        for path in ("/../secret.html", "/%2e%2e/secret.html", f"//{tmp_path}/secret.html", "/mail/"):
            assert ask(port, path).status == 404
