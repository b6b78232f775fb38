-- Shopify's tables as Fivetran lands them: the columns that the pack reads. Amounts are double precision.
CREATE SCHEMA shopify;
SET search_path TO shopify;
CREATE TABLE "order" (
    id bigint PRIMARY KEY, created_at timestamptz, processed_at timestamptz, updated_at timestamptz, cancelled_at timestamptz,
    financial_status text, currency text, customer_id bigint, email text, source_name text, total_tax double precision,
    total_price double precision, taxes_included boolean, test boolean, shipping_address_city text,
    shipping_address_country_code text, _fivetran_deleted boolean, _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE order_line (
    id bigint PRIMARY KEY, order_id bigint, product_id bigint, variant_id bigint, quantity double precision,
    price double precision, gift_card boolean, _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE discount_allocation (
    order_line_id bigint, index bigint, amount double precision, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_line_id, index)
);
CREATE TABLE order_discount_code (
    order_id bigint, index bigint, code text, _fivetran_synced timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (order_id, index)
);
CREATE TABLE tax_line (
    order_line_id bigint, index bigint, price double precision, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_line_id, index)
);
CREATE TABLE order_shipping_line (
    id bigint PRIMARY KEY, order_id bigint, price double precision, discounted_price double precision,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE transaction (
    id bigint PRIMARY KEY, order_id bigint, refund_id bigint, kind text, status text, amount double precision, currency text,
    created_at timestamptz, processed_at timestamptz, gateway text, error_code text, test boolean,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE refund (
    id bigint PRIMARY KEY, order_id bigint, created_at timestamptz, processed_at timestamptz, note text,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE order_line_refund (
    id bigint PRIMARY KEY, refund_id bigint, order_line_id bigint, quantity double precision, subtotal double precision,
    total_tax double precision, restock_type text, _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE order_adjustment (
    id bigint PRIMARY KEY, order_id bigint, refund_id bigint, kind text, amount double precision, tax_amount double precision,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE customer (
    id bigint PRIMARY KEY, email text, first_name text, last_name text, created_at timestamptz, updated_at timestamptz,
    _fivetran_deleted boolean, _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE product (
    id bigint PRIMARY KEY, title text, product_type text, vendor text, status text, created_at timestamptz,
    updated_at timestamptz, published_at timestamptz, _fivetran_deleted boolean,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE product_variant (
    id bigint PRIMARY KEY, product_id bigint, inventory_item_id bigint, title text, sku text, price double precision,
    created_at timestamptz, updated_at timestamptz, _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE inventory_item (
    id bigint PRIMARY KEY, cost double precision, unit_cost_amount double precision,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
);
