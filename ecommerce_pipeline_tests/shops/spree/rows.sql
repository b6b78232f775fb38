-- All on 2 March 2026, but for the old import.
INSERT INTO spree_stores VALUES (1, 'Shop', 'EUR', true);
INSERT INTO spree_countries VALUES (1, 'PT', 'Portugal');
INSERT INTO spree_addresses (id, firstname, lastname, city, country_id) VALUES (1, 'Ana', 'Sousa', 'Lisboa', 1);
INSERT INTO spree_users (id, email, ship_address_id) VALUES (1, 'ana@example.com', 1), (2, 'bo@example.com', NULL);
INSERT INTO spree_products (id, name, slug, deleted_at) VALUES (1, 'Mug', 'mug', NULL), (2, 'Lamp', 'lamp', NULL), (3, 'Chair', 'chair', '2026-03-03');
INSERT INTO spree_variants (id, product_id, sku, is_master, cost_price, deleted_at) VALUES
    (11, 1, 'MUG', true, 4, NULL), (12, 1, 'MUG-R', false, 4, NULL), (21, 2, '', true, NULL, NULL), (31, 3, 'CHAIR', true, 2, '2026-03-03');
INSERT INTO spree_prices (id, variant_id, amount, currency) VALUES (1, 12, 9.5, 'EUR'), (2, 12, 10, 'USD');
INSERT INTO spree_taxons (id, parent_id, taxonomy_id, name) VALUES (1, NULL, 1, 'Home'), (2, 1, 1, 'Kitchen');
INSERT INTO spree_products_taxons VALUES (1, 2, 1);
INSERT INTO spree_payment_methods (id, type, name) VALUES (1, 'Spree::Gateway', 'Card'), (2, 'Spree::PaymentMethod::Check', NULL);

INSERT INTO spree_orders (id, number, state, email, user_id, currency, item_total, shipment_total, adjustment_total,
    additional_tax_total, included_tax_total, total, payment_total, completed_at, canceled_at) VALUES
    -- A guest; tax on top, promotions of a line and of shipping; a first payment that failed.
    (1, 'R1', 'complete', 'guest@example.com', NULL, 'USD', 20, 6, 0.4, 2.4, 0, 26.4, 26.4, '2026-03-02 10:00', NULL),
    -- Tax included, a promotion of the order; a return refunded, then shipping.
    (2, 'R2', 'returned', 'ana@example.com', 1, 'EUR', 128.99, 4.76, -21.9, 0, 19.46, 111.85, 0, '2026-03-02 11:00', NULL),
    -- Cancelled; its payment is void.
    (3, 'R3', 'canceled', 'bo@example.com', 2, 'EUR', 20, 0, 0, 0, 0, 20, 0, '2026-03-02 12:00', NULL),
    -- Resumed after it was cancelled; not paid.
    (4, 'R4', 'resumed', 'bo@example.com', 2, 'USD', 7.5, 0, 0, 0, 0, 7.5, 0, '2026-03-02 13:00', '2026-03-02 13:30'),
    -- A line was removed after payment, its money returned; later 10.00 for goodwill.
    (5, 'R5', 'complete', 'bo@example.com', 2, 'USD', 30, 0, 0, 0, 0, 30, 20, '2026-03-02 14:00', NULL),
    -- Yen; a fee of the order; refunded as a whole.
    (6, 'R6', 'complete', 'kei@example.jp', NULL, 'JPY', 1000, 0, 101, 100, 0, 1101, 0, '2026-03-02 15:00', NULL),
    -- A deleted product, nobody, two payments; a return paid back as store credit.
    (7, 'R7', 'returned', NULL, NULL, 'EUR', 8, 0, 0, 0, 0, 8, 8, '2026-03-02 16:00', NULL),
    -- From another system, of an account that is gone.
    (8, 'R8', 'complete', 'old@example.com', 99, 'KWD', 1.24, 0, 0, 0, 0, 1.24, 1.24, '2019-06-30 23:30', NULL),
    (9, 'R9', 'cart', NULL, 2, 'USD', 1, 0, 0, 0, 0, 1, 0, NULL, NULL), (10, 'R10', 'payment', NULL, 2, 'USD', 1, 0, 0, 0, 0, 1, 0, NULL, NULL);
INSERT INTO spree_line_items (id, order_id, variant_id, quantity, price, adjustment_total, promo_total, additional_tax_total, included_tax_total) VALUES
    (1, 1, 12, 2, 10, 0.9, -1, 1.9, 0),
    (2, 2, 21, 1, 119, -11.9, -11.9, 0, 17.1), (3, 2, 12, 3, 3.33, 0, 0, 0, 1.6),
    (4, 3, 12, 1, 20, 0, 0, 0, 0), (5, 4, 12, 1, 7.5, 0, 0, 0, 0), (6, 5, 21, 1, 30, 0, 0, 0, 0),
    (7, 6, 12, 1, 1000, 100, 0, 100, 0), (8, 7, 31, 2, 4, 0, 0, 0, 0), (9, 8, 12, 1, 1.24, 0, 0, 0, 0), (10, 9, 12, 1, 1, 0, 0, 0, 0);
INSERT INTO spree_adjustments (id, order_id, adjustable_type, adjustable_id, source_type, amount, eligible) VALUES
    (1, 1, 'Spree::LineItem', 1, 'Spree::PromotionAction', -1, true),
    (2, 1, 'Spree::LineItem', 1, 'Spree::PromotionAction', -5, false),
    (3, 1, 'Spree::LineItem', 1, 'Spree::TaxRate', 1.9, true),
    (4, 1, 'Spree::Shipment', 1, 'Spree::PromotionAction', -1, true), (5, 1, 'Spree::Shipment', 1, 'Spree::TaxRate', 0.5, true),
    (6, 2, 'Spree::LineItem', 2, 'Spree::PromotionAction', -11.9, true), (7, 2, 'Spree::Order', 2, 'Spree::PromotionAction', -10, true),
    (8, 2, 'Spree::Order', 2, 'Spree::PromotionAction', -3, false),
    (9, 6, 'Spree::LineItem', 7, 'Spree::TaxRate', 100, true), (10, 6, 'Spree::Order', 6, NULL, 1, true);
INSERT INTO spree_shipments (id, order_id, cost, adjustment_total, promo_total, additional_tax_total, included_tax_total) VALUES
    (1, 1, 6, -0.5, -1, 0.5, 0), (2, 2, 4.76, 0, 0, 0, 0.76);
INSERT INTO spree_payments (id, order_id, payment_method_id, amount, state, created_at) VALUES
    (1, 1, 1, 26.4, 'failed', '2026-03-02 10:01'), (2, 1, 1, 26.4, 'completed', '2026-03-02 10:05'),
    (3, 2, 1, 111.85, 'completed', '2026-03-02 11:05'), (4, 3, 1, 20, 'void', '2026-03-02 12:05'),
    (5, 4, 1, 7.5, 'pending', '2026-03-02 13:05'), (6, 5, 1, 42, 'completed', '2026-03-02 14:05'),
    (7, 6, 1, 1101, 'completed', '2026-03-02 15:05'), (8, 7, 1, 5, 'completed', '2026-03-02 16:05'),
    (9, 7, 2, 3, 'completed', '2026-03-09 08:00'), (10, 8, 2, 1.24, 'completed', '2019-07-01 00:00'), (11, 9, 1, 1, 'checkout', '2026-03-02 17:00');
INSERT INTO spree_refund_reasons VALUES (1, 'Return processing');
INSERT INTO spree_reimbursements (id, order_id, total) VALUES (1, 2, 107.1), (2, 7, 4);
INSERT INTO spree_reimbursement_credits (id, reimbursement_id, amount, creditable_type, created_at) VALUES (1, 2, 4, 'Spree::StoreCredit', '2026-03-06 10:00');
INSERT INTO spree_inventory_units (id, line_item_id, state) VALUES (1, 2, 'returned'), (2, 8, 'returned');
INSERT INTO spree_return_items (id, inventory_unit_id, reimbursement_id, pre_tax_amount, included_tax_total) VALUES (1, 1, 1, 90, 17.1), (2, 2, 2, 4, 0);
INSERT INTO spree_refunds (id, payment_id, amount, transaction_id, refund_reason_id, reimbursement_id, created_at) VALUES
    (1, 3, 107.1, 're_1', 1, 1, '2026-03-05 10:00'), (2, 3, 4.75, 're_2', NULL, NULL, '2026-03-06 10:00'),
    (3, 6, 12, 're_3', NULL, NULL, '2026-03-02 18:00'), (4, 6, 10, 're_4', NULL, NULL, '2026-03-07 10:00'),
    (5, 7, 1101, 're_5', NULL, NULL, '2026-03-08 10:00');
INSERT INTO spree_promotions VALUES (1, 'Spring', 'SPRING');
INSERT INTO spree_order_promotions VALUES (1, 1, 1);
UPDATE spree_orders SET status = CASE WHEN completed_at IS NULL THEN 'draft' WHEN state = 'canceled' THEN 'canceled' ELSE 'placed' END;
