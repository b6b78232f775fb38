"""The stored mails over HTTP: the list, and each message as HTML in a sandbox or as a file for mail programs."""

from collections.abc import Collection
from email.message import Message
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.mail.catcher import INDEX, SHOWN_ONLY
from ecommerce_pipeline.web.server import Page, page_server

LIST: Final = f"{SHOWN_ONLY}; frame-ancestors 'none'"
MESSAGE: Final = f"{LIST}; sandbox allow-popups allow-popups-to-escape-sandbox"
"""Other people's HTML: it has no origin, runs nothing, and opens only links that are clicked."""


def mail_pages(folder: Path, host: str, port: int, names: Collection[str] = ()) -> ThreadingHTTPServer:
    """Return a server of the messages in a folder, for the host names given besides `localhost`.

    Raises:
        OSError: The address is not available.
    """

    def respond(path: str, _: Message) -> Page | None:
        name = path.removeprefix("/") or INDEX
        file = folder / name
        if Path(name).name != name or file.suffix not in {".html", ".eml"} or not file.is_file():
            return None
        if file.suffix == ".eml":
            return Page(file.read_bytes(), "message/rfc822", headers={"Content-Disposition": "attachment"})
        return Page(file.read_bytes(), policy=LIST if name == INDEX else MESSAGE)

    return page_server(host, port, respond, names)
