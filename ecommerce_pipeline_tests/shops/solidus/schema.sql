-- Solidus 4.7's tables: the columns that the pack reads, and those that must not be null.
CREATE TABLE spree_stores (
    id integer PRIMARY KEY, name varchar, default_currency varchar, "default" boolean NOT NULL DEFAULT false
);
CREATE TABLE spree_countries (id integer PRIMARY KEY, iso varchar, name varchar);
CREATE TABLE spree_addresses (
    id integer PRIMARY KEY, name varchar, city varchar, country_id integer,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_users (
    id integer PRIMARY KEY, email varchar, ship_address_id integer, bill_address_id integer,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);

CREATE TABLE spree_products (
    id integer PRIMARY KEY, name varchar NOT NULL, slug varchar, available_on timestamp(6), deleted_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_variants (
    id integer PRIMARY KEY, product_id integer, sku varchar NOT NULL DEFAULT '', is_master boolean NOT NULL DEFAULT false,
    cost_price numeric(10, 2), deleted_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_prices (
    id integer PRIMARY KEY, variant_id integer NOT NULL, amount numeric(10, 2), currency varchar, country_iso varchar(2), deleted_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_taxons (
    id integer PRIMARY KEY, parent_id integer, taxonomy_id integer NOT NULL, name varchar NOT NULL,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_products_taxons (product_id integer, taxon_id integer, position integer);

CREATE TABLE spree_orders (
    id integer PRIMARY KEY, number varchar(32) UNIQUE, guest_token varchar, state varchar, customer_metadata jsonb DEFAULT '{}', email varchar, user_id integer,
    currency varchar, channel varchar DEFAULT 'spree',
    item_total numeric(10, 2) NOT NULL DEFAULT 0, adjustment_total numeric(10, 2) NOT NULL DEFAULT 0,
    shipment_total numeric(10, 2) NOT NULL DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
    additional_tax_total numeric(10, 2) DEFAULT 0, payment_total numeric(10, 2) DEFAULT 0,
    total numeric(10, 2) NOT NULL DEFAULT 0, completed_at timestamp(6), canceled_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE INDEX ON spree_orders (completed_at);
CREATE TABLE spree_line_items (
    id integer PRIMARY KEY, order_id integer, variant_id integer, quantity integer NOT NULL, price numeric(10, 2) NOT NULL,
    cost_price numeric(10, 2), adjustment_total numeric(10, 2) DEFAULT 0, promo_total numeric(10, 2) DEFAULT 0,
    additional_tax_total numeric(10, 2) DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE INDEX ON spree_line_items (order_id);
CREATE TABLE spree_adjustments (
    id integer PRIMARY KEY, order_id integer NOT NULL, adjustable_type varchar, adjustable_id integer, source_type varchar,
    source_id integer, amount numeric(10, 2), label varchar, included boolean DEFAULT false, finalized boolean NOT NULL DEFAULT false,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_shipments (
    id integer PRIMARY KEY, order_id integer, state varchar, cost numeric(10, 2) DEFAULT 0,
    adjustment_total numeric(10, 2) DEFAULT 0, promo_total numeric(10, 2) DEFAULT 0,
    additional_tax_total numeric(10, 2) DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_inventory_units (id integer PRIMARY KEY, line_item_id integer, state varchar);

CREATE TABLE spree_payment_methods (
    id integer PRIMARY KEY, type varchar, name varchar,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_payments (
    id integer PRIMARY KEY, order_id integer, payment_method_id integer, amount numeric(10, 2) NOT NULL, state varchar,
    source_type varchar, created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_refund_reasons (id integer PRIMARY KEY, name varchar);
CREATE TABLE spree_reimbursements (
    id integer PRIMARY KEY, order_id integer, total numeric(10, 2),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_reimbursement_credits (
    id integer PRIMARY KEY, reimbursement_id integer, amount numeric(10, 2) NOT NULL DEFAULT 0, creditable_type varchar,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_refunds (
    id integer PRIMARY KEY, payment_id integer, amount numeric(10, 2) NOT NULL, transaction_id varchar, refund_reason_id integer,
    reimbursement_id integer, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_return_items (
    id integer PRIMARY KEY, inventory_unit_id integer, reimbursement_id integer, amount numeric(12, 4) NOT NULL DEFAULT 0,
    included_tax_total numeric(12, 4) NOT NULL DEFAULT 0, additional_tax_total numeric(12, 4) NOT NULL DEFAULT 0,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
