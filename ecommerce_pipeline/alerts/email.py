"""The message of an email: headers, plain text and HTML. Text is escaped here and nowhere else."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from ecommerce_pipeline.alerts.content import Content, Line, Section
from ecommerce_pipeline.masking import clean

COLOURS: Final = {"bad": "#b42318", "good": "#067647", "note": "#175cd3"}

_PRE: Final = (
    "margin:0;padding:12px;background:#f2f4f7;color:#1d2939;border-radius:6px;font:13px/1.5 ui-monospace,Menlo,"
    "Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;word-break:break-word"
)
_COMMAND: Final = _PRE.replace("#f2f4f7", "#1d2939").replace("color:#1d2939;", "color:#f9fafb;")
_LABEL: Final = "padding:4px 12px 4px 0;color:#667085;vertical-align:top;white-space:nowrap"
_VALUE: Final = "padding:4px 0;width:100%;overflow-wrap:anywhere;word-break:break-word"
_TITLE: Final = "margin:0 0 8px;font-size:20px;line-height:1.3;overflow-wrap:anywhere"
_LINK: Final = "color:#175cd3;text-decoration:underline"


def message_of(
    content: Content, *, message_id: str, sender: str, to: Sequence[str], written: float, references: Sequence[str] = ()
) -> EmailMessage:
    """Return the message.

    Args:
        content: The content.
        message_id: Message-ID, without brackets.
        sender: From.
        to: To.
        written: Date (seconds since 1970).
        references: Message-IDs of the thread, the one replied to last.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = one_line(content.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(written, tz=UTC))
    message["Message-ID"] = f"<{one_line(message_id)}>"
    if references:
        message["In-Reply-To"] = f"<{references[-1]}>"
        message["References"] = " ".join(f"<{reference}>" for reference in references)
    # RFC 3834: no automatic replies; the second header is for Exchange.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(plain(content), cte="quoted-printable")
    message.add_alternative(page(content), subtype="html", cte="quoted-printable")
    return message


def one_line(text: str) -> str:
    r"""Return text without line breaks and control characters, safe for a header.

    >>> one_line("failed\r\nBcc: eve@example.com")
    'failed Bcc: eve@example.com'
    """
    return " ".join(re.split(r"[\s\u2028\u2029\x85]+", clean(text))).strip()


def plain(content: Content) -> str:
    """Return the plain text."""
    parts = [content.title, "=" * min(len(content.title), 78), "", content.lead, ""]
    for label, lines in content.facts:
        parts += [f"{label + ':' if index == 0 else '':<13} {line.text}" for index, line in enumerate(lines)]
    for section in content.sections:
        mark = "- " if section.kind == "list" else "    "
        parts += ["", section.heading, "-" * min(len(section.heading), 78)]
        parts += [f"{mark}{line.text}" for line in section.lines]
    if content.links:
        parts += ["", *(f"{line.text}: {line.link}" for line in content.links)]
    return "\n".join([*parts, "", "-- ", content.footer, ""])


def page(content: Content) -> str:
    """Return the HTML: one column, no images, no scripts, inline styles, as mail clients require."""
    colour = COLOURS[content.tone]
    facts = "".join(
        f'<tr><td style="{_LABEL}">{_text(label)}</td><td style="{_VALUE}">'
        f"{'<br>'.join(_line(line) for line in lines)}</td></tr>"
        for label, lines in content.facts
    )
    buttons = "".join(
        f'<a href="{_text(line.link or "")}" style="display:inline-block;margin:0 8px 8px 0;padding:10px 14px;'
        f'border-radius:6px;background:#175cd3;color:#ffffff;text-decoration:none">{_text(line.text)}</a>'
        for line in content.links
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{_text(content.subject)}</title>
</head>
<body style="margin:0;padding:0;background:#f9fafb;color:#101828;font:15px/1.5 -apple-system,'Segoe UI',Roboto,Arial,\
sans-serif">
<div style="max-width:680px;margin:0 auto;padding:16px">
<div style="background:#ffffff;border:1px solid #eaecf0;border-top:4px solid {colour};border-radius:8px;padding:16px">
<h1 style="{_TITLE};color:{colour}">{_text(content.title)}</h1>
<p style="margin:0 0 16px;overflow-wrap:anywhere">{_text(content.lead)}</p>
<div style="margin:0 0 8px">{buttons}</div>
<table role="presentation" style="border-collapse:collapse;width:100%;table-layout:auto">{facts}</table>
{"".join(_section(section) for section in content.sections)}
</div>
<p style="margin:12px 0;color:#667085;font-size:13px;overflow-wrap:anywhere">{_text(content.footer)}</p>
</div>
</body>
</html>
"""


def _section(section: Section) -> str:
    heading = f'<h2 style="margin:16px 0 6px;font-size:15px">{_text(section.heading)}</h2>'
    if section.kind == "list":
        items = "".join(f'<li style="overflow-wrap:anywhere">{_line(line)}</li>' for line in section.lines)
        return f'{heading}<ul style="margin:0;padding-left:20px">{items}</ul>'
    style = _COMMAND if section.kind == "command" else _PRE
    return f'{heading}<pre style="{style}">{chr(10).join(_line(line) for line in section.lines)}</pre>'


def _line(line: Line) -> str:
    return f'<a href="{_text(line.link)}" style="{_LINK}">{_text(line.text)}</a>' if line.link else _text(line.text)


def _text(text: str) -> str:
    return html.escape(clean(text), quote=True)
