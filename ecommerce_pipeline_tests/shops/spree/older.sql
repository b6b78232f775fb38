-- Spree 4.3.
ALTER TABLE spree_orders DROP COLUMN status;
ALTER TABLE spree_line_items DROP COLUMN price_list_id;
