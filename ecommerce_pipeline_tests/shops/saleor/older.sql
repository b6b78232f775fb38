-- Saleor 3.20.
ALTER TABLE order_order DROP COLUMN lines_count;
ALTER TABLE order_orderline DROP COLUMN price_override_reason;
ALTER TABLE payment_transactionitem DROP COLUMN payment_method_type;
