-- Medusa's tables from those of the synthetic shop, in schema ecommerce: the same orders, as Medusa would have them.
INSERT INTO currency VALUES ('usd', 'US Dollar', 2);
INSERT INTO store_currency VALUES ('stocur_usd', 'usd', true);
INSERT INTO sales_channel
SELECT DISTINCT 'sc_' || channel, channel, false FROM ecommerce.transactions;
INSERT INTO payment_provider (id, created_at, updated_at)
SELECT 'pp_' || code, updated_at, updated_at FROM ecommerce.payment_methods;

INSERT INTO customer (id, email, has_account, first_name, last_name, created_at, updated_at)
SELECT 'cus_' || customer_id, email, true, first_name, last_name, registered_at, updated_at FROM ecommerce.customers;
INSERT INTO customer_address (id, customer_id, city, country_code, is_default_shipping, created_at, updated_at)
SELECT 'cuaddr_' || customer_id, 'cus_' || customer_id, city, lower(country), true, registered_at, updated_at
FROM ecommerce.customers;

INSERT INTO product (id, title, handle, status, created_at, updated_at)
SELECT
    'prod_' || product_id, product_name, lower(sku), CASE WHEN is_active THEN 'published' ELSE 'draft' END, launched_at,
    updated_at
FROM ecommerce.products;
INSERT INTO product_variant (id, product_id, title, sku, created_at, updated_at)
SELECT 'variant_' || product_id, 'prod_' || product_id, 'Default variant', sku, launched_at, updated_at
FROM ecommerce.products;
INSERT INTO product_variant_price_set
SELECT 'variant_' || product_id, 'pset_' || product_id FROM ecommerce.products;
INSERT INTO price (id, price_set_id, currency_code, amount, created_at, updated_at)
SELECT 'price_' || product_id, 'pset_' || product_id, 'usd', list_price, launched_at, updated_at FROM ecommerce.products;
INSERT INTO product_category (id, name, mpath, created_at, updated_at)
SELECT 'pcat_' || md5(category), category, 'pcat_' || md5(category), min(launched_at), min(launched_at)
FROM ecommerce.products GROUP BY category
UNION ALL
SELECT
    'pcat_' || md5(category || '/' || subcategory), subcategory,
    'pcat_' || md5(category) || '.pcat_' || md5(category || '/' || subcategory), min(launched_at), min(launched_at)
FROM ecommerce.products GROUP BY category, subcategory;
INSERT INTO product_category_product
SELECT 'prod_' || product_id, 'pcat_' || md5(category || '/' || subcategory) FROM ecommerce.products;

INSERT INTO "order" (
    id, version, status, email, customer_id, sales_channel_id, currency_code, created_at, updated_at, canceled_at
)
SELECT
    'order_' || transaction_id, 1, (CASE WHEN cancelled_at IS NULL THEN 'pending' ELSE 'canceled' END)::order_status_enum,
    guest_email, 'cus_' || customer_id, 'sc_' || channel, lower(currency), created_at, updated_at, cancelled_at
FROM ecommerce.transactions;
INSERT INTO order_line_item (id, title, variant_id, unit_price, created_at, updated_at)
SELECT
    'ordli_' || transaction_item_id, 'goods', 'variant_' || product_id, unit_price, created_at, updated_at
FROM ecommerce.transaction_items;
INSERT INTO order_item (id, order_id, version, item_id, quantity, created_at, updated_at)
SELECT
    'orditem_' || transaction_item_id, 'order_' || transaction_id, 1, 'ordli_' || transaction_item_id, quantity, created_at,
    updated_at
FROM ecommerce.transaction_items;
-- Medusa keeps no discount of an order: its lines share it, by cumulative rounding.
INSERT INTO order_line_item_adjustment (id, item_id, amount, code, created_at, updated_at)
SELECT 'ordliadj_' || transaction_item_id, 'ordli_' || transaction_item_id, upto - before, coupon_code, created_at, updated_at
FROM (
    SELECT
        i.transaction_item_id, o.coupon_code, i.created_at, i.updated_at,
        round(o.discount_amount * sum(i.gross_amount) OVER through / sum(i.gross_amount) OVER whole, 2) AS upto,
        round(o.discount_amount * (sum(i.gross_amount) OVER through - i.gross_amount) / sum(i.gross_amount) OVER whole, 2)
            AS before
    FROM ecommerce.transaction_items AS i
    JOIN ecommerce.transactions AS o USING (transaction_id)
    WHERE o.discount_amount > 0
    WINDOW
        whole AS (PARTITION BY i.transaction_id),
        through AS (
            PARTITION BY i.transaction_id ORDER BY i.line_number, i.transaction_item_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
) AS shares;

INSERT INTO order_shipping_method (id, name, amount, created_at, updated_at)
SELECT 'ordsm_' || transaction_id, 'Standard', shipping_amount, created_at, updated_at
FROM ecommerce.transactions WHERE shipping_amount > 0;
INSERT INTO order_shipping (id, order_id, version, shipping_method_id, created_at, updated_at)
SELECT 'ordspmv_' || transaction_id, 'order_' || transaction_id, 1, 'ordsm_' || transaction_id, created_at, updated_at
FROM ecommerce.transactions WHERE shipping_amount > 0;

INSERT INTO order_payment_collection (order_id, payment_collection_id, created_at, updated_at)
SELECT 'order_' || transaction_id, 'paycol_' || transaction_id, created_at, created_at FROM ecommerce.transactions;
INSERT INTO payment_session (id, payment_collection_id, provider_id, amount, currency_code, status, created_at, updated_at)
SELECT
    'payses_' || payment_attempt_id, 'paycol_' || transaction_id, 'pp_' || code, amount, 'usd',
    CASE status WHEN 'approved' THEN 'captured' WHEN 'declined' THEN 'canceled' ELSE status END, a.created_at, a.updated_at
FROM ecommerce.payment_attempts AS a
JOIN ecommerce.payment_methods AS m USING (payment_method_id);
INSERT INTO payment (
    id, payment_collection_id, payment_session_id, amount, currency_code, provider_id, captured_at, created_at, updated_at
)
SELECT
    replace(id, 'payses_', 'pay_'), payment_collection_id, id, amount, currency_code, provider_id, updated_at, created_at,
    updated_at
FROM payment_session WHERE status = 'captured';
INSERT INTO capture (id, payment_id, amount, created_at, updated_at)
SELECT replace(id, 'pay_', 'capt_'), id, amount, created_at, updated_at FROM payment;
INSERT INTO refund_reason (id, code, label)
SELECT DISTINCT 'refr_' || reason, reason, reason FROM ecommerce.refunds;
INSERT INTO refund (id, payment_id, amount, refund_reason_id, created_at, updated_at)
SELECT 'ref_' || r.refund_id, paid.id, r.goods_amount, 'refr_' || r.reason, r.created_at, r.updated_at
FROM ecommerce.refunds AS r
CROSS JOIN LATERAL (
    SELECT p.id FROM payment AS p
    WHERE p.payment_collection_id = 'paycol_' || r.transaction_id
    ORDER BY p.created_at, p.id LIMIT 1
) AS paid;
-- Medusa's own account of the money of each order.
INSERT INTO order_transaction (id, order_id, amount, currency_code, reference, reference_id, created_at, updated_at)
SELECT
    'ordtrx_' || c.id, replace(p.payment_collection_id, 'paycol_', 'order_'), c.amount, p.currency_code, 'capture', c.id,
    c.created_at, c.updated_at
FROM capture AS c
JOIN payment AS p ON p.id = c.payment_id
UNION ALL
SELECT
    'ordtrx_' || r.id, replace(p.payment_collection_id, 'paycol_', 'order_'), -r.amount, p.currency_code, 'refund', r.id,
    r.created_at, r.updated_at
FROM refund AS r
JOIN payment AS p ON p.id = r.payment_id;

CREATE INDEX ON "order" (created_at);
CREATE INDEX ON "order" (updated_at);
CREATE INDEX ON payment (payment_collection_id);
CREATE INDEX ON payment (payment_session_id);
CREATE INDEX ON payment_session (payment_collection_id);
CREATE INDEX ON capture (payment_id);
CREATE INDEX ON refund (payment_id);
CREATE INDEX ON refund (created_at);
CREATE INDEX ON order_payment_collection (payment_collection_id);
CREATE INDEX ON order_line_item_adjustment (item_id);
CREATE INDEX ON order_line_item_tax_line (item_id);
CREATE INDEX ON order_shipping (order_id);
CREATE INDEX ON order_shipping_method_tax_line (shipping_method_id);
CREATE INDEX ON order_shipping_method_adjustment (shipping_method_id);
CREATE INDEX ON customer_address (customer_id);
CREATE INDEX ON product_category_product (product_id);
CREATE INDEX ON product_variant_price_set (variant_id);
CREATE INDEX ON price (price_set_id);
ANALYZE;
