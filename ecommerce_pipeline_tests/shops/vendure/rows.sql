-- All on 2 March 2026, but for the old import. Amounts are hundredths.
INSERT INTO channel VALUES (1, '__default_channel__', 'en', 'EUR'), (2, 'web', 'en', 'EUR');
-- 4 is a guest; 3 was deleted.
INSERT INTO customer (id, "emailAddress", "firstName", "userId", "deletedAt") VALUES
    (1, 'ana@example.com', 'Ana', 11, NULL), (2, 'bo@example.com', 'Bo', 12, NULL), (3, 'gone', '', 13, '2026-01-05'),
    (4, 'guest@example.com', '', NULL, NULL), (5, 'kei@example.jp', '', NULL, NULL);
INSERT INTO region VALUES (1, 'PT');
INSERT INTO address (id, "customerId", city, "countryId", "defaultShippingAddress") VALUES (1, 1, 'Porto', 1, false), (2, 1, 'Lisboa', 1, true);
INSERT INTO product (id, "deletedAt") VALUES (1, NULL), (2, '2026-03-03');
INSERT INTO product_variant (id, sku, "productId", "deletedAt") VALUES (1, 'MUG', 1, NULL), (2, 'LAMP', 1, NULL), (3, 'CHAIR', 2, '2026-03-03');
INSERT INTO product_variant_translation (id, "languageCode", name, "baseId") VALUES (1, 'de', 'Becher', 1), (2, 'en', 'Mug', 1), (3, 'de', 'Lampe', 2);
INSERT INTO product_variant_price (id, "currencyCode", "channelId", price, "variantId") VALUES (1, 'EUR', 1, 950, 1), (2, 'USD', 1, 1000, 1);
INSERT INTO collection VALUES (1, NULL, true, 0), (2, 1, false, 0), (3, 2, false, 0);
INSERT INTO collection_translation (id, "languageCode", name, "baseId") VALUES (1, 'en', 'Home', 2), (2, 'en', 'Kitchen', 3);
INSERT INTO collection_product_variants_product_variant VALUES (2, 1), (3, 1);
INSERT INTO payment_method (id, code) VALUES (1, 'card'), (2, 'invoice');

INSERT INTO "order" (id, type, code, state, active, "orderPlacedAt", "currencyCode", "customerId", "subTotal", "subTotalWithTax", shipping, "shippingWithTax", "couponCodes") VALUES
    -- A guest; tax on top, promotions of a line and of shipping; a first payment that was declined.
    (1, 'Regular', 'A1', 'Delivered', false, '2026-03-02 10:00', 'USD', 4, 1900, 2090, 500, 550, 'SPRING'),
    -- Tax included, discounts of a line and of the order; one line returned and refunded, then 4.75 without a line.
    (2, 'Aggregate', 'A2', 'Delivered', false, '2026-03-02 11:00', 'EUR', 1, 839, 999, 400, 476, ''),
    -- Cancelled, refunded without lines: Vendure's own total is 0.
    (3, 'Regular', 'A3', 'Cancelled', false, '2026-03-02 12:00', 'EUR', 2, 0, 0, 0, 0, ''),
    -- Authorized only.
    (4, 'Regular', 'A4', 'PaymentAuthorized', false, '2026-03-02 13:00', 'USD', 2, 750, 750, 0, 0, ''),
    -- A line was removed and one added after payment, the rest paid back; later 10.00 for goodwill.
    (5, 'Regular', 'A5', 'Delivered', false, '2026-03-02 14:00', 'USD', 2, 3000, 3000, 0, 0, ''),
    -- Yen, which Vendure keeps in hundredths too; a surcharge; refunded as a whole.
    (6, 'Regular', 'A6', 'Delivered', false, '2026-03-02 15:00', 'JPY', 5, 100100, 110100, 0, 0, ''),
    -- A deleted product, nobody, two payments, and one refund request over both.
    (7, 'Regular', 'A7', 'Delivered', false, '2026-03-02 16:00', 'EUR', NULL, 400, 400, 100, 100, ''),
    -- From another system, of a customer who is gone.
    (8, 'Regular', 'A8', 'Delivered', false, '2019-06-30 23:30', 'KWD', 3, 124, 124, 0, 0, ''),
    (9, 'Regular', 'C1', 'AddingItems', true, NULL, 'EUR', 2, 100, 100, 0, 0, ''), (10, 'Regular', 'C2', 'Draft', false, NULL, 'EUR', 2, 100, 100, 0, 0, ''),
    (11, 'Seller', 'A2-1', 'Delivered', false, '2026-03-02 11:00', 'EUR', 1, 839, 999, 400, 476, '');
INSERT INTO order_channels_channel VALUES (1, 1), (1, 2), (2, 1), (2, 2), (3, 1);
INSERT INTO order_line (id, "orderId", "productVariantId", quantity, "orderPlacedQuantity", "listPrice", "listPriceIncludesTax", adjustments, "taxLines") VALUES
    (1, 1, 1, 2, 2, 1000, false, '[{"type": "PROMOTION", "adjustmentSource": "PROMOTION:1", "amount": -100}]', '[{"taxRate": 6}, {"taxRate": 4}]'),
    (2, 2, 2, 0, 1, 11900, true, '[{"type": "PROMOTION", "amount": -1190}, {"type": "DISTRIBUTED_ORDER_PROMOTION", "amount": -1000}]', '[{"taxRate": 19}]'),
    (3, 2, 1, 3, 3, 333, true, '[]', '[{"taxRate": 19}]'),
    (4, 3, 1, 0, 1, 2000, true, '[]', '[]'), (5, 4, 1, 1, 1, 750, false, '[]', '[]'),
    (6, 5, 2, 1, 0, 3000, false, '[]', '[]'), (7, 5, 1, 0, 1, 4200, false, '[]', '[]'),
    (8, 6, 1, 1, 1, 100000, false, '[]', '[{"taxRate": 10}]'), (9, 7, 3, 1, 2, 400, true, '[]', '[]'),
    (10, 8, 1, 1, 1, 124, true, '[]', '[]'), (11, 9, 1, 1, 0, 100, true, '[]', '[]'), (12, 11, 1, 3, 3, 333, true, '[]', '[]');
INSERT INTO shipping_line (id, "orderId", "listPrice", "listPriceIncludesTax", adjustments, "taxLines") VALUES
    (1, 1, 600, false, '[{"type": "PROMOTION", "adjustmentSource": "PROMOTION:2", "amount": -100}]', '[{"taxRate": 10}]'),
    (2, 2, 476, true, '[]', '[{"taxRate": 19}]'),
    (3, 3, 500, true, '[{"type": "OTHER", "adjustmentSource": "CANCEL_ORDER", "amount": -500}]', '[]'),
    (4, 7, 100, true, '[]', '[]');
INSERT INTO surcharge (id, "orderId", description, "listPrice", "listPriceIncludesTax", "taxLines") VALUES (1, 6, 'Gift wrapping', 100, true, '[]');
INSERT INTO payment (id, "orderId", method, amount, state, "createdAt", "errorMessage") VALUES
    (1, 1, 'card', 2640, 'Declined', '2026-03-02 10:01', 'no funds'), (2, 1, 'card', 2640, 'Settled', '2026-03-02 10:05', NULL),
    (3, 2, 'card', 11185, 'Settled', '2026-03-02 11:05', NULL), (4, 3, 'card', 2500, 'Settled', '2026-03-02 12:05', NULL),
    (5, 4, 'card', 750, 'Authorized', '2026-03-02 13:05', NULL), (6, 5, 'card', 4200, 'Settled', '2026-03-02 14:05', NULL),
    (7, 6, 'card', 110100, 'Settled', '2026-03-02 15:05', NULL), (8, 7, 'card', 500, 'Settled', '2026-03-02 16:05', NULL),
    (9, 7, 'invoice', 400, 'Settled', '2026-03-09 08:00', NULL), (10, 8, 'invoice', 124, 'Settled', '2019-07-01 00:00', NULL);
INSERT INTO refund (id, "paymentId", items, shipping, adjustment, total, method, reason, state, "createdAt") VALUES
    (1, 3, 9710, 0, 0, 9710, 'card', 'Damaged', 'Settled', '2026-03-05 10:00'), (2, 3, 0, 0, 0, 475, 'card', NULL, 'Settled', '2026-03-06 10:00'),
    (3, 4, 2000, 500, 0, 2500, 'card', NULL, 'Settled', '2026-03-04 09:00'),
    (4, 6, 0, 0, 0, 1200, 'card', NULL, 'Settled', '2026-03-02 18:00'), (5, 6, 0, 0, 0, 1000, 'card', NULL, 'Settled', '2026-03-07 10:00'),
    (6, 6, 0, 0, 0, 1000, 'card', NULL, 'Failed', '2026-03-07 09:00'), (7, 7, 0, 0, 0, 110100, 'card', NULL, 'Settled', '2026-03-08 10:00'),
    (8, 8, 400, 100, 0, 250, 'card', NULL, 'Settled', '2026-03-10 10:00'), (9, 9, 400, 100, 0, 250, 'invoice', NULL, 'Settled', '2026-03-10 10:00:01');
INSERT INTO order_line_reference (id, quantity, "orderLineId", "refundId", discriminator) VALUES
    (1, 1, 2, 1, 'RefundLine'), (3, 1, 9, 8, 'RefundLine'), (4, 1, 9, 9, 'RefundLine'), (5, 2, 1, NULL, 'FulfillmentLine');
INSERT INTO history_entry (id, "createdAt", type, data, "orderId") VALUES (1, '2026-03-04 09:00', 'ORDER_STATE_TRANSITION', '{"from": "PaymentSettled", "to": "Cancelled"}', 3);
