-- Each statement changes something that a row of the view named is made of: the view's updated_at must say so.
UPDATE "order" SET state = 'Cancelled', "updatedAt" = :now WHERE id = 4; -- transactions transaction_items
UPDATE order_line SET quantity = 1, "updatedAt" = :now WHERE id = 3; -- transactions transaction_items refunds
UPDATE shipping_line SET "listPrice" = 400, "updatedAt" = :now WHERE id = 2; -- transactions refunds
UPDATE surcharge SET "listPrice" = 400, "updatedAt" = :now WHERE id = 1; -- transactions
UPDATE payment SET state = 'Cancelled', "updatedAt" = :now WHERE id = 3; -- payment_attempts refunds
UPDATE refund SET state = 'Failed', "updatedAt" = :now WHERE id = 8; -- transactions transaction_items
UPDATE refund SET total = 900, "updatedAt" = :now WHERE id = 5; -- refunds
UPDATE product_variant_price SET price = 1, "updatedAt" = :now WHERE id = 1; -- products
UPDATE address SET city = 'Faro', "updatedAt" = :now WHERE id = 2; -- customers
