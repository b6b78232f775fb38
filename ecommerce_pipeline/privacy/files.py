"""Files on this machine: Dagster's storage, what dbt wrote, logs, and mails that were kept instead of sent."""

import html
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from ecommerce_pipeline.errors import file_error
from ecommerce_pipeline.privacy.texts import Search
from ecommerce_pipeline.resources.mail.catcher import INDEX, list_mails
from ecommerce_pipeline.schema.personal import MASK

SQLITE: Final = b"SQLite format 3\0"
SECONDS_FOR_LOCK: Final = 60
HIDDEN: Final = "*"
"""A character in the place of each byte: a file that is open for appending must keep its length."""


class FilesPlace:
    """The platform's own files that may quote rows, whatever else lies in their folders."""

    name = "files and databases of this machine"

    def __init__(self, files: Callable[[], Iterable[Path]], mail_dir: Path, search: Search) -> None:
        self._files = files
        self._mail_dir = mail_dir
        self._search = search

    def find(self) -> Iterator[tuple[str, int]]:
        """Count texts by file."""
        for path in self._files():
            yield str(path), self._found_in(path)

    def remove(self) -> Iterator[tuple[str, int]]:
        """Delete mails, and mask the texts in other files."""
        mails = False
        for path in self._files():
            found = self._found_in(path)
            if path.parent == self._mail_dir and found:
                path.unlink(missing_ok=True)
                mails = True
            elif _is_sqlite(path):
                if found:
                    _mask_sqlite(path, self._search)
                _vacuum(path)
            elif found:
                self._mask(path)
            yield str(path), found
        if mails:
            list_mails(self._mail_dir)

    def _found_in(self, path: Path) -> int:
        if _is_sqlite(path):
            return sum(len(spans) for _, _, spans in _texts_in_sqlite(path, self._search))
        content = _read(path)
        if path.suffix == ".eml":
            texts = list(_texts_of_mail(content))
        else:
            text = content.decode("utf-8", "surrogateescape")
            texts = [html.unescape(text) if path.parent == self._mail_dir else text]
        if path.name == INDEX and path.parent == self._mail_dir:
            return 0  # written again when a message goes
        return sum(len(self._search.spans(text)) for text in texts)

    def _mask(self, path: Path) -> None:
        text = _read(path).decode("utf-8", "surrogateescape")
        hidden = self._search.hidden(text, HIDDEN, self._search.spans(text))
        try:
            with path.open("r+b") as file:
                file.write(hidden.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise file_error(path, "written", error) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # deleted since it was listed
        return b""
    except OSError as error:
        raise file_error(path, "read", error) from None


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except FileNotFoundError:
        return False
    except OSError as error:
        raise file_error(path, "read", error) from None


def _texts_of_mail(content: bytes) -> Iterator[str]:
    message = message_from_bytes(content, policy=policy.default)
    yield from (str(value) for value in message.values())
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_maintype() == "text":
            yield html.unescape(part.get_content())


def _texts_in_sqlite(path: Path, search: Search) -> Iterator[tuple[tuple[str, str, int], str, list[tuple[int, int]]]]:
    """Yield the texts that hold something: table, column and row, the text, and the places in it."""
    with closing(sqlite3.connect(path, timeout=SECONDS_FOR_LOCK)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for column in [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")').fetchall()]:
                query = f'SELECT rowid, "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\''  # noqa: S608
                for row, text in connection.execute(query):
                    if spans := search.spans(text):
                        yield (table, column, row), text, spans


def _mask_sqlite(path: Path, search: Search) -> None:
    changes = [(where, search.hidden(text, MASK, spans)) for where, text, spans in _texts_in_sqlite(path, search)]
    with closing(sqlite3.connect(path, timeout=SECONDS_FOR_LOCK)) as connection, connection:
        for (table, column, row), hidden in changes:
            connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (hidden, row))  # noqa: S608


def _vacuum(path: Path) -> None:
    """Write the database anew, without what was overwritten, also by an attempt that was interrupted."""
    with closing(sqlite3.connect(path, timeout=SECONDS_FOR_LOCK, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
