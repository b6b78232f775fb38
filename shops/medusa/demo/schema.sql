-- Medusa 2.21's tables: the columns that the pack reads, and those that must not be null.
CREATE TYPE order_status_enum AS ENUM ('pending', 'completed', 'draft', 'archived', 'canceled', 'requires_action');

CREATE TABLE currency (code text PRIMARY KEY, name text NOT NULL, decimal_digits integer NOT NULL DEFAULT 0);
CREATE TABLE store_currency (id text PRIMARY KEY, currency_code text NOT NULL, is_default boolean NOT NULL DEFAULT false);
CREATE TABLE sales_channel (id text PRIMARY KEY, name text NOT NULL, is_disabled boolean NOT NULL DEFAULT false);

CREATE TABLE customer (
    id text PRIMARY KEY, email text, has_account boolean NOT NULL DEFAULT false, first_name text, last_name text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE customer_address (
    id text PRIMARY KEY, customer_id text NOT NULL, city text, country_code text,
    is_default_shipping boolean NOT NULL DEFAULT false, is_default_billing boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);

CREATE TABLE product (
    id text PRIMARY KEY, title text NOT NULL, handle text NOT NULL, status text NOT NULL DEFAULT 'published',
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE product_variant (
    id text PRIMARY KEY, product_id text, title text NOT NULL, sku text, metadata jsonb,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE product_category (
    id text PRIMARY KEY, name text NOT NULL, mpath text NOT NULL, parent_category_id text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE product_category_product (product_id text NOT NULL, product_category_id text NOT NULL);
CREATE TABLE product_variant_price_set (
    variant_id varchar(255) NOT NULL, price_set_id varchar(255) NOT NULL, deleted_at timestamptz
);
CREATE TABLE price (
    id text PRIMARY KEY, price_set_id text NOT NULL, currency_code text NOT NULL, amount numeric NOT NULL,
    min_quantity numeric, max_quantity numeric, rules_count integer DEFAULT 0, price_list_id text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);

CREATE TABLE "order" (
    id text PRIMARY KEY, display_id serial, version integer NOT NULL DEFAULT 1,
    status order_status_enum NOT NULL DEFAULT 'pending', is_draft_order boolean NOT NULL DEFAULT false,
    email text, customer_id text, sales_channel_id text, currency_code text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    canceled_at timestamptz, deleted_at timestamptz
);
CREATE TABLE order_line_item (
    id text PRIMARY KEY, title text NOT NULL, variant_id text, is_tax_inclusive boolean NOT NULL DEFAULT false,
    unit_price numeric NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_item (
    id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL, item_id text NOT NULL,
    quantity numeric NOT NULL, unit_price numeric,
    return_received_quantity numeric NOT NULL DEFAULT 0, return_dismissed_quantity numeric NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE INDEX ON order_item (order_id, version) WHERE deleted_at IS NULL;
CREATE TABLE order_line_item_tax_line (
    id text PRIMARY KEY, item_id text NOT NULL, code text NOT NULL, rate numeric NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_line_item_adjustment (
    id text PRIMARY KEY, item_id text NOT NULL, version integer NOT NULL DEFAULT 1, amount numeric NOT NULL,
    is_tax_inclusive boolean NOT NULL DEFAULT false, code text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_shipping_method (
    id text PRIMARY KEY, name text NOT NULL, amount numeric NOT NULL, is_tax_inclusive boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_shipping (
    id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL, shipping_method_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_shipping_method_tax_line (
    id text PRIMARY KEY, shipping_method_id text NOT NULL, code text NOT NULL, rate numeric NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_shipping_method_adjustment (
    id text PRIMARY KEY, shipping_method_id text NOT NULL, version integer NOT NULL DEFAULT 1, amount numeric NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_credit_line (
    id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL DEFAULT 1, amount numeric NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_summary (
    id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL DEFAULT 1, totals jsonb,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_transaction (
    id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL DEFAULT 1, amount numeric NOT NULL,
    currency_code text NOT NULL, reference text, reference_id text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);

CREATE TABLE payment_provider (
    id text PRIMARY KEY, is_enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE order_payment_collection (
    order_id varchar(255) NOT NULL, payment_collection_id varchar(255) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz,
    PRIMARY KEY (order_id, payment_collection_id)
);
CREATE TABLE payment_session (
    id text PRIMARY KEY, payment_collection_id text NOT NULL, provider_id text NOT NULL, amount numeric NOT NULL,
    currency_code text NOT NULL, status text NOT NULL DEFAULT 'pending',
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE payment (
    id text PRIMARY KEY, payment_collection_id text NOT NULL, payment_session_id text NOT NULL, amount numeric NOT NULL,
    currency_code text NOT NULL, provider_id text NOT NULL, captured_at timestamptz, canceled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE capture (
    id text PRIMARY KEY, payment_id text NOT NULL, amount numeric NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE refund_reason (
    id text PRIMARY KEY, code text NOT NULL, label text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE TABLE refund (
    id text PRIMARY KEY, payment_id text NOT NULL, amount numeric NOT NULL, refund_reason_id text, note text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
