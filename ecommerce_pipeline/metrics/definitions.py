"""The definition of every metric, read from dbt's semantic manifest: name, unit, and how it follows from sums."""

import ast
import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SEMANTIC_MANIFEST: Final = "semantic_manifest.json"
"""The file that dbt writes beside its manifest when it parses the project."""

UNITS: Final[Mapping[str, str]] = {
    "count": "number",
    "units": "units",
    "amount": "amount",
    "share": "share of 1",
    "stars": "1 to 5",
    "factor": "factor",
}
"""The units of metrics in words."""

_OPERATORS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Metric:
    """A metric.

    Attributes:
        name: Its name, the same in marts, on the page and on the command line.
        label: Its name in text.
        description: Its definition, in words.
        unit: One of `UNITS`; an amount is in the reporting currency.
        expression: How it follows from simple metrics, whose sums can be added: their names, `+ - * /` and parentheses.
            Of a simple metric, its own name.
        can_be_added: Whether its values of several days or channels may be added.
    """

    name: str
    label: str
    description: str
    unit: str
    expression: str
    can_be_added: bool

    @property
    def inputs(self) -> tuple[str, ...]:
        """The simple metrics that it follows from, in order."""
        return tuple(dict.fromkeys(re.findall(r"[a-z_][a-z0-9_]*", self.expression)))

    def value(self, sums: Mapping[str, float]) -> float | None:
        """Return its value from the sums of its inputs; None of a share of nothing."""
        try:
            return _value(ast.parse(self.expression, mode="eval").body, sums)
        except ZeroDivisionError:
            return None


def _value(node: Any, sums: Mapping[str, float]) -> float:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, sums), _value(node.right, sums))
    return float(sums[node.id]) if isinstance(node, ast.Name) else float(node.value)


def metric_definitions(manifest: Path) -> dict[str, Metric]:
    """Return the metrics of a semantic manifest by name, in alphabetical order.

    Args:
        manifest: dbt's manifest, beside which the semantic manifest lies.
    """
    content = json.loads(manifest.with_name(SEMANTIC_MANIFEST).read_bytes())
    found = {metric["name"]: metric for metric in content["metrics"]}
    return {name: _metric(found, name) for name in sorted(found)}


def _metric(found: Mapping[str, Mapping[str, Any]], name: str) -> Metric:
    metric = found[name]
    aggregation = metric["type_params"]["metric_aggregation_params"]
    return Metric(
        name=name,
        label=metric["label"],
        description=metric["description"],
        unit=metric["config"]["meta"]["unit"],
        expression=_expression(found, name),
        can_be_added=aggregation["agg"] == "sum" if aggregation else "/" not in _expression(found, name),
    )


def _expression(found: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """Return a metric as an expression of simple metrics.

    >>> gross, net = ({"type": "simple"}, {"type": "derived", "type_params": {"expr": "gross - refunds"}})
    >>> rate = {"type": "ratio", "type_params": {"numerator": {"name": "refunds"}, "denominator": {"name": "net"}}}
    >>> _expression({"gross": gross, "refunds": gross, "net": net, "rate": rate}, "rate")
    'refunds / (gross - refunds)'
    """
    kind, parameters = found[name]["type"], found[name].get("type_params", {})
    if kind == "simple":
        return name
    if kind == "ratio":
        return " / ".join(_operand(found, parameters[part]["name"]) for part in ("numerator", "denominator"))
    return re.sub(
        r"[a-z_][a-z0-9_]*", lambda match: _operand(found, match[0], first=not match.start()), parameters["expr"]
    )


def _operand(found: Mapping[str, Mapping[str, Any]], name: str, *, first: bool = False) -> str:
    expression = _expression(found, name)
    is_sum = not first and re.search("[-+*/]", expression)
    return f"({expression})" if is_sum else expression
