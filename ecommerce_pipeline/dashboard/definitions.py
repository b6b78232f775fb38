"""The metrics that the page, its metadata and its texts use: their definitions, and their values of sums.

The page evaluates the same expressions: `static/metrics.js`.
"""

import ast
import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_OPERATORS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Metric:
    """A metric: a simple one is a sum, and its own expression; others follow from simple ones."""

    name: str
    label: str
    description: str
    unit: str
    expression: str
    can_be_added: bool


@cache
def page_metrics() -> Mapping[str, Metric]:
    """Return the metrics by name."""
    found = json.loads((Path(__file__).parent / "metrics.json").read_text("utf-8"))
    return {name: Metric(**one) for name, one in found.items()}


def inputs(name: str) -> list[str]:
    """Return the names of the sums that a metric follows from."""
    tree = ast.walk(ast.parse(page_metrics()[name].expression, mode="eval"))
    return list(dict.fromkeys(node.id for node in tree if isinstance(node, ast.Name)))


def value_of(name: str, sums: Mapping[str, float]) -> float | None:
    """Return a metric's value of the sums of its inputs; None of a share of nothing."""
    try:
        return _value(ast.parse(page_metrics()[name].expression, mode="eval").body, sums)
    except ZeroDivisionError:
        return None


def _value(node: Any, sums: Mapping[str, float]) -> float:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, sums), _value(node.right, sums))
    return float(sums[node.id]) if isinstance(node, ast.Name) else float(node.value)
