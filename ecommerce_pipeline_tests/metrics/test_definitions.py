"""What the semantic models define, without a warehouse: names, expressions, and the SQL of questions."""

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecommerce_pipeline.cli import app
from ecommerce_pipeline.dashboard.charts import SECTIONS
from ecommerce_pipeline.dashboard.definitions import read_definitions
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.metrics.compiler import MetricCompiler, Question
from ecommerce_pipeline.metrics.definitions import metric_definitions
from ecommerce_pipeline.metrics.reference import reference
from ecommerce_pipeline.schema.dialects import BIGQUERY, DUCKDB
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import dbt_workspace


@pytest.fixture(scope="module")
def manifest() -> Path:
    return dbt_workspace(Settings()).project().manifest_path


@pytest.fixture(scope="module")
def compiler(manifest: Path) -> MetricCompiler:
    return MetricCompiler(manifest, DUCKDB)


def test_the_page_of_definitions_is_current(compiler: MetricCompiler) -> None:
    text = (PROJECT_ROOT / "docs" / "metrics.md").read_text()
    assert text == reference(compiler), "run: make generate"


def test_a_metric_that_follows_from_others_is_written_with_simple_ones(manifest: Path) -> None:
    metrics = metric_definitions(manifest)
    assert len(metrics) > 50
    assert metrics["refund_rate"].expression == "refund_amount / (gross_amount - discount_amount)"
    assert metrics["refund_rate"].inputs == ("refund_amount", "gross_amount", "discount_amount")
    for metric in metrics.values():
        assert all(metrics[name].expression == name for name in metric.inputs)
        assert metric.can_be_added == (metric.name not in {"buyers"} and "/" not in metric.expression)


SUMS = {"gross_amount": 1000, "discount_amount": 200, "refund_amount": 100, "orders_sold": 4}


@pytest.mark.parametrize(
    ("name", "value"), [("net_revenue", 700), ("refund_rate", 0.125), ("average_order_value", 200), ("orders_sold", 4)]
)
def test_a_metric_follows_from_sums(manifest: Path, name: str, value: float) -> None:
    metric = metric_definitions(manifest)[name]
    assert metric.value(SUMS) == value
    assert (metric.value(dict.fromkeys(SUMS, 0)) is None) == ("/" in metric.expression), (
        "a share of nothing is no value"
    )


def test_behind_every_chart_is_a_metric_or_a_column_that_is_described(manifest: Path) -> None:
    known = read_definitions(manifest)
    assert all(column.description for column in known.columns.values())
    for chart in (chart for section in SECTIONS for chart in section.charts):
        assert chart.metrics or chart.columns, chart.name
        assert {*chart.metrics, *chart.columns} <= known.metrics.keys() | known.columns.keys(), chart.name


def test_differences_are_taken_of_sums_as_one_without_rows_would_make_all_of_it_null(compiler: MetricCompiler) -> None:
    """Of a day with refunds only, MetricFlow has 0 for a simple metric and null for a derived one."""
    for metric in compiler._manifest.metrics:
        inputs = [one.name for one in metric.type_params.metrics or ()]
        assert all(compiler.metrics[name].expression == name for name in inputs), metric.name


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question(["net_revenu"]), "net_revenu is no metric: did you mean net_revenue?"),
        (
            Question(["margin"], ["chanel"]),
            "chanel is no dimension of margin: did you mean channel? there are day,",
        ),
        (Question(["orders_sold"], ["product"]), "product is no dimension of orders_sold: "),
        (Question(["margin", "sessions"], ["brand"]), "brand is no dimension of margin and sessions: "),
        (Question(["margin"], where={"day": ["2026-03-01"]}), "day is no dimension of margin: "),
    ],
)
def test_an_unknown_name_is_named_with_what_there_is(
    compiler: MetricCompiler, question: Question, message: str
) -> None:
    with pytest.raises(PlatformError) as refused:
        compiler.compile(question)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "2026-03-03", "--to", "2026-03-01"), "--from 2026-03-03 is after --to 2026-03-01: swap them"),
        (("--to", "3 March"), "--to 3 March is no day: write it as YYYY-MM-DD"),
        (("--where", "web"), "--where web has no values: write it as channel=web,store"),
        (("--format", "xml"), "--format xml is unknown: use table, csv, json"),
    ],
)
def test_a_wrong_option_is_one_clear_message(arguments: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(app, ["metrics", "query", "net_revenue", *arguments])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {message}")
    assert done.stderr.count("\n") == 1


def test_a_question_about_days_reads_no_others_and_values_are_quoted(manifest: Path) -> None:
    """BigQuery bills the partitions that it reads, and finds them by a condition on the column itself only."""
    days = (date(2026, 3, 1), date(2026, 3, 7))
    question = Question(["net_revenue", "orders_sold"], ["channel"], *days, {"channel": ["o'clock", "a\\b", ""]})
    condition = "WHERE business_date >= DATE '2026-03-01' AND business_date <= DATE '2026-03-07')"
    for dialect, quoted in ((DUCKDB, r"IN ('o''clock', 'a\b')"), (BIGQUERY, r"IN ('o\'clock', 'a\\b')")):
        sql = MetricCompiler(manifest, dialect).compile(question)
        tables = re.findall(r"FROM [^ ]*\bfact_\w+\W", sql)
        assert len(tables) == sql.count(condition) == 3
        assert sql.count(f"{quoted} OR channel IS NULL") == 3


def test_calculated_fields_of_data_studio_are_the_metrics_of_their_names(manifest: Path) -> None:
    columns = {
        "customers_acquired": "orders_new",
        "attributed_sales_amount": "amount_before_refunds",
        "(sales_margin_amount - refund_with_cost_amount)": "margin_amount",
        "(sales_with_cost_amount - refund_with_cost_amount)": "net_amount_with_cost",
    }
    by_label = {metric.label: metric.expression for metric in metric_definitions(manifest).values()}
    page = (PROJECT_ROOT / "docs" / "looker_studio.md").read_text()
    fields = dict(re.findall(r"^\| ([\w ]+) \| `([^`]*SUM[^`]*)` \|", page, re.MULTILINE))
    compared = fields.keys() & by_label
    for label in compared:
        expression = by_label[label]
        for metric, column in columns.items():
            expression = expression.replace(metric, column)
        assert re.sub(r"SUM\((\w+)\)", r"\1", fields[label]) == expression, label
    assert len(compared) >= 9


def test_no_formula_of_a_measure_is_written_outside_the_definitions(manifest: Path) -> None:
    """Net revenue was defined in SQL, in JavaScript, and in prose."""
    inputs = {name for metric in metric_definitions(manifest).values() for name in metric.inputs}
    operand = rf"(?:\w+\.)?\b({'|'.join(sorted(inputs, key=len, reverse=True))})\b"
    formula = re.compile(rf"{operand}\s*[-+*/]\s*{operand}")
    package = PROJECT_ROOT / "ecommerce_pipeline"
    files = [
        *(package / "dashboard").rglob("*.js"),
        *(package / "dashboard").rglob("*.py"),
        *package.glob("commands/*.py"),
    ]
    found = {f"{path.name}: {match[0]}" for path in files for match in formula.finditer(path.read_text())}
    assert found == set()
