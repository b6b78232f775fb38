"""A first draft of a mapping for a shop that there is no pack for; what a person must decide is marked `-- OPEN:`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection

from ecommerce_pipeline.mapping.catalog import Catalog, Relation
from ecommerce_pipeline.mapping.roles import (
    LINES,
    column,
    is_key,
    is_number,
    is_time,
    is_word,
    key_of,
    reference,
    roles,
)
from ecommerce_pipeline.mapping.statement import OPEN, Statement, quoted, texts
from ecommerce_pipeline.mapping.vocabulary import CANCELLED, FAILED, NOT_PLACED, TAKEN
from ecommerce_pipeline.schema.keys import KeyType
from ecommerce_pipeline.schema.tables import ORDERS

States = Callable[[Relation, str], Sequence[str]]
"""The most common values of a column of words."""


@dataclass(frozen=True)
class Proposal:
    """A draft of a mapping.

    Attributes:
        key_type: What KEY_TYPE must be.
        views: SELECT statements by contract table.
        tables: The tables that they read, by contract table.
    """

    key_type: KeyType
    views: Mapping[str, str]
    tables: Mapping[str, Relation]

    @property
    def open_points(self) -> int:
        """How many points a person must decide."""
        return sum(view.count(OPEN) for view in self.views.values())


def states_by_statistics(connection: Connection) -> States:
    """Return a function that looks states up in the planner's statistics, so that no table is read."""

    def states(relation: Relation, name: str) -> Sequence[str]:
        row = connection.execute(
            "SELECT most_common_vals::text::text[] FROM pg_stats "
            "WHERE schemaname = %s AND tablename = %s AND attname = %s",
            [relation.schema, relation.name, name],
        ).fetchone()
        return sorted(row[0] or ()) if row else ()

    return states


def propose(catalog: Catalog, states: States) -> Proposal | None:
    """Return a draft for a database; None if no table looks like one of orders, or of their lines."""
    found = roles(catalog)
    if ORDERS not in found or LINES not in found:
        return None
    types = [relation.types[key_of(relation) or ""] for relation in found.values()]
    text = any(not is_number(type_) for type_ in types)
    draft = _Draft(catalog, found, states, text_keys=text)
    builders = {
        ORDERS: draft.orders,
        LINES: draft.lines,
        "payment_attempts": draft.payments,
        "refunds": draft.refunds,
        "customers": draft.customers,
        "products": draft.products,
    }
    views = {role: builders[role](relation) for role, relation in found.items()}
    return Proposal("text" if text else "integer", views, found)


@dataclass
class _Draft:
    catalog: Catalog
    found: Mapping[str, Relation]
    states: States
    text_keys: bool

    def _of(self, relation: Relation, key: str) -> Statement:
        view = Statement(relation, self.text_keys)
        view.key(key, key_of(relation))
        return view

    def _to(self, relation: Relation, role: str, meaning: str | None = None) -> str | None:
        target = self.found.get(role)
        return reference(relation, target, meaning) if target else None

    def orders(self, orders: Relation) -> str:
        view = self._of(orders, "transaction_id")
        view.key("customer_id", self._to(orders, "customers"))
        view.word("guest_email")
        view.word("channel")
        view.word("currency")
        view.word("coupon_code")
        view.amount(
            "discount_amount", "order_discount", "is it apart from the discounts of lines? If not, leave it out"
        )
        view.amount("shipping_amount")
        view.amount(
            "tax_amount", "", "is it on top of the prices? If they include it, leave it out, and give that of lines"
        )
        if not view.amount("total_amount"):
            view.add(
                "total_amount", self._total_of_lines(orders), "no total was found: it is taken to be that of the lines"
            )
        if "payment_attempts" not in self.found and not view.amount("paid_amount"):
            self._paid(view)
        view.word("status")
        self._cancelled(view)
        view.time("created_at")
        self._updated(view)
        if state := column(orders, "status", is_word):
            known = self.states(orders, state)
            unplaced = [value for value in known if value.lower() in NOT_PLACED]
            values = f" ({', '.join(known)})" if known else ""
            view.notes.append(f"{OPEN} are carts or drafts in this table, by {state}{values}? They are no orders.")
            condition = f"WHERE t.{quoted(state)}::text NOT IN ({texts(unplaced or NOT_PLACED)})"
            view.notes.append(condition if unplaced else f"-- {condition}")
        return view.sql()

    def lines(self, lines: Relation) -> str:
        view = self._of(lines, "transaction_item_id")
        view.key("transaction_id", self._to(lines, ORDERS, "transaction_id"))
        view.key("product_id", self._to(lines, "products") or column(lines, "product_id", is_key))
        quantity = column(lines, "quantity", is_number)
        view.add("quantity", quantity and f"t.{quoted(quantity)}::numeric(14, 3)")
        price = view.amount("unit_price", digits="18, 6")
        discount = column(lines, "line_discount", is_number)
        self._gross(view, quantity, price, discount)
        if discount:
            view.add("discount_amount", *view.money(discount)[:1])
        if tax := column(lines, "tax_amount", is_number):
            view.add("tax_amount", None, f"if the price includes tax, add {view.money(tax)[0]} AS tax_amount")
        elif column(self.found[ORDERS], "tax_amount", is_number):
            view.add(
                "tax_amount",
                None,
                "if prices include tax, add that of the line after all discounts, such as (amount * 19 / 119)::"
                "numeric(18, 4) AS tax_amount",
            )
        view.time("created_at")
        self._updated(view)
        return view.sql()

    def payments(self, payments: Relation) -> str:
        view = self._of(payments, "payment_attempt_id")
        view.key("transaction_id", self._to(payments, ORDERS, "transaction_id"))
        view.key("payment_method_id", column(payments, "method", is_key))
        view.amount("amount")
        state, kind = column(payments, "status", is_word), column(payments, "kind", is_word)
        if state:
            known = self.states(payments, state)
            taken = [value for value in known if value.lower() in TAKEN] or TAKEN
            failed = [value for value in known if value.lower() in FAILED] or FAILED
            values = f" ({', '.join(known)})" if known else ""
            view.add(
                "status",
                f"CASE WHEN t.{quoted(state)}::text IN ({texts(taken)}) THEN 'approved' "
                f"WHEN t.{quoted(state)}::text IN ({texts(failed)}) THEN 'declined' ELSE 'pending' END",
                f"which words of {state} say that the money was taken{values}?",
            )
        view.word("failure_reason")
        view.time("created_at")
        self._updated(view)
        if kind:
            known = self.states(payments, kind)
            values = f" ({', '.join(known)})" if known else ""
            view.notes.append(f"{OPEN} does every {kind}{values} take money? Leave out authorizations and refunds.")
            if captures := [value for value in known if value.lower() in {"capture", "sale", "charge", "payment"}]:
                view.notes.append(f"WHERE t.{quoted(kind)}::text IN ({texts(captures)})")
        return view.sql()

    def refunds(self, refunds: Relation) -> str:
        view = self._of(refunds, "refund_id")
        payments = self.found.get("payment_attempts")
        if order := self._to(refunds, ORDERS):
            view.key("transaction_id", order)
        elif payments and (paid := reference(refunds, payments)):
            view.key("transaction_id", self._to(payments, ORDERS, "transaction_id"), "p", payments)
            view.joins.append(
                f"JOIN {quoted(payments.schema)}.{quoted(payments.name)} AS p "
                f"ON p.{quoted(key_of(payments) or '')} = t.{quoted(paid)}"
            )
        view.key("transaction_item_id", self._to(refunds, LINES))
        amount = column(refunds, "goods_amount", is_number)
        parts = column(refunds, "shipping_amount", is_number), column(refunds, "tax_amount", is_number)
        whole = () if any(parts) else (f"is {amount} for goods only? If shipping and tax are in it, take them off",)
        view.amount("goods_amount", "", *whole)
        view.amount("shipping_amount")
        view.amount("tax_amount")
        view.word("reason")
        view.time("created_at")
        self._updated(view)
        if state := column(refunds, "status", is_word):
            view.notes.append(f"{OPEN} which words of {state} say that the money was paid back? Leave out the others.")
        return view.sql()

    def customers(self, customers: Relation) -> str:
        view = self._of(customers, "customer_id")
        for name in ("first_name", "last_name", "email", "country", "city"):
            view.word(name)
        view.time("registered_at")
        self._updated(view)
        return view.sql()

    def products(self, products: Relation) -> str:
        view = self._of(products, "product_id")
        view.word("sku")
        if column(products, "product_name", is_word):
            view.word("product_name")
        elif parent := self._parent_with_name(products):
            view.add("product_name", f"p.{quoted(column(parent[1], 'product_name', is_word) or '')}::text")
            view.joins.append(
                f"LEFT JOIN {quoted(parent[1].schema)}.{quoted(parent[1].name)} AS p "
                f"ON p.{quoted(key_of(parent[1]) or '')} = t.{quoted(parent[0])}"
            )
        else:
            code = column(products, "sku", is_key) or key_of(products) or ""
            view.add("product_name", f"t.{quoted(code)}::text", "no name was found: is there one in another table?")
        view.word("category")
        view.word("brand")
        view.amount("list_price", digits="18, 6")
        view.amount("unit_cost", digits="18, 6")
        self._updated(view)
        return view.sql()

    def _parent_with_name(self, products: Relation) -> tuple[str, Relation] | None:
        """Return the table that variants refer to and that has their names, and the column that does."""
        for there, to in products.references.items():
            parent = self.catalog.get(to)
            if parent and key_of(parent) and column(parent, "product_name", is_word):
                return there, parent
        return None

    def _cancelled(self, view: Statement) -> None:
        state = column(view.relation, "status", is_word)
        if not view.time("cancelled_at") and state:
            changed = column(view.relation, "updated_at", is_time) or column(view.relation, "created_at", is_time) or ""
            known = [value for value in self.states(view.relation, state) if value.lower() in CANCELLED]
            zone = "" if "with time zone" in view.relation.types[changed] else " AT TIME ZONE 'UTC'"
            view.add(
                "cancelled_at",
                f"CASE WHEN t.{quoted(state)}::text IN ({texts(known or CANCELLED)}) "
                f"THEN t.{quoted(changed)}{zone} END",
                f"which words of {state} say that an order is cancelled?",
            )

    def _paid(self, view: Statement) -> None:
        """Add what was captured, by the state of an order: no payments were found."""
        state = column(view.relation, "status", is_word)
        total = column(view.relation, "total_amount", is_number)
        known = self.states(view.relation, state) if state else ()
        if not state or not total:
            view.add("paid_amount", None, "no payments were found: give what was captured, or all orders are unpaid")
            return
        taken = [value for value in known if value.lower() in TAKEN]
        values = f" ({', '.join(known)})" if known else ""
        view.add(
            "paid_amount",
            f"CASE WHEN t.{quoted(state)}::text IN ({texts(taken or TAKEN)}) THEN {view.money(total)[0]} END",
            f"no payments were found: which words of {state} say that an order is paid{values}?",
        )

    def _updated(self, view: Statement) -> None:
        if not view.time("updated_at"):
            view.add(
                "updated_at", None, "no time of change was found: changes are found by `run --changed --exact` only"
            )

    def _gross(self, view: Statement, quantity: str | None, price: str | None, discount: str | None) -> None:
        total = column(view.relation, "gross_amount", is_number)
        if total and total != price:
            value, question = view.money(total)
            questions = [question] if question else []
            if discount:
                value = f"({value} + {view.money(discount)[0]})::numeric(18, 4)"
                questions.append(f"is {total} after {discount}? If it is before, do not add that")
            view.add("gross_amount", value, *questions)
        elif price:
            times = f" * t.{quoted(quantity)}" if quantity else ""
            view.add("gross_amount", f"({view.money(price, '18, 6')[0]}{times})::numeric(18, 4)")

    def _total_of_lines(self, orders: Relation) -> str:
        lines = self.found[LINES]
        there = Statement(lines, self.text_keys)
        total = column(lines, "gross_amount", is_number) or column(lines, "unit_price", is_number) or ""
        value = there.money(total)[0].replace("t.", "l.")
        quantity = column(lines, "quantity", is_number)
        times = f" * l.{quoted(quantity)}" if quantity and total == column(lines, "unit_price", is_number) else ""
        to = self._to(lines, ORDERS, "transaction_id") or ""
        return (
            f"(SELECT coalesce(sum({value}{times}), 0) FROM {quoted(lines.schema)}.{quoted(lines.name)} AS l "  # noqa: S608
            f"WHERE l.{quoted(to)} = t.{quoted(key_of(orders) or '')})::numeric(18, 4)"
        )
