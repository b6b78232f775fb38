-- Older tables keep the cost under another name; no code has been used so far, so that there is no table of them.
ALTER TABLE shopify.inventory_item DROP COLUMN unit_cost_amount;
DROP TABLE shopify.order_discount_code;
