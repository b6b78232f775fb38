"""`mail`: lists the alerts kept on this machine, newest first; or runs a mail server that keeps them."""

import sys
from collections.abc import Collection
from contextlib import ExitStack

import typer
from rich.table import Table as Grid

from ecommerce_pipeline.commands.output import console_on
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.mail.catcher import INDEX, kept, list_mails, mail_catcher
from ecommerce_pipeline.resources.mail.pages import mail_pages
from ecommerce_pipeline.settings import Settings

SHOWN = 20


def mail_command(settings: Settings) -> None:
    """List the newest mails."""
    console = console_on(sys.stdout)
    if settings.smtp_host is not None:
        console.print(
            f"SMTP_HOST={settings.smtp_host} is set: alerts are sent there and no longer kept here.", soft_wrap=True
        )
    mails = kept(settings.mail_dir)
    if not mails:
        console.print(f"No mail in {settings.mail_dir}: nothing failed while `make dev` was running.", soft_wrap=True)
        return
    grid = Grid("when (UTC)", "subject", "to", title=f"The newest of {len(mails)}", title_justify="left")
    for path, message in mails[:SHOWN]:
        when = path.name[:10] + " " + path.name[11:19].replace("-", ":")
        # Brackets in the text are not Rich markup.
        grid.add_row(*(text.replace("[", r"\[") for text in (when, str(message["Subject"]), str(message["To"]))))
    console.print(grid)
    console.print(f"Read them at {settings.mail_dir / INDEX}", soft_wrap=True)


def serve_mail(settings: Settings, host: str, port: int, smtp_port: int, names: Collection[str] = ()) -> None:
    """Receive and show mail until interrupted, on pages for the host names given besides `localhost`.

    Raises:
        PlatformError: A port is in use, or the folder is not writable.
    """
    folder = settings.mail_dir
    with ExitStack() as servers:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            list_mails(folder)
            smtp = servers.enter_context(mail_catcher(folder, host, smtp_port))
            page = mail_pages(folder, host, port, names)
        except OSError as error:
            raise PlatformError(
                f"no mail server can start on {host} with the ports {smtp_port} and {port} and the folder {folder}: "
                f"{error.strerror}; choose others with --smtp-port, --port and DATA_DIR"
            ) from None
        servers.enter_context(page)
        typer.echo(
            f"{host}:{smtp} receives mail, http://{host}:{page.server_port}/ shows it; interrupt (Ctrl+C) to stop"
        )
        try:
            page.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped")
