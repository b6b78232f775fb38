-- WooCommerce's tables as pgloader lands them from MySQL 8: the columns that the pack reads, and keys.
CREATE TABLE wp_wc_orders (
    id bigint PRIMARY KEY, status varchar(20), currency varchar(10), type varchar(20), tax_amount numeric(26, 8),
    total_amount numeric(26, 8), customer_id bigint, billing_email varchar(320), date_created_gmt timestamptz,
    date_updated_gmt timestamptz, parent_order_id bigint, payment_method varchar(100), payment_method_title text
);
CREATE TABLE wp_wc_order_operational_data (
    id bigserial PRIMARY KEY, order_id bigint UNIQUE, created_via varchar(100), prices_include_tax boolean,
    date_paid_gmt timestamptz, shipping_tax_amount numeric(26, 8), shipping_total_amount numeric(26, 8)
);
CREATE TABLE wp_wc_orders_meta (id bigserial PRIMARY KEY, order_id bigint, meta_key varchar(255), meta_value text);
CREATE TABLE wp_woocommerce_order_items (
    order_item_id bigserial PRIMARY KEY, order_item_name text NOT NULL, order_item_type varchar(200) NOT NULL,
    order_id bigint NOT NULL
);
CREATE TABLE wp_woocommerce_order_itemmeta (
    meta_id bigserial PRIMARY KEY, order_item_id bigint NOT NULL, meta_key varchar(255), meta_value text
);
CREATE INDEX ON wp_woocommerce_order_items (order_id);
CREATE INDEX ON wp_woocommerce_order_itemmeta (order_item_id);
CREATE TABLE wp_wc_customer_lookup (
    customer_id bigint PRIMARY KEY, user_id bigint UNIQUE, first_name varchar(255), last_name varchar(255), email varchar(100),
    date_registered timestamptz, country char(2), city varchar(100)
);
CREATE TABLE wp_posts (
    id bigint PRIMARY KEY, post_type varchar(20), post_status varchar(20), post_title text, post_parent bigint,
    post_date_gmt timestamptz, post_modified_gmt timestamptz
);
CREATE TABLE wp_postmeta (meta_id bigserial PRIMARY KEY, post_id bigint, meta_key varchar(255), meta_value text);
CREATE TABLE wp_terms (term_id bigint PRIMARY KEY, name varchar(200));
CREATE TABLE wp_term_taxonomy (term_taxonomy_id bigint PRIMARY KEY, term_id bigint, taxonomy varchar(32), parent bigint);
CREATE TABLE wp_term_relationships (object_id bigint, term_taxonomy_id bigint);
