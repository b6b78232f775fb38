"""Defects: for each table and rule, the change to a copy of a real row that breaks exactly this rule.

A rule has the name under which the warehouse must catch the row. To plant another defect, write the function that
changes the copies, and list it under its tables in `_OWN_BREAKS`. Rows with impossible dates and pairs of rows that
contradict each other are planted in every event table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows, length
from ecommerce_pipeline.synthetic.happenings import names
from ecommerce_pipeline.synthetic.random_streams import Ints, Stream
from ecommerce_pipeline.synthetic.reviews_text import SENTIMENT_OF_STARS, another_title

EXACT_DUPLICATE: Final = "exact_duplicate"
CONFLICTING_DUPLICATE: Final = "conflicting_duplicate"


@dataclass(frozen=True)
class Case:
    """The copies for one rule, their random stream, and the end of the day on which they are written."""

    stream: Stream
    rows: Rows
    midnight: int

    def below(self, bound: "int | Ints") -> Ints:
        """Draw an integer in [0, bound) for each copy."""
        return self.stream.below(length(self.rows), bound)


Break = Callable[[Case], Rows]


def _impossible_date(case: Case) -> Rows:
    # Later on the same day: what never happened belongs to no other.
    after = case.rows["updated_at"] + 1
    return {"created_at": after + case.below(case.midnight - after)}


def _bad_funnel(case: Case) -> Rows:
    more = case.rows["page_views"] + 1 + case.below(20)
    return {"product_views": np.where(case.below(2) == 0, -1, more)}


def _bad_header_amount(case: Case) -> Rows:
    gross, discount, shipping = (case.rows[f"{name}_amount"] for name in ("gross", "discount", "shipping"))
    # 0: the total is wrong; 1: the discount exceeds the gross amount; 2: the gross amount is negative.
    kind = case.below(3)
    discount = np.where(kind == 1, gross + 1 + case.below(1000), np.where(kind == 2, 0, discount))  # noqa: PLR2004
    gross = np.where(kind == 2, -gross, gross)  # noqa: PLR2004
    wrong = np.where(kind == 0, 1000 + case.below(500), 0)
    total = gross - discount + shipping + wrong
    return {"gross_amount": gross, "discount_amount": discount, "total_amount": total}


def _bad_quantity(case: Case) -> Rows:
    quantity = -case.below(3)
    return {"quantity": quantity, "gross_amount": quantity * case.rows["unit_price"]}


def _bad_line_amount(case: Case) -> Rows:
    return {"gross_amount": case.rows["gross_amount"] + 101 + case.below(2000)}


def _not_positive(case: Case, column: str) -> Rows:
    return {column: np.where(case.below(2) == 0, 0, -case.rows[column])}


def _negative(case: Case, column: str) -> Rows:
    return {column: -1 - case.below(3)}


def _bad_rating(case: Case) -> Rows:
    return {"rating": np.array([0, 6, -1], dtype=np.int64)[case.below(3)]}


def _bad_sentiment(case: Case) -> Rows:
    return {"sentiment": (SENTIMENT_OF_STARS[case.rows["rating"]] + 1 + case.below(2)) % 3}


def _other(column: str, size: int) -> Break:
    return lambda case: {column: (case.rows[column] + 1) % size}


def _one_more(column: str) -> Break:
    return lambda case: {column: case.rows[column] + 1}


# How the rows of a pair differ: in a column that no other rule checks.
_CONFLICTS: Final[Mapping[str, Break]] = {
    "sessions": _one_more("duration_seconds"),
    "transactions": _other("coupon_code", len(vocabularies.COUPONS)),
    "transaction_items": _one_more("line_number"),
    "payment_attempts": _one_more("attempt_number"),
    "refunds": _other("reason", len(vocabularies.VOCABULARIES["reason"])),
    "reviews": lambda case: {"title": another_title(case.rows["title"])},
    "ad_spend": _one_more("impressions"),
    "stock_levels": _one_more("on_hand"),
}

_OWN_BREAKS: Final[Mapping[str, Mapping[str, Break]]] = {
    "sessions": {"bad_funnel": _bad_funnel},
    "transactions": {"bad_amount": _bad_header_amount},
    "transaction_items": {"bad_quantity": _bad_quantity, "bad_amount": _bad_line_amount},
    "payment_attempts": {"bad_amount": partial(_not_positive, column="amount")},
    "refunds": {"bad_amount": partial(_not_positive, column="goods_amount")},
    "reviews": {"bad_rating": _bad_rating, "bad_sentiment": _bad_sentiment},
    "ad_spend": {"bad_amount": partial(_negative, column="cost_amount")},
    "stock_levels": {"bad_quantity": partial(_negative, column="incoming")},
}

BREAKS: Final = {
    table: {
        "impossible_date": _impossible_date,
        **({CONFLICTING_DUPLICATE: _CONFLICTS[table]} if table in _CONFLICTS else {}),
        **_OWN_BREAKS.get(table, {}),
    }
    for table in EVENTS
}

RULES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({table: tuple(rules) for table, rules in BREAKS.items()})
"""The names of the rules that broken rows of each event table break, one rule each."""

REASONS: Final = (*names(), EXACT_DUPLICATE, *dict.fromkeys(rule for rules in RULES.values() for rule in rules))
"""What is planted, by the position of its bit."""


def bit_of(reason: str) -> int:
    """Return the bit of a reason."""
    return 1 << REASONS.index(reason)
