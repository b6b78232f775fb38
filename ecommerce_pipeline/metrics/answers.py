"""The answer to a question, from the warehouse."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.metrics.compiler import GRAINS, MetricCompiler, Question
from ecommerce_pipeline.resources.warehouse import Warehouse

COUNT: Final = pa.int64()
"""The type of counts; DuckDB sums integers to decimals."""


def answer(warehouse: Warehouse, compiler: MetricCompiler, question: Question) -> pa.Table:
    """Return the rows that answer a question: its dimensions and metrics as columns, sorted by dimension.

    A grain of time is the first day of its day, week, month, quarter or year.

    Raises:
        PlatformError: There is no such metric, or not by such a dimension.
        NotBuiltError: A table does not exist.
    """
    found = warehouse.query(compiler.compile(question))
    types: list[pa.DataType | None] = [pa.date32() if name in GRAINS else None for name in question.by]
    types += [COUNT if compiler.metrics[name].unit == "count" else None for name in question.metrics]
    columns = [
        column if type_ is None else pc.cast(column, type_) for column, type_ in zip(found.columns, types, strict=True)
    ]
    return pa.table(columns, names=[*question.by, *question.metrics])
