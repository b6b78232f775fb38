-- Each statement changes something that a row of the view named is made of: the view's updated_at must say so.
UPDATE "order" SET canceled_at = :now, updated_at = :now WHERE id = 'o4_unpaid'; -- transactions transaction_items
UPDATE order_line_item_adjustment SET amount = 2, updated_at = :now WHERE id = 'a1'; -- transactions transaction_items
UPDATE order_line_item_tax_line SET rate = 7, updated_at = :now WHERE id = 't2'; -- transactions transaction_items refunds
UPDATE order_shipping_method SET amount = 5, updated_at = :now WHERE id = 'm2'; -- transactions refunds
INSERT INTO capture VALUES ('c4', 'p5', 3, :now, :now); -- payment_attempts refunds
UPDATE refund SET amount = 9, updated_at = :now WHERE id = 'r5a'; -- refunds
UPDATE product SET title = 'Cup', updated_at = :now WHERE id = 'prod_1'; -- products
UPDATE customer_address SET city = 'Faro', updated_at = :now WHERE id = 'ad_2'; -- customers
