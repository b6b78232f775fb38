"""Loading by type annotation: an asset's argument says whether it wants references, an Arrow table or a frame."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from dagster import InputContext

from ecommerce_pipeline.errors import PlatformError


def hand_over(context: InputContext, reference: object, read: Callable[[], pa.Table]) -> Any:
    """Return what the argument's annotation asks for; rows are read only if it asks for rows.

    Args:
        context: Of the input; its type is the annotation.
        reference: Handed over for its own type, and where there is no annotation.
        read: Reads the rows.

    Raises:
        PlatformError: The annotation is none that can be handed over.
    """
    wanted = context.dagster_type.typing_type
    if wanted in (Any, type(reference)):
        return reference
    if wanted is pa.Table:
        return read()
    if getattr(wanted, "__name__", "") == "DataFrame" and wanted.__module__.startswith("pandas."):
        return read().to_pandas()
    raise PlatformError(
        f"{context.asset_key.to_user_string()} cannot be loaded as {wanted}: annotate the argument "
        f"{type(reference).__name__}, pa.Table or pandas.DataFrame"
    )
