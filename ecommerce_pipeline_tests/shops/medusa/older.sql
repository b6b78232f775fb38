-- Medusa 2.0: no versions of discounts.
ALTER TABLE order_line_item_adjustment DROP COLUMN version, DROP COLUMN is_tax_inclusive;
ALTER TABLE order_shipping_method_adjustment DROP COLUMN version;
