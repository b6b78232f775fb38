"""Errors as Dagster records them: a chain from the outermost error, often Dagster's own wrapping, to the root cause."""

from collections.abc import Sequence

from ecommerce_pipeline.instance.dagster_private import SerializableErrorInfo


def error_chain(error: SerializableErrorInfo) -> Sequence[SerializableErrorInfo]:
    """Return the error and its causes, the root cause last."""
    chain = [error]
    while chain[-1].cause:
        chain.append(chain[-1].cause)
    return chain


def message_without_class(error: SerializableErrorInfo) -> str:
    """Return the message without the qualified class name, which Dagster puts in front of it."""
    message = str(error.message)
    head, colon, rest = message.partition(": ")
    return (rest if colon and head.split(".")[-1] == error.cls_name else message).strip()
