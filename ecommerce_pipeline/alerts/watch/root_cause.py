"""The error to show of Dagster's nested errors: its class, its message and the relevant end of its traceback."""

from collections.abc import Sequence
from typing import Any, Final

from dagster import DagsterEventType, EventLogEntry, RetryRequested

from ecommerce_pipeline.instance.dagster_private import SerializableErrorInfo
from ecommerce_pipeline.instance.error_chain import error_chain, message_without_class

FRAMES: Final = 8
_FRAMEWORK: Final = ("/dagster/_", "/dagster_shared/", "/concurrent/futures/", "/contextlib.py")


def failure_details(entry: EventLogEntry) -> dict[str, Any]:
    """Return class, message and traceback of a step's or run's failure event."""
    event = entry.get_dagster_event()
    if entry.dagster_event_type == DagsterEventType.STEP_FAILURE:
        error = event.step_failure_data.error
    else:
        error = event.job_failure_data.error if event.event_specific_data else None
    if error is None:
        return {"step": entry.step_key or "", "error": "", "message": event.message or "it failed without a message"}
    return {"step": entry.step_key or "", **error_details(error)}


def error_details(error: SerializableErrorInfo) -> dict[str, str]:
    """Return class, message and traceback of the outermost error that Dagster did not wrap around another one."""
    chain = error_chain(error)
    root = chain[-1]
    shown = next((one for one in chain if not _is_wrapper(one)), root)
    trace = _frames(root.stack)
    if root is not shown:
        trace += f"\ncaused by {root.message.strip()}"
    return {"error": shown.cls_name or "", "message": message_without_class(shown), "trace": trace}


def _is_wrapper(error: SerializableErrorInfo) -> bool:
    # After the last retry the outermost error is the request for another one, "Exceeded max_retries of 4".
    return (error.cls_name or "").startswith("Dagster") or error.cls_name == RetryRequested.__name__


def _frames(stack: Sequence[str]) -> str:
    ours = [frame for frame in stack if not any(part in frame for part in _FRAMEWORK)]
    lines = "".join((ours or list(stack))[-FRAMES:]).rstrip().splitlines()
    # Python's markers under a line are meaningless once a narrow screen wraps it.
    return "\n".join(line for line in lines if line.strip(" ^~"))
