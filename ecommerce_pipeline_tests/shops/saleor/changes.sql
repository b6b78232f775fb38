-- Each statement changes something that a row of the view named is made of: the view's updated_at must say so.
UPDATE order_order SET status = 'canceled', updated_at = :now WHERE number = 4; -- transactions transaction_items
UPDATE payment_payment SET captured_amount = 1, modified_at = :now WHERE id = 5; -- payment_attempts refunds
INSERT INTO payment_transactionevent VALUES (20, 1, :now, 'charge_success', 1, 'USD', 'z'); -- payment_attempts
INSERT INTO payment_transaction VALUES (20, 8, :now, 'refund', true, false, 1, 'KWD'); -- refunds
UPDATE order_ordergrantedrefund SET reason = 'Late', updated_at = :now WHERE id = 1; -- refunds
UPDATE product_product SET name = 'Cup', updated_at = :now WHERE id = 1; -- products
UPDATE account_user SET first_name = 'Ana', updated_at = :now WHERE id = 1; -- customers
