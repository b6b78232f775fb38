"""Google's errors in one sentence each: what could not be done, why, and the remedy.

No trace and no address of a request is shown: the address of an upload is as good as a password for it.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from google.api_core import exceptions as api
from google.auth import exceptions as auth
from requests import RequestException

from ecommerce_pipeline.errors import PlatformError

Explain = Callable[[api.GoogleAPICallError], str | None]
"""Says what an error of Google's means and what helps; None of an error that it does not know."""

SIGN_IN = (
    "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the path of a service "
    "account's key file"
)
ACCOUNT = "serviceAccount:EMAIL"
"""Stands in commands for the account; Google's own words, before them, name it."""
NO_CREDENTIALS = "no Google credentials are found"
KEY_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
EXPIRED = "the Google credentials have expired or were revoked"
REQUEST = re.compile(r"^[A-Z]+ https?://\S+: ")
"""Stands before the server's own words: the method and the address."""
LONGEST = 300


@contextmanager
def in_words(doing: str, *, missing: str, forbidden: str, known: Explain = lambda _: None) -> Iterator[None]:
    """Turn Google's errors and those of the network into PlatformErrors.

    Args:
        doing: What could not be done, to what: "gs://shop/lake/x cannot be written".
        missing: What it means that Google does not know the thing, and the remedy.
        forbidden: The role that is missing, and how to grant it.
        known: Says more of errors that a service is known for; asked first.

    Raises:
        PlatformError: Google refused, failed for longer than was waited, or could not be reached.
    """
    try:
        yield
    except api.RetryError as error:
        last = error.cause or error
        raise PlatformError(f"{doing}, also after retries ({reason(last)}): run it again later") from None
    except (api.GoogleAPICallError, auth.GoogleAuthError, RequestException, ConnectionError) as error:
        told = known(error) if isinstance(error, api.GoogleAPICallError) else None
        raise PlatformError(f"{doing}: {told or _explained(error, missing, forbidden)}") from None
    except OSError as error:
        # Google's libraries open the file that the variable names, and let pass what happens then.
        if error.filename is None or str(error.filename) != os.environ.get(KEY_FILE):
            raise
        raise PlatformError(f"{doing}: {_unusable(str(error.filename), str(error.strerror))}: {SIGN_IN}") from None


def _explained(error: Exception, missing: str, forbidden: str) -> str:
    match error:
        # InvalidOperation, which comes of credentials that cannot be renewed, is a DefaultCredentialsError as well.
        case auth.RefreshError() | api.Unauthorized() | auth.InvalidOperation():
            return f"{EXPIRED}{_of_file()}: {SIGN_IN}"
        case auth.DefaultCredentialsError():
            return f"{_without_credentials()}: {SIGN_IN}"
        case api.NotFound():
            return missing
        case api.Forbidden():
            return f"permission denied ({reason(error)}): {forbidden}"
        case api.GoogleAPICallError():
            return f"Google refused it ({reason(error)})"
    return f"Google cannot be reached ({reason(error)}): check the network and run it again"


def _of_file() -> str:
    path = os.environ.get(KEY_FILE)
    return f" (those of the file {path}, which {KEY_FILE} names)" if path else ""


def _without_credentials() -> str:
    path = os.environ.get(KEY_FILE)
    if not path:
        return NO_CREDENTIALS
    return _unusable(path, "it is none of Google's" if os.path.exists(path) else "it is not there")  # noqa: PTH110


def _unusable(path: str, why: str) -> str:
    return f"the credentials file {path}, which {KEY_FILE} names, cannot be used ({why})"


def reason(error: BaseException) -> str:
    """Return the cause of an error in a few words, without addresses of requests."""
    if isinstance(error, api.GoogleAPICallError):
        return f"{error.code} {said(error)}".rstrip()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    inner = [
        each
        for each in (*error.args, getattr(error, "reason", None), error.__cause__)
        if isinstance(each, BaseException)
    ]
    return reason(inner[0]) if inner else type(error).__name__


def said(error: api.GoogleAPICallError) -> str:
    """Return Google's own words, the first line of them."""
    words = getattr(error.response, "text", "")
    try:
        words = json.loads(words)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        # Of a job that failed there is no answer to a request, but its own list of errors.
        listed = next(
            (str(each["message"]) for each in error.errors if isinstance(each, dict) and "message" in each), ""
        )
        words = words or listed or REQUEST.sub("", str(error.message))
    return next(iter(str(words).splitlines()), "")[:LONGEST]
