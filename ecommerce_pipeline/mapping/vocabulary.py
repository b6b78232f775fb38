"""The words by which tables and columns of unknown shops are recognised. They are compared in lower case, word by word.

Each list is in order of preference; what is typed here decides nothing but the first draft of a mapping.
"""

from typing import Final

TABLES: Final = {
    "transactions": (
        *("order", "sale", "purchase", "checkout", "pedido", "venda", "venta"),
        *("bestellung", "auftrag", "commande", "ordine", "bestelling"),
    ),
    "transaction_items": (
        *("line", "item", "position", "detail", "row", "entry", "linha", "linea", "ligne", "riga", "regel"),
        *("bestellposition", "auftragsposition"),
    ),
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

_PHRASES: Final = {
    "created_at": (
        "placed at, ordered at, order date, purchased at, completed at, created at, created on, created, date "
        "created, date, inserted at, create date, timestamp, bestellt am, bestelldatum, angelegt am, angelegt, "
        "erstellt am, erstellt, datum, date commande, cree le, date creation, fecha pedido, fecha creacion, fecha, "
        "data pedido, criado em, data, data ordine, creato il, besteld op, aangemaakt op"
    ),
    "updated_at": (
        "updated at, modified at, changed at, last modified, updated on, date modified, date updated, write date, "
        "updated, modified, geaendert am, geaendert, aktualisiert am, aktualisiert, modifie le, date modification, "
        "actualizado, fecha modificacion, atualizado em, modificato il, gewijzigd op"
    ),
    "total_amount": (
        "total amount, grand total, total price, order total, amount total, total gross, total, amount, price, valor "
        "total, value, gesamtbetrag, gesamtsumme, endbetrag, summe, betrag, montant total, montant, importe total, "
        "importe, valor, importo, totale, totaal, bedrag"
    ),
    "currency": "currency, currency code, currency iso, iso currency, moeda, waehrung, devise, moneda, divisa, valuta",
    "customer_id": (
        "customer id, client id, user id, account id, buyer id, member id, customer, user, kunden id, kunde id, "
        "kunde, kundennummer, client, cliente id, cliente, klant id, klant"
    ),
    "guest_email": (
        "guest email, customer email, billing email, contact email, email, user email, e mail, kunde mail, kunden "
        "mail, mail, correo, courriel"
    ),
    "channel": (
        "channel, sales channel, source, source name, origin, platform, kanal, vertriebskanal, canal, canale, kanaal"
    ),
    "coupon_code": (
        "coupon code, coupon, voucher code, voucher, promo code, discount code, gutschein, gutscheincode, code promo, "
        "cupon, cupom, buono"
    ),
    "order_discount": (
        "order discount, discount amount, discount total, total discount, discounts, discount, rabatt, nachlass, "
        "remise, reduction, descuento, desconto, sconto, korting"
    ),
    "shipping_amount": (
        "shipping amount, shipping total, shipping price, shipping cost, shipping fee, shipping, delivery fee, "
        "freight, frete, versandkosten, versand, porto, frais de port, livraison, envio, gastos envio, spedizione, "
        "verzendkosten"
    ),
    "tax_amount": (
        "tax amount, tax total, total tax, vat amount, vat, tax, gst, mwst, umsatzsteuer, ust, steuer, tva, iva, "
        "impuesto, imposto, btw"
    ),
    "paid_amount": (
        "paid amount, amount paid, paid total, total paid, captured amount, paid, bezahlt, bezahlter betrag, paye, "
        "pagado, pago, pagato, betaald"
    ),
    "status": (
        "status, state, order status, order state, payment status, zustand, statut, etat, estado, situacao, stato"
    ),
    "cancelled_at": (
        "cancelled at, canceled at, voided at, cancelled on, cancel date, cancelled date, storniert am, annule le, "
        "cancelado em, cancelado en, annullato il, geannuleerd op"
    ),
    "transaction_id": (
        "order id, sale id, purchase id, transaction id, order, pedido id, bestellung id, bestellung, bestellnummer, "
        "auftrag id, auftrag, commande id, commande, pedido, ordine id, ordine, bestelling id"
    ),
    "product_id": (
        "variant id, product id, sku id, article id, item id, product, sku, artikel id, artikel, artikelnummer, "
        "produkt id, produkt, produit id, produit, article, producto id, producto, produto id, produto, prodotto id, "
        "prodotto"
    ),
    "quantity": "quantity, qty, units, count, menge, quantidade, anzahl, stueck, quantite, cantidad, quantita, aantal",
    "unit_price": (
        "unit price, price per unit, unit amount, unit cost price, price, preco, einzelpreis, stueckpreis, preis, "
        "prix unitaire, prix, precio unitario, precio, preco unitario, prezzo unitario, prezzo, prijs"
    ),
    "gross_amount": (
        "line total, total amount, total price, gross amount, total, subtotal, amount, row total, positionsbetrag, "
        "gesamtpreis, betrag, summe, montant, importe, importo, bedrag"
    ),
    "line_discount": (
        "line discount, discount amount, discount total, discount, rabatt, remise, descuento, desconto, sconto, korting"
    ),
    "amount": "amount, total amount, total, value, sum, betrag, montant, importe, valor, importo, bedrag",
    "goods_amount": (
        "goods amount, item amount, items amount, amount, total amount, total, value, betrag, montant, importe, "
        "valor, importo, bedrag"
    ),
    "reason": "reason, refund reason, reason code, note, grund, motif, motivo, reden",
    "kind": "kind, type, transaction type, action",
    "method": (
        "method, payment method, method id, payment method id, gateway, provider, payment type, zahlungsart, moyen de "
        "paiement, metodo de pago, forma de pagamento, metodo pagamento, betaalmethode"
    ),
    "failure_reason": "failure reason, error message, error, decline reason, failure message",
    "email": "email, email address, e mail, mail, correo, courriel",
    "first_name": "first name, given name, firstname, name, full name, vorname, prenom, nombre, nome, voornaam",
    "last_name": "last name, family name, surname, lastname, nachname, nom, apellido, sobrenome, cognome, achternaam",
    "country": "country, country code, country iso, land, pays, pais, paese",
    "city": "city, town, cidade, ort, stadt, ville, ciudad, citta, plaats",
    "registered_at": (
        "registered at, created at, signup at, joined at, date joined, created, registriert am, angelegt am, angelegt"
    ),
    "product_name": (
        "product name, name, title, label, description, bezeichnung, artikelname, titel, libelle, nom, nombre, nome, "
        "omschrijving"
    ),
    "sku": "sku, code, article number, ean, barcode, artikelnummer, reference, referencia",
    "category": "category, category name, product type, type, kategorie, warengruppe, categorie, categoria",
    "brand": "brand, vendor, manufacturer, maker, marke, hersteller, marque, marca, merk",
    "list_price": (
        "list price, price, unit price, regular price, sale price, listenpreis, verkaufspreis, preis, prix, precio, "
        "preco, prezzo"
    ),
    "unit_cost": (
        "unit cost, cost, cost price, purchase price, einkaufspreis, prix achat, coste, costo, custo, inkoopprijs"
    ),
}
COLUMNS: Final = {meaning: tuple(phrases.split(", ")) for meaning, phrases in _PHRASES.items()}
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
    "bezahlt",
    "paye",
    "pagado",
    "pago",
    "pagato",
)
FAILED: Final = ("failed", "declined", "refused", "error", "voided", "void", "cancelled", "canceled", "expired")
CANCELLED: Final = ("cancelled", "canceled", "voided", "storniert", "cancelado", "annulled", "annule", "annullato")
NOT_PLACED: Final = (
    "cart",
    "basket",
    "draft",
    "checkout",
    "checkout-draft",
    "pending_checkout",
    "abandoned",
    "new_cart",
    "warenkorb",
    "panier",
    "carrito",
    "carrinho",
    "carrello",
)
"""Words in states."""
