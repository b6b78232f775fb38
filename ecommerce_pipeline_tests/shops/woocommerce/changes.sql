-- Each statement changes something that a row of the view named is made of: the view's updated_at must say so.
UPDATE wp_wc_orders SET status = 'wc-cancelled', date_updated_gmt = :now WHERE id = 2; -- transactions transaction_items payment_attempts refunds
UPDATE wp_wc_orders SET total_amount = -5, date_updated_gmt = :now WHERE id = 32; -- refunds
UPDATE wp_posts SET post_title = 'Cup', post_modified_gmt = :now WHERE id = 12; -- products
