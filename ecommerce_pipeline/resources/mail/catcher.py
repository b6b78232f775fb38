"""A mail server on loopback that stores messages in a folder, for machines without a mail server.

The process that sends messages runs it on a free port meanwhile, so that it needs no starting and stopping. Each
message is an `.eml` file for mail programs and an `.html` file for browsers; `index.html` lists them.
"""

import asyncio
import hashlib
import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope

from ecommerce_pipeline.files import write_whole

INDEX = "index.html"
SHOWN_ONLY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""The content security policy of a page that shows text, styles and its own images: no scripts, nothing loaded."""
MAILS = "????-??-??T??-??-??-*-????????"
"""A pattern of the names of messages, without their endings."""
LISTED = 500
LARGEST = 20 * 2**20


@contextmanager
def mail_catcher(folder: Path, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Run the mail server during the block.

    Args:
        folder: The folder of the messages.
        host: The address to listen on.
        port: The port; 0 for a free one.

    Yields:
        The port.
    """
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(_Handler(folder), hostname="localhost", data_size_limit=LARGEST, loop=loop), host, port
        )
    )
    thread = threading.Thread(target=loop.run_forever, name="mail catcher", daemon=True)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(listening: asyncio.Server) -> None:
    listening.close()
    open_connections = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in open_connections:
        task.cancel()
    await asyncio.gather(*open_connections, return_exceptions=True)


class _Handler:
    """Stores every message; aiosmtpd calls its methods by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Store a message, before its sender gets the reply."""
        try:
            file = keep(self._folder, cast(bytes, envelope.content))
        except OSError as error:
            return f"451 cannot be stored in {self._folder}: {error.strerror}"
        return f"250 kept as {file.name}"


def keep(folder: Path, content: bytes) -> Path:
    """Write a message, its HTML page and the list; a message with the same Message-ID replaces it.

    Returns:
        The `.eml` file.
    """
    message = _parsed(content)
    sent = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    id_hash = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "-", str(message["Subject"]).lower()).strip("-")[:60].strip("-")
    file = folder / f"{sent:%Y-%m-%dT%H-%M-%S}-{words}-{id_hash}.eml"
    body = message.get_body(("html",))
    if body is not None:
        # Opened as a file, a message has no header with its policy. The policy holds for all that follows it.
        policy = f'<meta http-equiv="Content-Security-Policy" content="{SHOWN_ONLY}">'
        page = f'<!DOCTYPE html><meta charset="utf-8">{policy}\n{body.get_content()}'
        write_whole(file.with_suffix(".html"), page.encode(), durable=True)
    write_whole(file, content, durable=True)
    list_mails(folder)
    return file


def list_mails(folder: Path) -> None:
    """Write the page that lists the messages."""
    write_whole(folder / INDEX, _index(folder).encode(), durable=True)


def kept(folder: Path) -> list[tuple[Path, EmailMessage]]:
    """Return the messages, the newest first."""
    return [(file, _parsed(file.read_bytes())) for file in sorted(folder.glob("*.eml"), reverse=True)[:LISTED]]


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _index(folder: Path) -> str:
    lines = []
    for file, message in kept(folder):
        date, to, subject = (html.escape(str(message[name])) for name in ("Date", "To", "Subject"))
        lines.append(
            f'<li><a href="{file.with_suffix(".html").name}">{subject}</a><br><small>{date}, to {to}, '
            f'<a href="{file.name}">.eml</a></small></li>'
        )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Mail caught</title></head>'
        '<body style="max-width:760px;margin:24px auto;padding:0 16px;font:16px/1.6 sans-serif"><h1>Mail caught</h1>'
        "<p>Alerts are kept here instead of being sent. Newest first.</p>"
        f"<ul>{''.join(lines)}</ul></body></html>"
    )
