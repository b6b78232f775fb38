-- All on 2 March 2026, but for the old import.
INSERT INTO wp_wc_customer_lookup VALUES (501, 1, 'Ana', 'Sousa', 'ana@example.com', '2026-01-01', 'PT', 'Lisboa'), (502, 2, 'Bo', '', 'bo@example.com', NULL, '', ''), (503, NULL, '', '', 'guest@example.com', NULL, NULL, NULL);
INSERT INTO wp_posts VALUES (11, 'product', 'publish', 'Mug', 0, '2026-01-01', '2026-01-01'), (12, 'product_variation', 'publish', 'Mug - Red', 11, '2026-01-01', '2026-01-01'), (13, 'product', 'draft', 'Lamp', 0, '2026-01-01', '2026-01-01'), (20, 'page', 'publish', 'About', 0, '2026-01-01', '2026-01-01');
INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (12, '_sku', 'MUG-R'), (12, '_price', '9.5'), (12, '_cogs_total_value', '4'), (13, '_sku', '');
INSERT INTO wp_terms VALUES (1, 'Home'), (2, 'Kitchen');
INSERT INTO wp_term_taxonomy VALUES (1, 1, 'product_cat', 0), (2, 2, 'product_cat', 1);
INSERT INTO wp_term_relationships VALUES (11, 1), (11, 2);

INSERT INTO wp_wc_orders (id, type, status, currency, customer_id, billing_email, date_created_gmt, date_updated_gmt, tax_amount, total_amount, payment_method, parent_order_id) VALUES
    -- A guest; tax on top, a coupon.
    (1, 'shop_order', 'wc-completed', 'USD', 0, 'guest@example.com', '2026-03-02 10:00+00', '2026-03-02 10:05+00', 1.9, 26.4, 'stripe', 0),
    -- Prices with tax, which leave many digits; a negative fee; a line refunded, then an amount.
    (2, 'shop_order', 'wc-completed', 'EUR', 1, 'ana@example.com', '2026-03-02 11:00+00', '2026-03-06 10:00+00', 17.1, 111.85, 'stripe', 0),
    -- Cancelled and refunded.
    (3, 'shop_order', 'wc-cancelled', 'EUR', 2, 'bo@example.com', '2026-03-02 12:00+00', '2026-03-04 09:00+00', 0, 20, 'stripe', 0),
    -- Waits for a bank transfer.
    (4, 'shop_order', 'wc-on-hold', 'USD', 2, 'bo@example.com', '2026-03-02 13:00+00', '2026-03-02 13:00+00', 0, 7.5, 'bacs', 0),
    -- Edited to 30.00; later 10.00 for goodwill, without items.
    (5, 'shop_order', 'wc-processing', 'USD', 2, 'bo@example.com', '2026-03-02 14:00+00', '2026-03-07 10:00+00', 0, 30, 'stripe', 0),
    -- Yen, a fee; refunded as a whole, without items.
    (6, 'shop_order', 'wc-refunded', 'JPY', NULL, 'kei@example.jp', '2026-03-02 15:00+00', '2026-03-08 10:00+00', 100, 1101, 'paypal', 0),
    -- A deleted product, nobody; the price of a line reduced after payment.
    (7, 'shop_order', 'wc-completed', 'EUR', 0, '', '2026-03-02 16:00+00', '2026-03-06 10:00+00', 0, 8, 'cod', 0),
    -- From another system, of an account that is gone.
    (8, 'shop_order', 'wc-completed', 'KWD', 99, 'old@example.com', '2019-06-30 23:30+00', '2026-01-01 00:00+00', 0, 1.235, '', 0),
    (21, 'shop_order', 'wc-checkout-draft', 'EUR', 0, NULL, '2026-03-02 17:00+00', '2026-03-02 17:00+00', 0, 1, '', 0),
    (22, 'shop_order', 'wc-pending', 'EUR', 0, NULL, '2026-03-02 17:00+00', '2026-03-02 17:00+00', 0, 1, 'stripe', 0),
    (23, 'shop_order', 'wc-failed', 'EUR', 0, NULL, '2026-03-02 17:00+00', '2026-03-02 17:00+00', 0, 1, 'stripe', 0),
    (24, 'shop_order', 'trash', 'EUR', 0, NULL, '2026-03-02 17:00+00', '2026-03-02 17:00+00', 0, 1, 'stripe', 0),
    (25, 'shop_subscription', 'wc-active', 'EUR', 1, NULL, '2026-03-02 17:00+00', '2026-03-02 17:00+00', 0, 1, 'stripe', 0),
    (31, 'shop_order_refund', 'wc-completed', 'EUR', 0, NULL, '2026-03-02 18:00+00', '2026-03-02 18:00+00', -17.1, -107.1, '', 2),
    (32, 'shop_order_refund', 'wc-completed', 'EUR', 0, NULL, '2026-03-06 10:00+00', '2026-03-06 10:00+00', 0, -4.75, '', 2),
    (33, 'shop_order_refund', 'wc-completed', 'EUR', 0, NULL, '2026-03-04 09:00+00', '2026-03-04 09:00+00', 0, -20, '', 3),
    (34, 'shop_order_refund', 'wc-completed', 'USD', 0, NULL, '2026-03-07 10:00+00', '2026-03-07 10:00+00', 0, -10, '', 5),
    (35, 'shop_order_refund', 'wc-completed', 'JPY', 0, NULL, '2026-03-08 10:00+00', '2026-03-08 10:00+00', 0, -1101, '', 6),
    (36, 'shop_order_refund', 'wc-completed', 'EUR', 0, NULL, '2026-03-06 10:00+00', '2026-03-06 10:00+00', 0, -4, '', 7);
INSERT INTO wp_wc_order_operational_data (order_id, created_via, date_paid_gmt, shipping_total_amount, shipping_tax_amount) VALUES
    (1, 'checkout', '2026-03-02 10:05+00', 5, 0.5), (2, 'store-api', '2026-03-02 11:05+00', 4, 0.76), (3, 'checkout', '2026-03-02 12:05+00', 0, 0),
    (4, 'checkout', NULL, 0, 0), (5, 'admin', '2026-03-02 14:05+00', 0, 0), (6, 'checkout', '2026-03-02 15:05+00', NULL, NULL),
    (7, '', '2026-03-09 08:00+00', 0, 0), (8, 'rest-api', '2019-07-01 00:00+00', 0, 0), (22, 'checkout', NULL, 0, 0);
INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (31, '_refund_reason', 'Damaged'), (32, '_refund_reason', '');
INSERT INTO wp_woocommerce_order_items (order_item_id, order_id, order_item_type, order_item_name) VALUES
    (1, 1, 'line_item', 'Mug'), (2, 1, 'shipping', 'Post'), (3, 1, 'coupon', 'spring'), (4, 2, 'line_item', 'Lamp'), (5, 2, 'line_item', 'Ribbon'),
    (6, 2, 'fee', 'Loyal'), (7, 2, 'shipping', 'Post'), (8, 3, 'line_item', 'Mug'), (9, 4, 'line_item', 'Mug'), (10, 5, 'line_item', 'Lamp'),
    (11, 6, 'line_item', 'Mug'), (12, 6, 'fee', 'Wrapping'), (13, 7, 'line_item', 'Chair'), (14, 8, 'line_item', 'Mug'), (15, 22, 'line_item', 'Mug'),
    (16, 31, 'line_item', 'Lamp'), (17, 33, 'line_item', 'Mug'), (18, 36, 'line_item', 'Chair');
INSERT INTO wp_woocommerce_order_itemmeta (order_item_id, meta_key, meta_value)
SELECT item, key, value FROM (VALUES
    (1, '2', '20', '19', '1.9', '11', '12', NULL), (4, '1', '100', '90', '17.1', '13', '0', NULL),
    (5, '3', '8.39495798', '8.39495798', '1.59504202', '11', '12', NULL), (8, '1', '20', '20', '0', '11', '12', NULL), (9, '1', '7.5', '7.5', '0', '11', '12', NULL),
    (10, '1', '30', '30', '', '13', '0', NULL), (11, '1', '1000', '1000', '100', '11', '12', NULL), (13, '2', '8', '8', '0', '999', '0', NULL),
    (14, '1', '1.235', '1.235', '0', '11', '12', NULL), (15, '1', '1', '1', '0', '11', '12', NULL),
    (16, '-1', '-90', '-90', '-17.1', '13', '0', '4'), (17, '-1', '-20', '-20', '0', '11', '12', '8'), (18, '0', '-4', '-4', '0', '999', '0', '13')
) AS line (item, qty, subtotal, total, tax, product, variation, refunded)
CROSS JOIN LATERAL (VALUES ('_qty', qty), ('_line_subtotal', subtotal), ('_line_total', total), ('_line_tax', tax), ('_product_id', product), ('_variation_id', variation), ('_refunded_item_id', refunded)) AS meta (key, value)
WHERE value IS NOT NULL
UNION ALL VALUES (2, 'cost', '5'), (2, 'total_tax', '0.5'), (7, 'cost', '4'), (7, 'total_tax', '0.76'), (6, '_line_total', '-8.40336134'), (6, '_line_tax', '-1.59663866'),
    (12, '_line_total', '1'), (12, '_line_tax', '0'), (3, 'discount_amount', '1');
