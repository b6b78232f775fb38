-- All on 2 March 2026, but for the old import.
INSERT INTO channel_channel VALUES (1, 'Europe', 'europe', 'EUR'), (2, 'America', 'america', 'USD'), (3, 'Japan', 'japan', 'JPY'), (4, 'Kuwait', 'kuwait', 'KWD');
INSERT INTO account_address VALUES (1, 'Lisboa', 'PT');
INSERT INTO account_user (id, email, is_staff, default_shipping_address_id) VALUES
    (1, 'ana@example.com', false, 1), (2, 'bo@example.com', false, NULL), (3, 'staff@example.com', true, NULL);
INSERT INTO product_category VALUES (1, 'Home', NULL, 1, 0), (2, 'Kitchen', 1, 1, 1);
INSERT INTO product_product (id, name, category_id) VALUES (1, 'Mug', 2), (2, 'Lamp', NULL);
INSERT INTO product_productvariant (id, product_id, sku, name) VALUES (11, 1, 'MUG-R', 'Red'), (12, 2, 'LAMP', '');
INSERT INTO product_productchannellisting VALUES (1, 1, 1, true), (2, 2, 1, false);
INSERT INTO product_productvariantchannellisting VALUES (1, 11, 1, 'EUR', 9.5, 4), (2, 11, 2, 'USD', 10, 4.5);

INSERT INTO order_order (id, number, created_at, status, user_id, user_email, channel_id, currency, total_gross_amount,
    subtotal_net_amount, subtotal_gross_amount, shipping_price_net_amount, shipping_price_gross_amount,
    total_charged_amount, voucher_code, lines_count, origin) VALUES
    -- A guest; prices without tax; a first charge that failed.
    ('00000000-0000-4000-8000-000000000001', 1, '2026-03-02 10:00+00', 'fulfilled', NULL, 'guest@example.com', 2, 'USD', 26.4, 19, 20.9, 5, 5.5, 26.4, 'SPRING', 1, 'checkout'),
    -- Prices with tax; a line and shipping refunded by name, then the rest.
    ('00000000-0000-4000-8000-000000000002', 2, '2026-03-02 11:00+00', 'returned', 1, 'ana@example.com', 1, 'EUR', 121.86, 98.4, 117.1, 4, 4.76, 0, NULL, 2, 'checkout'),
    -- Cancelled, its payment refunded by the older API.
    ('00000000-0000-4000-8000-000000000003', 3, '2026-03-02 12:00+00', 'canceled', 2, 'bo@example.com', 1, 'EUR', 20, 20, 20, 0, 0, 0, NULL, 1, 'checkout'),
    -- Not confirmed, not paid.
    ('00000000-0000-4000-8000-000000000004', 4, '2026-03-02 13:00+00', 'unconfirmed', 2, 'bo@example.com', 2, 'USD', 7.5, 7.5, 7.5, 0, 0, 0, NULL, 1, 'checkout'),
    -- 12.00 less after payment, which were paid back; later 10.00 for goodwill.
    ('00000000-0000-4000-8000-000000000005', 5, '2026-03-02 14:00+00', 'partially fulfilled', 2, 'bo@example.com', 2, 'USD', 30, 30, 30, 0, 0, 20, NULL, 1, 'draft'),
    -- Yen; a gift card of the older kind paid 300; all of the rest was returned.
    ('00000000-0000-4000-8000-000000000006', 6, '2026-03-02 15:00+00', 'returned', NULL, 'kei@example.jp', 3, 'JPY', 800, 1000, 1100, 0, 0, 0, NULL, 1, 'checkout'),
    -- A deleted variant, nobody, two captures, a shipping part by the return.
    ('00000000-0000-4000-8000-000000000007', 7, '2026-03-02 16:00+00', 'partially_returned', NULL, '', 1, 'EUR', 10, 8, 8, 2, 2, 7, NULL, 1, 'checkout'),
    -- From another system; three digits after the point.
    ('00000000-0000-4000-8000-000000000008', 8, '2019-06-30 23:30+00', 'fulfilled', NULL, 'old@example.com', 4, 'KWD', 1.235, 1.235, 1.235, 0, 0, 1.235, NULL, 1, 'bulk_create'),
    ('00000000-0000-4000-8000-000000000009', 9, '2026-03-02 17:00+00', 'draft', 2, 'bo@example.com', 2, 'USD', 1, 1, 1, 0, 0, 0, NULL, 1, 'draft'),
    ('00000000-0000-4000-8000-000000000010', 10, '2026-03-02 17:00+00', 'expired', 2, 'bo@example.com', 2, 'USD', 1, 1, 1, 0, 0, 0, NULL, 1, 'checkout');
INSERT INTO order_orderline (id, order_id, variant_id, quantity, currency, unit_price_net_amount, unit_price_gross_amount,
    total_price_net_amount, total_price_gross_amount, undiscounted_unit_price_net_amount, undiscounted_total_price_net_amount)
SELECT ('00000000-0000-4000-8000-1000000000' || lpad(n::text, 2, '0'))::uuid,
    ('00000000-0000-4000-8000-0000000000' || lpad(o::text, 2, '0'))::uuid, v, q, c, un, ug, tn, tg, uun, utn
FROM (VALUES
    (1, 1, 11, 2, 'USD', 9.5, 10.45, 19, 20.9, 10, 20),
    (2, 2, 12, 1, 'EUR', 90, 107.1, 90, 107.1, 100, 100),
    (3, 2, 11, 3, 'EUR', 2.8, 3.333, 8.4, 10, 2.8, 8.4),
    (4, 3, 11, 1, 'EUR', 20, 20, 20, 20, 20, 20),
    (5, 4, 11, 1, 'USD', 7.5, 7.5, 7.5, 7.5, 7.5, 7.5),
    (6, 5, 12, 1, 'USD', 30, 30, 30, 30, 30, 30),
    (7, 6, 11, 1, 'JPY', 1000, 1100, 1000, 1100, 1000, 1000),
    -- Older lines have no price before discounts.
    (8, 7, NULL, 2, 'EUR', 4, 4, 8, 8, 0, 0),
    (9, 8, 11, 1, 'KWD', 1.235, 1.235, 1.235, 1.235, 1.235, 1.235),
    (10, 9, 11, 1, 'USD', 1, 1, 1, 1, 1, 1), (11, 10, 11, 1, 'USD', 1, 1, 1, 1, 1, 1)
) AS line (n, o, v, q, c, un, ug, tn, tg, uun, utn);
INSERT INTO order_orderevent VALUES (1, '00000000-0000-4000-8000-000000000003', '2026-03-04 09:00+00', 'canceled');
INSERT INTO order_fulfillment VALUES (1, 1, '00000000-0000-4000-8000-000000000007', 'refunded', '2026-03-06 10:00+00', 2, 3);

INSERT INTO payment_transactionitem (id, order_id, name, currency, charged_value, refunded_value, payment_method_type) VALUES
    (1, '00000000-0000-4000-8000-000000000001', 'Card', 'USD', 26.4, 0, 'card'),
    (2, '00000000-0000-4000-8000-000000000002', 'Card', 'EUR', 0, 121.86, 'card'),
    (3, NULL, 'Card', 'EUR', 0, 0, 'card');
INSERT INTO order_ordergrantedrefund VALUES (1, '00000000-0000-4000-8000-000000000002', '2026-03-05 09:00+00', '2026-03-05 09:00+00', 111.86, 'EUR', 'Damaged', true);
INSERT INTO order_ordergrantedrefundline VALUES (1, 1, '00000000-0000-4000-8000-100000000002', 1);
INSERT INTO payment_transactionevent (id, transaction_id, created_at, type, amount_value, currency, psp_reference, include_in_calculations, related_granted_refund_id) VALUES
    (1, 1, '2026-03-02 10:01+00', 'charge_failure', 26.4, 'USD', 'a', true, NULL),
    (2, 1, '2026-03-02 10:05+00', 'charge_success', 26.4, 'USD', 'b', true, NULL),
    (3, 1, '2026-03-02 10:05+00', 'charge_success', 26.4, 'USD', 'b', false, NULL),
    -- A charge that failed after all, then one that did not.
    (4, 2, '2026-03-02 11:01+00', 'charge_success', 121.86, 'EUR', 'c', true, NULL),
    (5, 2, '2026-03-02 11:02+00', 'charge_failure', 121.86, 'EUR', 'c', true, NULL),
    (6, 2, '2026-03-02 11:05+00', 'charge_success', 121.86, 'EUR', 'd', true, NULL),
    (7, 2, '2026-03-05 10:00+00', 'refund_success', 111.86, 'EUR', 'e', true, 1),
    (8, 2, '2026-03-06 10:00+00', 'refund_success', 10, 'EUR', 'f', true, NULL),
    (9, 3, '2026-03-02 11:05+00', 'charge_success', 5, 'EUR', 'g', true, NULL);
INSERT INTO payment_payment (id, gateway, charge_status, total, captured_amount, currency, order_id) VALUES
    (3, 'app:saleor.stripe', 'fully-refunded', 20, 0, 'EUR', '00000000-0000-4000-8000-000000000003'),
    (5, 'app:saleor.stripe', 'partially-refunded', 42, 20, 'USD', '00000000-0000-4000-8000-000000000005'),
    (6, 'manual', 'fully-refunded', 800, 0, 'JPY', '00000000-0000-4000-8000-000000000006'),
    (7, 'app:saleor.stripe', 'partially-refunded', 10, 7, 'EUR', '00000000-0000-4000-8000-000000000007'),
    (8, 'manual', 'fully-charged', 1.235, 1.235, 'KWD', '00000000-0000-4000-8000-000000000008'),
    (9, 'app:saleor.stripe', 'not-charged', 5, 0, 'EUR', NULL);
INSERT INTO payment_transaction (id, payment_id, created_at, kind, is_success, amount, currency, error) VALUES
    (1, 3, '2026-03-02 12:01+00', 'auth', true, 20, 'EUR', NULL), (2, 3, '2026-03-02 12:05+00', 'capture', true, 20, 'EUR', NULL),
    (3, 3, '2026-03-04 09:00+00', 'refund', true, 20, 'EUR', NULL),
    (4, 5, '2026-03-02 14:01+00', 'capture', false, 42, 'USD', 'no funds'), (5, 5, '2026-03-02 14:05+00', 'capture', true, 42, 'USD', NULL),
    (6, 5, '2026-03-02 18:00+00', 'refund', true, 12, 'USD', NULL), (7, 5, '2026-03-07 10:00+00', 'refund', true, 10, 'USD', NULL),
    (8, 5, '2026-03-07 11:00+00', 'refund', false, 10, 'USD', 'refused'),
    (9, 6, '2026-03-02 15:05+00', 'external', true, 800, 'JPY', NULL), (10, 6, '2026-03-08 10:00+00', 'refund', true, 800, 'JPY', NULL),
    (11, 7, '2026-03-02 16:05+00', 'capture', true, 6, 'EUR', NULL), (12, 7, '2026-03-09 08:00+00', 'capture', true, 4, 'EUR', NULL),
    (13, 7, '2026-03-06 10:00:01+00', 'refund', true, 3, 'EUR', NULL),
    (14, 8, '2019-07-01 00:00+00', 'external', true, 1.235, 'KWD', NULL);
