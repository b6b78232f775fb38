"""Parsers of settings: each reads the whole text or refuses it.

A parser that stops early would, for example, drop the second recipient of alerts in silence.
"""

import ipaddress
import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BeforeValidator

_NAMED: Final = re.compile(r"[^<>@,;]*<([^<>]*)>")
_ADDRESS: Final = re.compile(r"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@([^\s@<>,;]+)", re.ASCII)
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-z:.]+\]", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def address(text: str) -> str:
    """Return an e-mail address as SMTP takes it: the domain in its ASCII form, without a display name.

    >>> address("Ann <ann@bücher.example>")
    'ann@xn--bcher-kva.example'

    Raises:
        ValueError: The text is not one e-mail address, and nothing else.
    """
    named = _NAMED.fullmatch(text.strip())
    match = _ADDRESS.fullmatch((named[1] if named else text).strip())
    wrong = ValueError(
        f"'{text.strip()}' is not an e-mail address; write name@example.com, and commas between several addresses"
    )
    if match is None or not text.strip().isprintable():
        raise wrong
    try:
        domain = match[2].encode("idna").decode()
    except UnicodeError:
        raise wrong from None
    if not _DOMAIN.fullmatch(domain):
        raise wrong
    return f"{match[1]}@{domain}"


def zone_name(text: str) -> str:
    """Return the name of a time zone of the IANA database.

    Raises:
        ValueError: There is no such time zone.
    """
    if text not in available_timezones():
        raise ValueError("there is no such time zone; write a name of the IANA database, for example Europe/Berlin")
    return text


def addresses(text: str) -> tuple[str, ...]:
    """Return e-mail addresses that are separated by commas.

    Raises:
        ValueError: A part is not an e-mail address.
    """
    return tuple(address(part) for part in text.split(",") if part.strip())


def routes(text: str) -> dict[str, tuple[str, ...]]:
    """Return recipients by owner: `team:finance=a@example.com,b@example.com;ann@example.com=c@example.com`.

    Raises:
        ValueError: A part is not a route, or an owner has two routes, of which only one would count.
    """
    found: dict[str, tuple[str, ...]] = {}
    for route in filter(str.strip, text.split(";")):
        owner, equals, recipients = (part.strip() for part in route.partition("="))
        if not equals or not owner or not addresses(recipients):
            raise ValueError(f"'{route.strip()}' is not a route; write OWNER=ADDRESS,ADDRESS;OWNER=ADDRESS")
        if owner in found:
            raise ValueError(f"'{owner}' has two routes; write OWNER=ADDRESS,ADDRESS once for each owner")
        found[owner] = addresses(recipients)
    return found


def host_name(text: str) -> str:
    """Return the name or address of a server.

    Raises:
        ValueError: It has a port, a scheme, or is more than one.
    """
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if not re.fullmatch(r"[\w.-]+", text):
            raise ValueError("must be the name or address of one server, without a scheme and a port") from None
    return text


def web_address(text: str, schemes: Collection[str] = ("http", "https")) -> str:
    """Return the address of a web page, to which paths can be added.

    Raises:
        ValueError: It is more or less than that.
    """
    wrong = ValueError(f"must be the address of a web page, for example {max(schemes)}://dagster.example.com")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise wrong from None
    extra = parts.query or parts.fragment or parts.username or not re.fullmatch(r"[\w.:-]+", host)
    if parts.scheme not in schemes or extra or re.search(r"\s", text):
        raise wrong
    return text.rstrip("/")


def https_address(text: str) -> str:
    """Return the address of a web page that begins with https://.

    Raises:
        ValueError: It is more or less than that.
    """
    return web_address(text, {"https"})


def day(text: str) -> date:
    """Return a day, written as YYYY-MM-DD; pydantic would read 20260331 as seconds since 1970.

    Raises:
        ValueError: It is written in another way, or there is no such day.
    """
    if not _DAY.fullmatch(text):
        raise ValueError("must be a day as YYYY-MM-DD, for example 2026-03-31")
    return date.fromisoformat(text)


def parsed(parser: Callable[[str], Any]) -> BeforeValidator:
    """Return the validator that reads a setting's text by a parser."""
    return BeforeValidator(lambda value: parser(value) if isinstance(value, str) else value)
