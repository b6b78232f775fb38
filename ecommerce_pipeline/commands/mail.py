"""`mail`: the alerts that were kept on this machine, newest first, and where to read them."""

from rich.console import Console
from rich.table import Table as Grid

from ecommerce_pipeline.resources.mail_catcher import INDEX, kept
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
