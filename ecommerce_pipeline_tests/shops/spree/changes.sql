-- Each statement changes something that a row of the view named is made of: the view's updated_at must say so.
UPDATE spree_orders SET state = 'canceled', updated_at = :now WHERE id = 4; -- transactions transaction_items
UPDATE spree_line_items SET quantity = 3, updated_at = :now WHERE id = 1; -- transactions transaction_items
UPDATE spree_shipments SET cost = 7, updated_at = :now WHERE id = 2; -- transactions refunds
UPDATE spree_adjustments SET amount = -9, updated_at = :now WHERE id = 7; -- transactions refunds
UPDATE spree_payments SET state = 'void', updated_at = :now WHERE id = 3; -- payment_attempts refunds
UPDATE spree_return_items SET included_tax_total = 17, updated_at = :now WHERE id = 1; -- refunds
UPDATE spree_refunds SET amount = 11, updated_at = :now WHERE id = 3; -- refunds
UPDATE spree_taxons SET name = 'Kitchens', updated_at = :now WHERE id = 2; -- products
UPDATE spree_addresses SET city = 'Faro', updated_at = :now WHERE id = 1; -- customers
