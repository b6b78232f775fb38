"""Numbers as exact decimals, as the warehouse's tables have them."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.forecasts.scores import Floats


def decimals(values: Floats, digits: int) -> "pa.Array[Any]":
    """Return numbers with so many digits after the point, rounded half to even; NaN is null."""
    unknown = np.isnan(values)
    whole = np.rint(np.where(unknown, 0, values) * 10**digits).astype(np.int64)
    unit = pa.scalar(Decimal(1).scaleb(-digits), pa.decimal128(digits + 1, digits))
    result: pa.Array[Any] = pc.multiply(pa.array(whole, mask=unknown).cast(pa.decimal128(19, 0)), unit)
    return result
