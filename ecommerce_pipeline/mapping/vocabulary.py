"""The words by which tables and columns of unknown shops are recognised. They are compared in lower case, word by word.

Each list is in order of preference; what is typed here decides nothing but the first draft of a mapping.
"""

from typing import Final

TABLES: Final = {
    "transactions": ("order", "sale", "purchase", "checkout", "pedido", "venda", "bestellung", "commande", "ordine"),
    "transaction_items": ("line", "item", "position", "detail", "row", "entry", "linha", "ligne", "riga"),
    "payment_attempts": ("payment", "charge", "capture", "transaction", "pagamento", "zahlung", "paiement", "pago"),
    "refunds": ("refund", "reimbursement", "chargeback", "reembolso", "erstattung", "remboursement"),
    "customers": ("customer", "client", "buyer", "user", "account", "member", "cliente", "kunde"),
    "products": ("variant", "product", "sku", "article", "item", "produto", "artikel", "produit", "prodotto"),
}
"""Words in the names of tables; a contract table's own are sought after those of the tables before it are taken."""

# fmt: off
OTHER: Final = frozenset({
    "status", "state", "history", "log", "event", "audit", "address", "note", "comment", "meta", "metadata",
    "tax", "adjustment", "shipment", "shipping", "delivery", "fulfillment", "fulfilment", "session", "token",
    "setting", "config", "category", "tag", "image", "media", "price", "stock", "inventory", "translation",
    "migration", "job", "queue", "role", "permission", "group", "link", "return", "cart", "basket",
    "wishlist", "method", "provider", "discount", "promotion", "coupon",
})
# fmt: on
"""Words of tables that belong to others, and are none of these themselves."""

COLUMNS: Final = {
    "created_at": (
        "placed at",
        "ordered at",
        "order date",
        "purchased at",
        "completed at",
        "created at",
        "created on",
        "created",
        "date created",
        "date",
        "inserted at",
        "create date",
        "timestamp",
    ),
    "updated_at": (
        "updated at",
        "modified at",
        "changed at",
        "last modified",
        "updated on",
        "date modified",
        "date updated",
        "write date",
        "updated",
        "modified",
    ),
    "total_amount": (
        "total amount",
        "grand total",
        "total price",
        "order total",
        "amount total",
        "total gross",
        "total",
        "amount",
        "price",
        "valor total",
        "value",
    ),
    "currency": ("currency", "currency code", "currency iso", "iso currency", "moeda"),
    "customer_id": ("customer id", "client id", "user id", "account id", "buyer id", "member id", "customer", "user"),
    "guest_email": ("guest email", "customer email", "billing email", "contact email", "email", "user email", "e mail"),
    "channel": ("channel", "sales channel", "source", "source name", "origin", "platform"),
    "coupon_code": ("coupon code", "coupon", "voucher code", "voucher", "promo code", "discount code"),
    "order_discount": (
        "order discount",
        "discount amount",
        "discount total",
        "total discount",
        "discounts",
        "discount",
    ),
    "shipping_amount": (
        "shipping amount",
        "shipping total",
        "shipping price",
        "shipping cost",
        "shipping fee",
        "shipping",
        "delivery fee",
        "freight",
        "frete",
    ),
    "tax_amount": ("tax amount", "tax total", "total tax", "vat amount", "vat", "tax", "gst"),
    "paid_amount": ("paid amount", "amount paid", "paid total", "total paid", "captured amount", "paid"),
    "status": ("status", "state", "order status", "order state", "payment status"),
    "cancelled_at": ("cancelled at", "canceled at", "voided at", "cancelled on", "cancel date", "cancelled date"),
    "transaction_id": ("order id", "sale id", "purchase id", "transaction id", "order", "pedido id"),
    "product_id": ("variant id", "product id", "sku id", "article id", "item id", "product", "sku"),
    "quantity": ("quantity", "qty", "units", "count", "menge", "quantidade"),
    "unit_price": ("unit price", "price per unit", "unit amount", "unit cost price", "price", "preco"),
    "gross_amount": (
        "line total",
        "total amount",
        "total price",
        "gross amount",
        "total",
        "subtotal",
        "amount",
        "row total",
    ),
    "line_discount": ("line discount", "discount amount", "discount total", "discount"),
    "amount": ("amount", "total amount", "total", "value", "sum"),
    "goods_amount": ("goods amount", "item amount", "items amount", "amount", "total amount", "total", "value"),
    "reason": ("reason", "refund reason", "reason code", "note"),
    "kind": ("kind", "type", "transaction type", "action"),
    "method": ("method", "payment method", "method id", "payment method id", "gateway", "provider", "payment type"),
    "failure_reason": ("failure reason", "error message", "error", "decline reason", "failure message"),
    "email": ("email", "email address", "e mail", "mail"),
    "first_name": ("first name", "given name", "firstname", "name", "full name"),
    "last_name": ("last name", "family name", "surname", "lastname"),
    "country": ("country", "country code", "country iso"),
    "city": ("city", "town", "cidade"),
    "registered_at": ("registered at", "created at", "signup at", "joined at", "date joined", "created"),
    "product_name": ("product name", "name", "title", "label", "description"),
    "sku": ("sku", "code", "article number", "ean", "barcode"),
    "category": ("category", "category name", "product type", "type"),
    "brand": ("brand", "vendor", "manufacturer", "maker"),
    "list_price": ("list price", "price", "unit price", "regular price", "sale price"),
    "unit_cost": ("unit cost", "cost", "cost price", "purchase price"),
}
"""Names of columns, by what they are taken for."""

TAKEN: Final = (
    "success",
    "successful",
    "succeeded",
    "paid",
    "captured",
    "completed",
    "complete",
    "settled",
    "approved",
)
FAILED: Final = ("failed", "declined", "refused", "error", "voided", "void", "cancelled", "canceled", "expired")
CANCELLED: Final = ("cancelled", "canceled", "voided", "storniert", "cancelado", "annulled")
NOT_PLACED: Final = (
    "cart",
    "basket",
    "draft",
    "checkout",
    "checkout-draft",
    "pending_checkout",
    "abandoned",
    "new_cart",
)
"""Words in states."""
