"""From a question, metrics by dimensions over days, to SQL of the warehouse: by MetricFlow, without a connection.

MetricFlow is imported when it is used: it takes half a second.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.metrics.definitions import SEMANTIC_MANIFEST, metric_definitions
from ecommerce_pipeline.schema.dialects import DUCKDB, Dialect
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

if TYPE_CHECKING:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlClient
    from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest

GRAINS: Final = ("day", "week", "month", "quarter", "year")
"""The dimensions of time. A week begins on Monday."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        metrics: Names of metrics.
        by: Dimensions: grains of time, or names that `MetricCompiler.dimensions` returns.
        first: The first business day; None is the first there is.
        last: The last business day, included.
        where: The values that a dimension may have, by its name.
    """

    metrics: Sequence[str]
    by: Sequence[str] = ()
    first: date | None = None
    last: date | None = None
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)


class MetricCompiler:
    """The metrics of a semantic manifest, for one warehouse.

    Args:
        manifest: dbt's manifest, beside which the semantic manifest lies.
        dialect: The warehouse's.

    Attributes:
        metrics: The metrics by name.
    """

    def __init__(self, manifest: Path, dialect: Dialect) -> None:
        from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest

        content = manifest.with_name(SEMANTIC_MANIFEST).read_bytes()
        self._manifest = PydanticSemanticManifest.parse_raw(content)
        self.metrics = metric_definitions(manifest)
        self._dialect = dialect
        self._engine = _engine(self._manifest, dialect)

    def dimensions(self, metrics: Sequence[str]) -> list[str]:
        """Return the dimensions that all the metrics have.

        Raises:
            PlatformError: There is no such metric.
        """
        for metric in metrics:
            _check(metric, self.metrics, "metric", "`ecommerce-pipeline metrics` lists all")
        entities = {entity.name for entity in self._engine.entities_for_metrics([*metrics])}
        attributes = {dimension.dunder_name for dimension in self._engine.simple_dimensions_for_metrics([*metrics])}
        # Grains name the day, once for all tables.
        attributes = {name for name in attributes if not re.search(rf"metric_time|{BUSINESS_DATE}", name)}
        return [*GRAINS, *sorted(entities), *sorted(attributes)]

    def compile(self, question: Question) -> str:
        """Return the SQL that answers a question; its columns are the dimensions, then the metrics.

        Raises:
            PlatformError: There is no such metric, or not by such a dimension.
        """
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest, OutputColumnOrderMode

        available = self.dimensions(question.metrics)
        for dimension in question.by:
            _check(dimension, available, *_common(question.metrics, available))
        of_values = [name for name in available if name not in GRAINS]
        for dimension in question.where:
            _check(dimension, of_values, *_common(question.metrics, of_values))
        by = [f"metric_time__{name}" if name in GRAINS else name for name in question.by]
        request = MetricFlowQueryRequest.create(
            metric_names=[*question.metrics],
            group_by_names=by,
            order_by_names=by,
            where_constraints=[self._condition(name, values) for name, values in question.where.items()],
            output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
        )
        return self._of_days(self._engine.explain(request).sql_statement.sql, question.first, question.last)

    def _condition(self, dimension: str, values: Sequence[str]) -> str:
        column = f"{{{{ {'Dimension' if '__' in dimension else 'Entity'}('{dimension}') }}}}"
        listed = ", ".join(_text(value, self._dialect) for value in values if value)
        among = [f"{self._dialect.text.format(column)} IN ({listed})"] if listed else []
        return f"({' OR '.join([*among, *([f'{column} IS NULL'] if '' in values else [])])})"

    def _of_days(self, sql: str, first: date | None, last: date | None) -> str:
        """Return the SQL with only the days' partitions of each table; MetricFlow's own condition reads all of them."""
        bounds = [f"{BUSINESS_DATE} >= DATE '{first}'"] if first else []
        bounds += [f"{BUSINESS_DATE} <= DATE '{last}'"] if last else []
        if bounds:
            days = f"(SELECT * FROM \\g<0> WHERE {' AND '.join(bounds)})"  # noqa: S608 - days
            for model in self._manifest.semantic_models:
                if model.defaults and model.defaults.agg_time_dimension:
                    sql = re.sub(re.escape(model.node_relation.relation_name) + r"(?= \w+_src_)", days, sql)
        return sql


def _engine(manifest: "PydanticSemanticManifest", dialect: Dialect) -> "MetricFlowEngine":
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.big_query import BigQuerySqlPlanRenderer
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantic_interfaces.type_enums.aggregation_type import AggregationType
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    for metric in manifest.metrics:
        aggregation = metric.type_params.metric_aggregation_params
        if aggregation and aggregation.agg is AggregationType.SUM:
            metric.type_params.fill_nulls_with = 0  # dbt 1.12 reads it from the property files and drops it
    for model in manifest.semantic_models:
        if dialect is DUCKDB:  # whose file may have another name than the one that dbt parsed for
            relation = model.node_relation
            relation.relation_name = f'"{relation.schema_name}"."{relation.alias}"'
    client = SimpleNamespace(
        sql_engine_type=SqlEngine.DUCKDB if dialect is DUCKDB else SqlEngine.BIGQUERY,
        sql_plan_renderer=DuckDbSqlPlanRenderer() if dialect is DUCKDB else BigQuerySqlPlanRenderer(),
    )
    return MetricFlowEngine(SemanticManifestLookup(manifest), cast("SqlClient", client))


def _text(value: str, dialect: Dialect) -> str:
    """Return a text as a literal; GoogleSQL has escapes in it."""
    if dialect is DUCKDB:
        return "'" + value.replace("'", "''") + "'"
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _common(metrics: Sequence[str], dimensions: Sequence[str]) -> tuple[str, str]:
    return f"dimension of {' and '.join(metrics)}", f"there are {', '.join(dimensions)}"


def _check(name: str, known: Collection[str], what: str, remedy: str) -> None:
    if name not in known:
        meant = get_close_matches(name, known, n=1)
        raise PlatformError(f"{name} is no {what}: {f'did you mean {meant[0]}? ' if meant else ''}{remedy}")
