"""Google's errors as PlatformErrors of one sentence: what failed, why, and the remedy.

They show no stack trace and no request URL: the URL of an upload grants access to it.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from google.api_core import exceptions as api
from google.auth import exceptions as auth
from requests import RequestException

from ecommerce_pipeline.errors import NotBuiltError, PlatformError

Explain = Callable[[api.GoogleAPICallError], str | None]
"""Returns the meaning and the remedy of an error; None if it is unknown."""

SIGN_IN = (
    "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the path of a service "
    "account's key file"
)
ACCOUNT = "serviceAccount:EMAIL"
"""Stands for the account in commands; Google's message before them names it."""
NO_CREDENTIALS = "no Google credentials were found"
KEY_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
EXPIRED = "the Google credentials have expired or were revoked"
REQUEST = re.compile(r"^[A-Z]+ https?://\S+: ")
"""Precedes the server's message: HTTP method and URL."""
LONGEST = 300
"""Characters of a message of Google's that are shown."""


@contextmanager
def google_errors(action: str, *, missing: str, forbidden: str, known: Explain = lambda _: None) -> Iterator[None]:
    """Convert errors of Google and of the network to PlatformErrors.

    Args:
        action: What failed: "gs://shop/lake/x cannot be written".
        missing: What a "not found" means here, and the remedy.
        forbidden: The missing role and how to grant it.
        known: Explains the errors that are typical of a service; called first.

    Raises:
        PlatformError: Google rejected the request, still failed after all retries, or could not be reached.
    """
    try:
        yield
    except api.RetryError as error:
        last = error.cause or error
        raise PlatformError(f"{action}, even after retries ({reason(last)}): run it again later") from None
    except (api.GoogleAPICallError, auth.GoogleAuthError, RequestException, ConnectionError) as error:
        explained = known(error) if isinstance(error, api.GoogleAPICallError) else None
        kind = NotBuiltError if isinstance(error, api.NotFound) else PlatformError
        raise kind(f"{action}: {explained or _explain(error, missing, forbidden)}") from None
    except OSError as error:
        # Google's libraries raise the OSError of the file that the variable names.
        if error.filename is None or str(error.filename) != os.environ.get(KEY_FILE):
            raise
        raise PlatformError(f"{action}: {_unusable(str(error.filename), str(error.strerror))}: {SIGN_IN}") from None


def _explain(error: Exception, missing: str, forbidden: str) -> str:
    match error:
        # InvalidOperation, raised for credentials that cannot be refreshed, is a DefaultCredentialsError as well.
        case auth.RefreshError() | api.Unauthorized() | auth.InvalidOperation():
            return f"{EXPIRED}{_file_in_use()}: {SIGN_IN}"
        case auth.DefaultCredentialsError():
            return f"{_no_credentials()}: {SIGN_IN}"
        case api.NotFound():
            return missing
        case api.Forbidden():
            return f"permission denied ({reason(error)}): {forbidden}"
        case api.GoogleAPICallError():
            return f"Google rejected the request ({reason(error)})"
    return f"Google cannot be reached ({reason(error)}): check the network and run it again"


def _file_in_use() -> str:
    path = os.environ.get(KEY_FILE)
    return f" (from the file {path}, set in {KEY_FILE})" if path else ""


def _no_credentials() -> str:
    path = os.environ.get(KEY_FILE)
    if not path:
        return NO_CREDENTIALS
    return _unusable(path, "it is not a Google credentials file" if os.path.exists(path) else "no such file")  # noqa: PTH110


def _unusable(path: str, why: str) -> str:
    return f"the credentials file {path}, set in {KEY_FILE}, cannot be used ({why})"


def reason(error: BaseException) -> str:
    """Return the cause of an error in a few words, without request URLs."""
    if isinstance(error, api.GoogleAPICallError):
        return f"{error.code} {google_message(error)}".rstrip()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    causes = [
        cause
        for cause in (*error.args, getattr(error, "reason", None), error.__cause__)
        if isinstance(cause, BaseException)
    ]
    return reason(causes[0]) if causes else type(error).__name__


def google_message(error: api.GoogleAPICallError) -> str:
    """Return the first line of Google's message."""
    message = getattr(error.response, "text", "")
    try:
        message = json.loads(message)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        # A failed job has no HTTP response, but a list of errors.
        listed = next((str(one["message"]) for one in error.errors if isinstance(one, dict) and "message" in one), "")
        message = message or listed or REQUEST.sub("", str(error.message))
    return next(iter(str(message).splitlines()), "")[:LONGEST]
