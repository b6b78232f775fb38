-- Each statement changes something that a row of the view named is made of: the view's updated_at must say so.
UPDATE shopify."order" SET cancelled_at = :now, updated_at = :now WHERE id = 4; -- transactions transaction_items
UPDATE shopify.order_line SET price = 11, _fivetran_synced = :now WHERE id = 1; -- transactions transaction_items
UPDATE shopify.discount_allocation SET amount = 2, _fivetran_synced = :now WHERE order_line_id = 1; -- transactions transaction_items
UPDATE shopify.tax_line SET price = 2, _fivetran_synced = :now WHERE order_line_id = 3; -- transactions transaction_items
UPDATE shopify.order_shipping_line SET price = 2, _fivetran_synced = :now WHERE id = 1; -- transactions
UPDATE shopify.transaction SET status = 'failure', _fivetran_synced = :now WHERE id = 2; -- payment_attempts
UPDATE shopify.transaction SET amount = 9, _fivetran_synced = :now WHERE id = 17; -- refunds
UPDATE shopify.order_adjustment SET amount = -3, _fivetran_synced = :now WHERE id = 1; -- refunds
UPDATE shopify.order_line_refund SET quantity = 0, _fivetran_synced = :now WHERE id = 3; -- transactions transaction_items
UPDATE shopify.product SET title = 'Cup', _fivetran_synced = :now WHERE id = 1; -- products
UPDATE shopify.customer SET first_name = 'A', _fivetran_synced = :now WHERE id = 1; -- customers
