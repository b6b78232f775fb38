"""Google's analyzer of GoogleSQL with a catalog of the platform's tables: BigQuery rejects what it rejects.

It checks names and types, also of functions, but not BigQuery's partitions, quotas and permissions.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unittest.mock import patch

import wasmtime
from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet
from zetasql import types as sql
from zetasql.core import wasm_client
from zetasql.core.exceptions import ServerError
from zetasql.core.local_service import ZetaSqlLocalService
from zetasql.wasi._pb2.zetasql.local_service.local_service_pb2 import AnalyzeResponse

from ecommerce_pipeline.schema.bigquery import bigquery_fields
from ecommerce_pipeline.schema.forecasts import CONTRACTS
from ecommerce_pipeline.schema.keys import key_type
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import dbt_workspace
from ecommerce_pipeline_tests.support.faults import Request

TYPES = {
    "INTEGER": sql.TypeKind.TYPE_INT64,
    "BIGINT": sql.TypeKind.TYPE_INT64,
    "INT64": sql.TypeKind.TYPE_INT64,
    "NUMERIC": sql.TypeKind.TYPE_NUMERIC,
    "DECIMAL": sql.TypeKind.TYPE_NUMERIC,
    "MONEY": sql.TypeKind.TYPE_NUMERIC,
    "REPORTING_MONEY": sql.TypeKind.TYPE_NUMERIC,
    "EXCHANGE_RATE": sql.TypeKind.TYPE_NUMERIC,
    "QUANTITY": sql.TypeKind.TYPE_NUMERIC,
    "BOOLEAN": sql.TypeKind.TYPE_BOOL,
    "TIMESTAMP": sql.TypeKind.TYPE_TIMESTAMP,
    "TIMESTAMPTZ": sql.TypeKind.TYPE_TIMESTAMP,
    "DATE": sql.TypeKind.TYPE_DATE,
    "STRING": sql.TypeKind.TYPE_STRING,
    "TEXT": sql.TypeKind.TYPE_STRING,
}
"""Of BigQuery's REST API, and of the dbt project (`macros/types.sql`)."""

OF_ONE_TIME = re.compile(r"(?<=__dbt_tmp)\d+|(?<=_load_)(\w+)_[0-9a-f]{12}\b")
"""What is of one attempt in the names of tables that data pass through: a hash in ours, a time in dbt's."""

LABELS = re.compile(r"\s*/\* \{[^}]*\} \*/")
DAY = re.compile(r"'\d{4}-\d\d-\d\d\b")
ANY_DAY = "DATE '2026-03-01'"
DAYS = re.compile(f"in \\({ANY_DAY}(, {ANY_DAY})*\\)|between {ANY_DAY} and {ANY_DAY}|= {ANY_DAY}", re.IGNORECASE)
"""Conditions of days, when all days are the same."""

JOBS = re.compile(r"/jobs(\?|$)")
ANALYZE = "ZetaSqlLocalService_Analyze"
RESUME_BYTE_POSITION = AnalyzeResponse.RESUME_BYTE_POSITION_FIELD_NUMBER

Columns = Mapping[str, str]
"""Types by name."""


@dataclass(frozen=True)
class Catalog:
    """The tables of a project, by dataset and name."""

    project: str
    tables: Mapping[tuple[str, str], Columns]

    @classmethod
    def of_platform(cls, settings: Settings) -> "Catalog":
        """Return the tables that the contract and the models' contracts promise, and those that they pass through."""
        assert settings.gcp_project
        datasets, manifest = settings.bigquery_datasets, dbt_workspace(settings).project().manifest_path
        tables: dict[tuple[str, str], Columns] = {}
        for layer, contracts in CONTRACTS.items():
            for name, table in contracts.items():
                columns = {field["name"]: field["type"] for field in bigquery_fields(table)}
                tables |= {(datasets[layer], each): columns for each in (name, f"_load_{name}")}
        for node in json.loads(manifest.read_text())["nodes"].values():
            if node["resource_type"] in {"model", "seed"}:
                columns = {column["name"]: column["data_type"] for column in node["columns"].values()}
                tables |= {(node["schema"], each): columns for each in (node["name"], f"{node['name']}__dbt_tmp")}
        return cls(settings.gcp_project, tables)

    def described(self, options: sql.LanguageOptions) -> sql.SimpleCatalog:
        """Return the catalog in the analyzer's form: a table is found by `p`.`d`.`t`, by `p.d.t` and by d.t."""
        datasets: dict[str, list[sql.SimpleTable]] = {}
        whole = []
        for (dataset, name), columns in self.tables.items():
            datasets.setdefault(dataset, []).append(_table(name, columns))
            whole.append(_table(f"{self.project}.{dataset}.{name}", columns))
        inner = [sql.SimpleCatalog(name=dataset, table=tables) for dataset, tables in datasets.items()]
        return sql.SimpleCatalog(
            name="platform",
            table=whole,
            catalog=[sql.SimpleCatalog(name=self.project, catalog=inner), *inner, _ai()],
            builtin_function_options=sql.ZetaSQLBuiltinFunctionOptions(language_options=options),
        )


class Analyzer:
    """The analyzer; compiling it takes 25 s on two cores and 1 GB."""

    def __init__(self) -> None:
        with patch.object(wasm_client, "Config", _compiled_once):
            self._service = ZetaSqlLocalService()

    @cached_property
    def _options(self) -> sql.LanguageOptions:
        options = self._service.get_language_options(maximum_features=True)
        options.product_mode = sql.ProductMode.PRODUCT_EXTERNAL
        options.supported_statement_kinds = []
        return options

    def errors(self, statements: Sequence[str], catalog: Catalog) -> dict[str, str]:
        """Return the errors of texts with statements that the analyzer rejects, by text.

        Of texts that differ only in their days, attempts and labels, one is analyzed.
        """
        texts = {
            DAYS.sub(f"= {ANY_DAY}", DAY.sub("'2026-03-01", OF_ONE_TIME.sub(r"\1", LABELS.sub("", text))))
            for text in statements
        }
        known = self._service.register_catalog(simple_catalog=catalog.described(self._options)).registered_id
        try:
            wrong = {text: self._fault(text, known) for text in texts}
        finally:
            self._service.unregister_catalog(registered_id=known)
        return {text: fault for text, fault in wrong.items() if fault}

    def _fault(self, text: str, catalog: int) -> str | None:
        """Return the first error of a text, analyzed statement by statement.

        Only the end position is read from the responses: their syntax trees are too deep for protobuf's classes.
        """
        options = sql.AnalyzerOptions(language_options=self._options, default_timezone="UTC")
        position = sql.ParseResumeLocation(input=text, byte_position=0)
        end = len(text.rstrip().rstrip(";").encode())
        try:
            while position.byte_position < end:
                request = sql.AnalyzeRequest(
                    parse_resume_location=position, options=options, registered_catalog_id=catalog
                ).to_proto()
                answer = self._service.wasm_client.call_grpc_func(ANALYZE, request, Empty)
                position.byte_position = next(
                    field.data for field in UnknownFieldSet(answer) if field.field_number == RESUME_BYTE_POSITION
                )
        except ServerError as error:
            return str(error)
        return None


def sent_queries(requests: Sequence[Request]) -> list[str]:
    """Return the SQL of all jobs that requests to BigQuery have started, in order."""
    queries = (job["configuration"].get("query") for job in jobs(requests))
    return [query["query"] for query in queries if query]


def jobs(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """Return the jobs that requests to BigQuery have started, in order, as its REST API has them."""
    started = [request for request in requests if request.method == "POST" and JOBS.search(request.path)]
    return [json.loads(request.body) for request in started]


def _ai() -> sql.SimpleCatalog:
    """Return BigQuery's functions of the name AI: FORECAST, with the arguments and columns of its documentation."""
    kinds, enums = sql.SignatureArgumentKind, sql.FunctionEnums
    text, number, integer = (
        sql.Type(type_kind=kind)
        for kind in (sql.TypeKind.TYPE_STRING, sql.TypeKind.TYPE_DOUBLE, sql.TypeKind.TYPE_INT64)
    )
    texts = sql.Type(type_kind=sql.TypeKind.TYPE_ARRAY, array_type=sql.ArrayType(element_type=text))
    named = {"data_col": text, "timestamp_col": text, "model": text, "id_cols": texts, "horizon": integer}
    rows = sql.FunctionArgumentType(
        kind=kinds.ARG_TYPE_RELATION,
        num_occurrences=1,
        options=sql.FunctionArgumentTypeOptions(cardinality=enums.ArgumentCardinality.REQUIRED),
    )
    arguments = [
        sql.FunctionArgumentType(
            kind=kinds.ARG_TYPE_FIXED,
            type=type_,
            num_occurrences=1,
            options=sql.FunctionArgumentTypeOptions(
                cardinality=enums.ArgumentCardinality.OPTIONAL,
                argument_name=name,
                named_argument_kind=enums.NamedArgumentKind.NAMED_ONLY,
            ),
        )
        for name, type_ in {**named, "confidence_level": number}.items()
    ]
    columns = {
        "series": integer,
        "forecast_timestamp": sql.Type(type_kind=sql.TypeKind.TYPE_TIMESTAMP),
        "forecast_value": number,
        "confidence_level": number,
        "prediction_interval_lower_bound": number,
        "prediction_interval_upper_bound": number,
        "ai_forecast_status": text,
    }
    result = sql.FunctionArgumentType(
        kind=kinds.ARG_TYPE_RELATION,
        num_occurrences=1,
        options=sql.FunctionArgumentTypeOptions(
            relation_input_schema=sql.TVFRelation(
                column=[sql.TVFRelationColumn(name=name, type=type_) for name, type_ in columns.items()]
            )
        ),
    )
    forecast = sql.TableValuedFunction(
        name_path=["AI", "FORECAST"],
        signatures=[sql.FunctionSignature(argument=[rows, *arguments], return_type=result)],
        type=enums.TableValuedFunctionType.FIXED_OUTPUT_SCHEMA_TVF,
    )
    return sql.SimpleCatalog(name="AI", custom_tvf=[forecast])


def _table(name: str, columns: Columns) -> sql.SimpleTable:
    described = [sql.SimpleColumn(name=each, type=_type(type_)) for each, type_ in columns.items()]
    return sql.SimpleTable(name=name, column=described)


def _type(name: str) -> sql.Type:
    return sql.Type(type_kind=TYPES[(str(key_type()) if name == "key" else name).upper().split("(")[0]])


def _compiled_once() -> wasmtime.Config:
    """Return the configuration that keeps the compiled analyzer for all processes that run tests of this clone."""
    folder = PROJECT_ROOT / ".pytest_cache" / "googlesql"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "cache.toml"
    settings.write_text(f'[cache]\ndirectory = "{folder}"\n')
    config = wasmtime.Config()
    config.cache = str(settings)
    return config
