"""Which table and column of an unknown shop is what: by names, types and references, never by rows."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ecommerce_pipeline.mapping.catalog import Catalog, Relation
from ecommerce_pipeline.mapping.vocabulary import COLUMNS, OTHER, TABLES
from ecommerce_pipeline.schema.tables import ORDERS

LINES: Final = "transaction_items"
_ENOUGH: Final = 4
"""A table with a lower score is left alone: its name says it, and one more thing does."""

Is = Callable[[str], bool]
"""Whether a type, as `format_type` prints it, is of a kind."""


def is_number(type_: str) -> bool:
    """Return whether a type is a number."""
    return re.match(r"numeric|integer|bigint|smallint|double precision|real|money", type_) is not None


def is_time(type_: str) -> bool:
    """Return whether a type is a day or a time."""
    return re.match(r"timestamp|date$", type_) is not None


def is_word(type_: str) -> bool:
    """Return whether a type is a text, or one of an application's own, such as an enumeration."""
    return not (is_number(type_) or is_time(type_) or re.match(r"boolean|json|bytea|uuid|interval|time|.*\[\]", type_))


def is_key(type_: str) -> bool:
    """Return whether a type can be a key."""
    return re.match(r"integer|bigint|smallint|uuid|text|character", type_) is not None


def words(name: str) -> list[str]:
    """Return the words of a name, in the singular.

    >>> words("SalesOrders"), words("order_line_items"), words("updatedAt")
    (['sale', 'order'], ['order', 'line', 'item'], ['updated', 'at'])
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return [_singular(part.lower()) for part in parts]


def column(relation: Relation, meaning: str, is_: Is) -> str | None:
    """Return the column that a meaning's names point to: the same name, else one that ends with it."""
    names = {" ".join(words(name)): name for name, type_ in relation.types.items() if is_(type_)}
    wanted = [" ".join(words(phrase)) for phrase in COLUMNS[meaning]]
    for phrase in wanted:
        if phrase in names:
            return names[phrase]
    ends = (names[name] for phrase in wanted for name in names if " " in phrase and name.endswith(f" {phrase}"))
    return next(ends, None)


def key_of(relation: Relation) -> str | None:
    """Return the column of a table's key; None if it has none, or of several columns."""
    if relation.key:
        return relation.key[0] if len(relation.key) == 1 else None
    own = {"id", "uuid", f"{' '.join(words(relation.name))} id"}
    return next((c for c, type_ in relation.types.items() if is_key(type_) and " ".join(words(c)) in own), None)


def reference(relation: Relation, target: Relation, meaning: str | None = None) -> str | None:
    """Return the column that refers to another table: by a foreign key, else by its name."""
    for name, to in relation.references.items():
        if to == (target.schema, target.name):
            return name
    own = {f"{' '.join(words(target.name))} id", f"{words(target.name)[-1]} id"}
    by_name = (c for c, type_ in relation.types.items() if is_key(type_) and " ".join(words(c)) in own)
    return next(by_name, column(relation, meaning, is_key) if meaning else None)


def roles(catalog: Catalog) -> Mapping[str, Relation]:
    """Return the table that is most likely each of the contract's, those of orders first; none that is unlikely."""
    found: dict[str, Relation] = {}
    for role in (ORDERS, LINES, "refunds", "payment_attempts", "customers", "products"):
        rated = [
            (score, relation.rows, relation)
            for relation in catalog.values()
            if relation not in found.values() and key_of(relation)
            for score in [_score(role, relation, found, catalog)]
            if score >= _ENOUGH
        ]
        if rated:
            found[role] = max(rated, key=lambda one: one[:2])[2]
        elif role == ORDERS:
            break
    return found


def _score(role: str, relation: Relation, found: Mapping[str, Relation], catalog: Catalog) -> int:
    named = words(relation.name)
    own = {_singular(word) for word in TABLES[role]}
    score = 3 if named[-1:] and named[-1] in own else 1 if own & set(named) else 0
    others = OTHER - own if role != ORDERS else OTHER | set(TABLES[LINES]) | set(TABLES["refunds"]) | {"payment"}
    score -= 4 * bool(others & set(named))
    return score + sum(_evidence(role, relation, found, catalog)) if score > 0 or role in {LINES} else 0


def _evidence(role: str, relation: Relation, found: Mapping[str, Relation], catalog: Catalog) -> Iterator[int]:
    orders = found.get(ORDERS)
    if role == ORDERS:
        yield 2 if column(relation, "created_at", is_time) else -4
        yield 2 if column(relation, "total_amount", is_number) else 0
        yield 1 if column(relation, "customer_id", is_key) or column(relation, "guest_email", is_word) else 0
        mine = (relation.schema, relation.name)
        yield min(2, sum(mine in other.references.values() for other in catalog.values()))
    elif orders and role in {LINES, "payment_attempts", "refunds"}:
        paid = found.get("payment_attempts")
        to_order = reference(relation, orders, "transaction_id") or (paid and reference(relation, paid))
        # A refund may name its payment only, which has no role yet.
        by_payment = role == "refunds" and any("payment" in words(name) for name in relation.types)
        yield 2 if to_order or by_payment else -9
        amount = column(relation, "gross_amount" if role == LINES else "goods_amount", is_number)
        yield 1 if amount or column(relation, "unit_price", is_number) else -9
        yield 2 if role == LINES and column(relation, "quantity", is_number) else 0
        # Parts of payments and refunds are no payments and refunds.
        yield -4 if role != LINES and {"line", "item"} & set(words(relation.name)) else 0
    elif role == "customers" and orders:
        yield 3 if reference(orders, relation) else 0
        yield 1 if column(relation, "email", is_word) else 0
    elif role == "products":
        yield 3 if LINES in found and reference(found[LINES], relation) else 0
        yield 1 if column(relation, "product_name", is_word) or column(relation, "sku", is_word) else 0


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
