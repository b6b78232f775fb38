"""Inputs by type annotation: an asset's argument asks for references, an Arrow table or a pandas frame."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from dagster import InputContext

from ecommerce_pipeline.errors import PlatformError


def as_annotated(context: InputContext, reference: object, read: Callable[[], pa.Table]) -> Any:
    """Return the input as the argument's annotation asks; rows are read only if it asks for rows.

    Args:
        context: Of the input; its type is the annotation.
        reference: Returned for its own type, and without an annotation.
        read: Reads the rows.

    Raises:
        PlatformError: The annotation is not supported.
    """
    annotation = context.dagster_type.typing_type
    if annotation in (Any, type(reference)):
        return reference
    if annotation is pa.Table:
        return read()
    if getattr(annotation, "__name__", "") == "DataFrame" and annotation.__module__.startswith("pandas."):
        return read().to_pandas()
    raise PlatformError(
        f"{context.asset_key.to_user_string()} cannot be loaded as {annotation}: annotate the argument "
        f"{type(reference).__name__}, pa.Table or pandas.DataFrame"
    )
