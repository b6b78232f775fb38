-- All on 2 March 2026, but for the old import.
SET search_path TO shopify;
INSERT INTO customer (id, email, first_name, created_at, updated_at) VALUES
    (1, 'ana@example.com', 'Ana', '2026-01-01', '2026-01-01'), (2, 'bo@example.com', 'Bo', '2026-01-01', '2026-01-01');
INSERT INTO product (id, title, product_type, vendor, status) VALUES (1, 'Mug', 'Kitchen', 'Clay', 'active'), (2, 'Lamp', '', 'Glow', 'draft');
INSERT INTO product_variant (id, product_id, inventory_item_id, title, sku, price) VALUES (11, 1, 111, 'Red', 'MUG-R', 9.5), (12, 2, NULL, 'Default Title', '', 119);
INSERT INTO inventory_item (id, cost, unit_cost_amount) VALUES (111, NULL, 4);

INSERT INTO "order" (id, processed_at, created_at, updated_at, cancelled_at, financial_status, currency, customer_id, email, source_name, total_tax, total_price, taxes_included, test, _fivetran_deleted) VALUES
    -- Without a customer; tax on top, a discount of a line, a first payment that failed.
    (1, '2026-03-02 10:00+00', '2026-03-02 10:00+00', now(), NULL, 'paid', 'USD', NULL, 'guest@example.com', 'web', 2.4, 26.4, false, false, false),
    -- Tax included, a discount of the order in the allocations; a line refunded, then shipping.
    (2, '2026-03-02 11:00+00', '2026-03-02 11:00+00', now(), NULL, 'partially_refunded', 'EUR', 1, 'ana@example.com', 'web', 17.86, 111.85, true, false, NULL),
    -- Cancelled and refunded; its line restocked without money too.
    (3, '2026-03-02 12:00+00', '2026-03-02 12:00+00', now(), '2026-03-04 09:00+00', 'refunded', 'EUR', 2, 'bo@example.com', 'pos', 0, 20, true, false, NULL),
    -- Authorized only.
    (4, '2026-03-02 13:00+00', '2026-03-02 13:00+00', now(), NULL, 'authorized', 'USD', 2, 'bo@example.com', 'web', 0, 7.5, false, false, NULL),
    -- A line removed before payment, one refunded after it, later 10.00 for goodwill.
    (5, '2026-03-02 14:00+00', '2026-03-02 14:00+00', now(), NULL, 'partially_refunded', 'USD', 2, 'bo@example.com', 'web', 0, 47, false, false, NULL),
    -- Yen, a tip; refunded as a whole.
    (6, '2026-03-02 15:00+00', '2026-03-02 15:00+00', now(), NULL, 'refunded', 'JPY', NULL, 'kei@example.jp', 'web', 100, 1101, false, false, NULL),
    -- A deleted product, nobody, two captures; a gift card of 10.00 was sold too.
    (7, '2026-03-02 16:00+00', '2026-03-02 16:00+00', now(), NULL, 'paid', 'EUR', NULL, NULL, 'web', 0, 18, true, false, NULL),
    -- Imported; of a customer who is gone.
    (8, '2019-06-30 23:30+00', '2026-02-01 08:00+00', now(), NULL, 'paid', 'KWD', 99, NULL, 'import', 0, 1.235, false, NULL, NULL),
    (9, '2026-03-02 17:00+00', '2026-03-02 17:00+00', now(), NULL, 'paid', 'EUR', 2, NULL, 'web', 0, 1, false, true, NULL),
    (10, '2026-03-02 17:00+00', '2026-03-02 17:00+00', now(), NULL, 'paid', 'EUR', 2, NULL, 'web', 0, 1, false, false, true);
INSERT INTO order_line (id, order_id, variant_id, quantity, price, gift_card) VALUES
    (1, 1, 11, 2, 10, false), (2, 2, 12, 1, 119, false), (3, 2, 11, 3, 3.33, false), (4, 3, 11, 1, 20, false),
    (5, 4, 11, 1, 7.5, false), (6, 5, 12, 1, 30, false), (7, 5, 11, 1, 12, false), (8, 5, 11, 1, 5, false),
    (9, 6, 11, 1, 1000, false), (10, 7, NULL, 2, 4, false), (11, 7, NULL, 1, 10, true), (12, 8, 11, 1, 1.235, false),
    (13, 9, 11, 1, 1, false), (14, 10, 11, 1, 1, false);
INSERT INTO discount_allocation (order_line_id, index, amount) VALUES (1, 0, 1), (2, 0, 11.9), (2, 1, 10);
INSERT INTO order_discount_code (order_id, index, code) VALUES (2, 0, 'SPRING');
INSERT INTO tax_line (order_line_id, index, price) VALUES (1, 0, 1.1), (1, 1, 0.8), (2, 0, 15.5), (3, 0, 1.6), (9, 0, 100);
INSERT INTO order_shipping_line (id, order_id, price, discounted_price) VALUES (1, 1, 6, 5), (2, 2, 4.76, 4.76);
INSERT INTO refund (id, order_id, created_at, processed_at, note) VALUES
    (1, 2, '2026-03-05 10:00+00', NULL, 'Damaged'), (2, 2, '2026-03-06 10:00+00', NULL, NULL), (3, 3, '2026-03-04 09:00+00', NULL, NULL),
    (4, 5, '2026-03-02 14:01+00', NULL, NULL), (5, 5, '2026-03-02 18:00+00', NULL, NULL), (6, 5, '2026-03-07 10:00+00', NULL, NULL),
    (7, 6, '2026-03-08 10:00+00', NULL, NULL), (8, 3, '2026-03-04 09:05+00', NULL, NULL);
INSERT INTO order_line_refund (id, refund_id, order_line_id, quantity, subtotal, total_tax, restock_type) VALUES
    (1, 1, 2, 1, 97.1, 15.5, 'return'), (2, 3, 4, 1, 20, 0, 'cancel'), (3, 4, 8, 1, 5, 0, 'cancel'),
    (4, 5, 7, 1, 12, 0, 'return'), (5, 7, 9, 1, 1000, 100, 'return'), (6, 8, 4, 1, 20, 0, 'cancel');
INSERT INTO order_adjustment (id, order_id, refund_id, kind, amount, tax_amount) VALUES
    (1, 2, 2, 'shipping_refund', -4, -0.76), (2, 5, 6, 'refund_discrepancy', -10, 0);
INSERT INTO transaction (id, order_id, refund_id, kind, status, amount, created_at, gateway, error_code) VALUES
    (1, 1, NULL, 'sale', 'failure', 26.4, '2026-03-02 10:01+00', 'shopify_payments', 'card_declined'),
    (2, 1, NULL, 'sale', 'success', 26.4, '2026-03-02 10:05+00', 'shopify_payments', NULL),
    (3, 2, NULL, 'authorization', 'success', 111.85, '2026-03-02 11:04+00', 'shopify_payments', NULL),
    (4, 2, NULL, 'CAPTURE', 'SUCCESS', 111.85, '2026-03-02 11:05+00', 'shopify_payments', NULL),
    (5, 3, NULL, 'sale', 'success', 20, '2026-03-02 12:05+00', 'cash', NULL), (6, 4, NULL, 'authorization', 'success', 7.5, '2026-03-02 13:05+00', 'shopify_payments', NULL),
    (7, 5, NULL, 'sale', 'success', 42, '2026-03-02 14:05+00', 'shopify_payments', NULL), (8, 6, NULL, 'sale', 'success', 1101, '2026-03-02 15:05+00', 'paypal', NULL),
    (9, 7, NULL, 'capture', 'success', 10, '2026-03-02 16:05+00', 'gift_card', NULL), (10, 7, NULL, 'capture', 'success', 8, '2026-03-09 08:00+00', 'shopify_payments', NULL),
    (11, 8, NULL, 'sale', 'success', 1.235, '2019-07-01 00:00+00', 'manual', NULL), (12, 9, NULL, 'sale', 'success', 1, '2026-03-02 17:05+00', 'bogus', NULL),
    (13, 2, 1, 'refund', 'success', 97.1, '2026-03-05 10:00+00', 'shopify_payments', NULL), (14, 2, 2, 'refund', 'success', 4.76, '2026-03-06 10:00+00', 'shopify_payments', NULL),
    (15, 3, 3, 'refund', 'success', 20, '2026-03-04 09:00+00', 'cash', NULL), (16, 5, 5, 'refund', 'success', 12, '2026-03-02 18:00+00', 'shopify_payments', NULL),
    (17, 5, 6, 'refund', 'success', 10, '2026-03-07 10:00+00', 'shopify_payments', NULL), (18, 6, 7, 'refund', 'success', 1101, '2026-03-08 10:00+00', 'paypal', NULL);
