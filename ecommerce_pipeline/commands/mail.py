"""`mail`: the alerts that were kept on this machine, newest first, and where to read them; or a server for them."""

from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import typer
from rich.console import Console
from rich.table import Table as Grid

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.mail.catcher import INDEX, kept, list_mails, mail_catcher
from ecommerce_pipeline.settings import Settings

SHOWN = 20


def mail_command(settings: Settings) -> None:
    """Print the newest mails."""
    console = Console(highlight=False, soft_wrap=True)
    if settings.smtp_host is not None:
        console.print(f"SMTP_HOST={settings.smtp_host} is set: alerts are sent there, and none are kept here since.")
    mails = kept(settings.mail_dir)
    if not mails:
        console.print(f"No mail in {settings.mail_dir}: nothing failed while `make dev` was running.")
        return
    grid = Grid("when (UTC)", "subject", "to", title=f"The newest of {len(mails)}", title_justify="left")
    for place, message in mails[:SHOWN]:
        when = place.name[:10] + " " + place.name[11:19].replace("-", ":")
        # Markup in a subject is nobody's wish.
        grid.add_row(*(text.replace("[", r"\[") for text in (when, str(message["Subject"]), str(message["To"]))))
    console.print(grid)
    console.print(f"Read them at {settings.mail_dir / INDEX}")


class _Page(SimpleHTTPRequestHandler):
    """Shows the folder of mails, whose names and contents are those of mails alone."""

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


def serve_mail(settings: Settings, host: str, port: int, smtp_port: int) -> None:
    """Take and show mail until interrupted.

    Raises:
        PlatformError: A port is taken, or the folder cannot be written.
    """
    folder = settings.mail_dir
    with ExitStack() as running:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            list_mails(folder)
            taking = running.enter_context(mail_catcher(folder, host, smtp_port))
            page = ThreadingHTTPServer((host, port), partial(_Page, directory=str(folder)))
        except OSError as error:
            raise PlatformError(
                f"no mail server on {host} with the ports {smtp_port} and {port} and the folder {folder}: "
                f"{error.strerror}; choose others with --smtp-port, --port and DATA_DIR"
            ) from None
        running.enter_context(page)
        typer.echo(
            f"{host}:{taking} takes mail, http://{host}:{page.server_port}/ shows it; interrupt (Ctrl+C) to stop"
        )
        try:
            page.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped")
