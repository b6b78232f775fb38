-- Solidus 4.3, whose promotions were in core.
ALTER TABLE spree_orders DROP COLUMN customer_metadata;
ALTER TABLE spree_adjustments ADD COLUMN eligible boolean DEFAULT true;
INSERT INTO spree_adjustments (id, order_id, adjustable_type, adjustable_id, source_type, amount, eligible) VALUES
    (12, 2, 'Spree::Order', 2, 'Spree::PromotionAction', -3, false);
