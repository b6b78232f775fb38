-- All on 2 March 2026, but for the old import; what nothing is said of changed last in January.
INSERT INTO currency VALUES ('usd', 'US Dollar', 2), ('eur', 'Euro', 2), ('jpy', 'Yen', 0), ('kwd', 'Kuwaiti Dinar', 3);
INSERT INTO store_currency VALUES ('sc_1', 'eur', true), ('sc_2', 'usd', false);
INSERT INTO sales_channel VALUES ('sc_web', 'Webshop');
-- cus_g is a guest's row beside the account of the same person; cus_3 was deleted.
INSERT INTO customer (id, email, has_account, first_name, deleted_at) VALUES
    ('cus_1', 'ana@example.com', true, 'Ana', NULL), ('cus_2', 'bo@example.com', true, 'Bo', NULL),
    ('cus_g', 'ana@example.com', false, NULL, NULL), ('cus_3', NULL, true, NULL, '2026-01-05');
INSERT INTO customer_address (id, customer_id, city, country_code, is_default_shipping) VALUES
    ('ad_1', 'cus_1', 'Porto', 'pt', false), ('ad_2', 'cus_1', 'Lisboa', 'pt', true);
INSERT INTO product (id, title, handle, status, deleted_at) VALUES
    ('prod_1', 'Mug', 'mug', 'published', NULL), ('prod_2', 'Lamp', 'lamp', 'draft', NULL),
    ('prod_3', 'Chair', 'chair', 'published', '2026-03-03');
INSERT INTO product_variant (id, product_id, title, sku, deleted_at) VALUES
    ('var_1', 'prod_1', 'Red', 'MUG-R', NULL), ('var_2', 'prod_2', 'Default variant', 'LAMP', NULL),
    ('var_3', 'prod_3', 'Oak', 'CHAIR-O', '2026-03-03');
INSERT INTO product_category (id, name, mpath) VALUES ('pc_1', 'Home', 'pc_1'), ('pc_2', 'Kitchen', 'pc_1.pc_2');
INSERT INTO product_category_product VALUES ('prod_1', 'pc_2');
INSERT INTO product_variant_price_set VALUES ('var_1', 'ps_1');
INSERT INTO price (id, price_set_id, currency_code, amount, min_quantity) VALUES
    ('pr_1', 'ps_1', 'eur', 9.5, NULL), ('pr_2', 'ps_1', 'usd', 10, NULL), ('pr_3', 'ps_1', 'eur', 8, 10);
INSERT INTO payment_provider (id) VALUES ('pp_stripe_stripe'), ('pp_system_default');

INSERT INTO "order" (id, version, status, is_draft_order, email, customer_id, currency_code, sales_channel_id,
    created_at, canceled_at, deleted_at) VALUES
    -- A guest, tax on top, a discount of a line, a first payment that failed.
    ('o1_guest', 1, 'pending', false, 'ana@example.com', 'cus_g', 'usd', 'sc_web', '2026-03-02 10:00+00', NULL, NULL),
    -- Tax included; refunded in two parts, shipping with the second.
    ('o2_refunded', 1, 'completed', false, 'ana@example.com', 'cus_1', 'eur', 'sc_web', '2026-03-02 11:00+00', NULL, NULL),
    -- Cancelled, then archived; its payment was refunded.
    ('o3_cancelled', 2, 'archived', false, 'bo@example.com', 'cus_2', 'eur', NULL, '2026-03-02 12:00+00', '2026-03-04 09:00+00', NULL),
    ('o4_unpaid', 1, 'pending', false, 'bo@example.com', 'cus_2', 'usd', NULL, '2026-03-02 13:00+00', NULL, NULL),
    -- A line was removed after payment, its money returned; later 10.00 for goodwill. A second edit is pending.
    ('o5_edited', 2, 'pending', false, 'bo@example.com', 'cus_2', 'usd', NULL, '2026-03-02 14:00+00', NULL, NULL),
    -- Yen, with prices of one unit that have digits after the point; refunded as a whole.
    ('o6_yen', 1, 'completed', false, 'kei@example.jp', NULL, 'jpy', NULL, '2026-03-02 15:00+00', NULL, NULL),
    -- A deleted product and a line without one; nobody is known. Paid in two captures.
    ('o7_deleted_product', 1, 'completed', false, NULL, NULL, 'eur', NULL, '2026-03-02 16:00+00', NULL, NULL),
    -- From another system, of a customer who is gone; three digits after the point.
    ('o8_import', 1, 'completed', false, 'old@example.com', 'cus_3', 'kwd', NULL, '2019-06-30 23:30+00', NULL, NULL),
    ('x1_draft', 1, 'draft', true, 'bo@example.com', 'cus_2', 'usd', NULL, '2026-03-02 17:00+00', NULL, NULL),
    ('x2_draft_archived', 1, 'archived', true, 'bo@example.com', 'cus_2', 'usd', NULL, '2026-03-02 17:00+00', NULL, NULL),
    ('x3_deleted', 1, 'pending', false, 'bo@example.com', 'cus_2', 'usd', NULL, '2026-03-02 17:00+00', NULL, '2026-03-02 17:00:05+00');

INSERT INTO order_line_item (id, title, variant_id, unit_price, is_tax_inclusive) VALUES
    ('l1', 'Mug', 'var_1', 10, false),
    ('l2', 'Lamp', 'var_2', 119, true), ('l3', 'Ribbon', 'var_1', 3.333, true),
    ('l4', 'Mug', 'var_1', 20, true),
    ('l5', 'Mug', 'var_1', 7.5, false),
    ('l6', 'Lamp', 'var_2', 30, false), ('l7', 'Mug', 'var_1', 12, false), ('l7p', 'Mug', 'var_1', 99, false),
    ('l8', 'Mug', 'var_1', 400, false), ('l9', 'Pin', 'var_1', 0.4, false),
    ('l10', 'Chair', 'var_3', 5, false), ('l11', 'Repair', NULL, 2, false),
    ('l12', 'Mug', 'var_1', 1.2345, false),
    ('x1', 'Mug', 'var_1', 1, false), ('x2', 'Mug', 'var_1', 1, false), ('x3', 'Mug', 'var_1', 1, false);
INSERT INTO order_item (id, order_id, version, item_id, quantity, unit_price) VALUES
    ('i1', 'o1_guest', 1, 'l1', 2, NULL),
    ('i2', 'o2_refunded', 1, 'l2', 1, NULL), ('i3', 'o2_refunded', 1, 'l3', 3, NULL),
    ('i4', 'o3_cancelled', 1, 'l4', 1, NULL), ('i5', 'o3_cancelled', 2, 'l4', 1, NULL),
    ('i6', 'o4_unpaid', 1, 'l5', 1, NULL),
    ('i7', 'o5_edited', 1, 'l6', 1, NULL), ('i8', 'o5_edited', 1, 'l7', 1, NULL), ('i9', 'o5_edited', 2, 'l6', 1, NULL),
    -- The price of the order's line is what counts.
    ('i10', 'o6_yen', 1, 'l8', 3, 333.4), ('i11', 'o6_yen', 1, 'l9', 1, NULL),
    ('i12', 'o7_deleted_product', 1, 'l10', 1, NULL), ('i13', 'o7_deleted_product', 1, 'l11', 1.5, NULL),
    ('i14', 'o8_import', 1, 'l12', 1, NULL),
    ('i15', 'x1_draft', 1, 'x1', 1, NULL), ('i16', 'x2_draft_archived', 1, 'x2', 1, NULL), ('i17', 'x3_deleted', 1, 'x3', 1, NULL);
INSERT INTO order_line_item_tax_line (id, item_id, code, rate) VALUES
    ('t1', 'l1', 'state', 6), ('t1b', 'l1', 'city', 4),
    ('t2', 'l2', 'vat', 19), ('t3', 'l3', 'vat', 19),
    ('t8', 'l8', 'jct', 10), ('t9', 'l9', 'jct', 10);
INSERT INTO order_line_item_adjustment (id, item_id, version, amount, is_tax_inclusive, code, deleted_at) VALUES
    ('a1', 'l1', 1, 1, false, 'SPRING', NULL), ('a1x', 'l1', 1, 5, false, 'GONE', '2026-03-02'),
    ('a2', 'l2', 1, 11.9, true, 'TENTH', NULL);
INSERT INTO order_shipping_method (id, name, amount, is_tax_inclusive) VALUES
    ('m1', 'Post', 6, false), ('m2', 'Post', 4.76, true);
INSERT INTO order_shipping (id, order_id, version, shipping_method_id) VALUES
    ('s1', 'o1_guest', 1, 'm1'), ('s2', 'o2_refunded', 1, 'm2');
INSERT INTO order_shipping_method_tax_line (id, shipping_method_id, code, rate) VALUES ('st1', 'm1', 'state', 10), ('st2', 'm2', 'vat', 19);
INSERT INTO order_shipping_method_adjustment (id, shipping_method_id, version, amount) VALUES ('sa1', 'm1', 1, 1);
INSERT INTO order_credit_line (id, order_id, version, amount) VALUES ('cl1', 'o3_cancelled', 2, 20), ('cl2', 'o5_edited', 2, 10);
INSERT INTO order_summary (id, order_id, version, totals) VALUES
    ('su1', 'o1_guest', 1, '{"current_order_total": 26.4}'), ('su2', 'o2_refunded', 1, '{"current_order_total": 121.859}'),
    ('su3', 'o3_cancelled', 1, '{"current_order_total": 20}'), ('su3b', 'o3_cancelled', 2, '{"current_order_total": 0}'),
    ('su4', 'o4_unpaid', 1, '{"current_order_total": 7.5}'), ('su5', 'o5_edited', 2, '{"current_order_total": 20}'),
    ('su6', 'o6_yen', 1, '{"current_order_total": 1100.66}'), ('su7', 'o7_deleted_product', 1, '{"current_order_total": 8}'),
    ('su8', 'o8_import', 1, '{"current_order_total": 1.2345}');

INSERT INTO order_payment_collection (order_id, payment_collection_id, deleted_at) VALUES
    ('o1_guest', 'pc1', NULL), ('o2_refunded', 'pc2', NULL), ('o3_cancelled', 'pc3', NULL), ('o4_unpaid', 'pc4', NULL),
    ('o5_edited', 'pc5', NULL), ('o6_yen', 'pc6', NULL), ('o7_deleted_product', 'pc7', NULL), ('o8_import', 'pc8', NULL),
    ('o4_unpaid', 'pc2', '2026-03-02');
INSERT INTO payment_session (id, payment_collection_id, provider_id, amount, currency_code, status) VALUES
    ('ps1a', 'pc1', 'pp_stripe_stripe', 26.4, 'usd', 'error'), ('ps1', 'pc1', 'pp_stripe_stripe', 26.4, 'usd', 'captured'),
    ('ps2', 'pc2', 'pp_stripe_stripe', 121.86, 'eur', 'captured'), ('ps3', 'pc3', 'pp_stripe_stripe', 20, 'eur', 'captured'),
    ('ps4', 'pc4', 'pp_stripe_stripe', 7.5, 'usd', 'pending'), ('ps5', 'pc5', 'pp_stripe_stripe', 42, 'usd', 'captured'),
    ('ps6', 'pc6', 'pp_stripe_stripe', 1101, 'jpy', 'captured'), ('ps7', 'pc7', 'pp_stripe_stripe', 8, 'eur', 'captured'),
    ('ps8', 'pc8', 'pp_system_default', 1.235, 'kwd', 'captured'), ('psx', 'pc_of_a_cart', 'pp_stripe_stripe', 5, 'eur', 'error');
INSERT INTO payment (id, payment_collection_id, payment_session_id, amount, currency_code, provider_id) VALUES
    ('p1', 'pc1', 'ps1', 26.4, 'usd', 'pp_stripe_stripe'), ('p2', 'pc2', 'ps2', 121.86, 'eur', 'pp_stripe_stripe'),
    ('p3', 'pc3', 'ps3', 20, 'eur', 'pp_stripe_stripe'), ('p5', 'pc5', 'ps5', 42, 'usd', 'pp_stripe_stripe'),
    ('p6', 'pc6', 'ps6', 1101, 'jpy', 'pp_stripe_stripe'), ('p7', 'pc7', 'ps7', 8, 'eur', 'pp_stripe_stripe'),
    ('p8', 'pc8', 'ps8', 1.235, 'kwd', 'pp_system_default');
INSERT INTO capture (id, payment_id, amount, created_at) VALUES
    ('c1', 'p1', 26.4, '2026-03-02 10:05+00'), ('c2', 'p2', 121.86, '2026-03-02 11:05+00'), ('c3', 'p3', 20, '2026-03-02 12:05+00'),
    ('c5', 'p5', 42, '2026-03-02 14:05+00'), ('c6', 'p6', 1101, '2026-03-02 15:05+00'), ('c7a', 'p7', 5, '2026-03-02 16:05+00'),
    ('c7b', 'p7', 3, '2026-03-09 08:00+00'), ('c8', 'p8', 1.235, '2019-07-01 00:00+00');
INSERT INTO order_transaction (id, order_id, amount, currency_code, reference, reference_id)
SELECT 'tx_' || c.id, l.order_id, c.amount, p.currency_code, 'capture', c.id
FROM capture AS c JOIN payment AS p ON p.id = c.payment_id
JOIN order_payment_collection AS l USING (payment_collection_id) WHERE l.deleted_at IS NULL;
INSERT INTO refund_reason (id, code, label) VALUES ('rr1', 'damaged', 'Damaged');
INSERT INTO refund (id, payment_id, amount, refund_reason_id, created_at) VALUES
    ('r2a', 'p2', 50, 'rr1', '2026-03-05 10:00+00'), ('r2b', 'p2', 71.86, NULL, '2026-03-06 10:00+00'),
    ('r3', 'p3', 20, NULL, '2026-03-04 09:00+00'),
    ('r5a', 'p5', 12, NULL, '2026-03-02 18:00+00'), ('r5b', 'p5', 10, NULL, '2026-03-07 10:00+00'),
    ('r6', 'p6', 1101, NULL, '2026-03-08 10:00+00');
