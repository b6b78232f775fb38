-- Spree 5.6's tables: the columns that the pack reads, and those that must not be null.
CREATE TABLE spree_stores (
    id bigint PRIMARY KEY, name varchar, default_currency varchar, "default" boolean NOT NULL DEFAULT false
);
CREATE TABLE spree_countries (id bigint PRIMARY KEY, iso varchar, name varchar);
CREATE TABLE spree_addresses (
    id bigint PRIMARY KEY, firstname varchar, lastname varchar, city varchar, country_id bigint,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_users (
    id bigint PRIMARY KEY, email varchar, ship_address_id bigint, bill_address_id bigint,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);

CREATE TABLE spree_products (
    id bigint PRIMARY KEY, name varchar NOT NULL, slug varchar, status varchar NOT NULL DEFAULT 'active', available_on timestamp(6), deleted_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_variants (
    id bigint PRIMARY KEY, product_id bigint, sku varchar NOT NULL DEFAULT '', is_master boolean NOT NULL DEFAULT false,
    cost_price numeric(10, 2), deleted_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_prices (
    id bigint PRIMARY KEY, variant_id bigint NOT NULL, amount numeric(10, 2), currency varchar, deleted_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_taxons (
    id bigint PRIMARY KEY, parent_id bigint, taxonomy_id bigint NOT NULL, name varchar NOT NULL,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_products_taxons (product_id bigint, taxon_id bigint, position integer);

CREATE TABLE spree_orders (
    id bigint PRIMARY KEY, number varchar(32) UNIQUE, token varchar, state varchar, status varchar NOT NULL DEFAULT 'draft', email varchar, user_id bigint,
    currency varchar, channel varchar DEFAULT 'spree',
    item_total numeric(10, 2) NOT NULL DEFAULT 0, adjustment_total numeric(10, 2) NOT NULL DEFAULT 0,
    shipment_total numeric(10, 2) NOT NULL DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
    additional_tax_total numeric(10, 2) DEFAULT 0, payment_total numeric(10, 2) DEFAULT 0,
    total numeric(10, 2) NOT NULL DEFAULT 0, completed_at timestamp(6), canceled_at timestamp(6),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE INDEX ON spree_orders (completed_at);
CREATE TABLE spree_line_items (
    id bigint PRIMARY KEY, order_id bigint, variant_id bigint, quantity integer NOT NULL, price numeric(10, 2) NOT NULL,
    cost_price numeric(10, 2), adjustment_total numeric(10, 2) DEFAULT 0, promo_total numeric(10, 2) DEFAULT 0,
    additional_tax_total numeric(10, 2) DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0, pre_tax_amount numeric(12, 4) NOT NULL DEFAULT 0,
    price_list_id bigint,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE INDEX ON spree_line_items (order_id);
CREATE TABLE spree_adjustments (
    id bigint PRIMARY KEY, order_id bigint NOT NULL, adjustable_type varchar, adjustable_id bigint, source_type varchar,
    source_id bigint, amount numeric(10, 2), label varchar, included boolean DEFAULT false, eligible boolean DEFAULT true,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_shipments (
    id bigint PRIMARY KEY, order_id bigint, state varchar, cost numeric(10, 2) DEFAULT 0,
    adjustment_total numeric(10, 2) DEFAULT 0, promo_total numeric(10, 2) DEFAULT 0,
    additional_tax_total numeric(10, 2) DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_promotions (id bigint PRIMARY KEY, name varchar, code varchar);
CREATE TABLE spree_order_promotions (id bigint PRIMARY KEY, order_id bigint, promotion_id bigint);
CREATE TABLE spree_inventory_units (id bigint PRIMARY KEY, line_item_id bigint, state varchar, quantity integer DEFAULT 1);

CREATE TABLE spree_payment_methods (
    id bigint PRIMARY KEY, type varchar, name varchar,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_payments (
    id bigint PRIMARY KEY, order_id bigint, payment_method_id bigint, amount numeric(10, 2) NOT NULL, state varchar,
    source_type varchar, created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_refund_reasons (id bigint PRIMARY KEY, name varchar);
CREATE TABLE spree_reimbursements (
    id bigint PRIMARY KEY, order_id bigint, total numeric(10, 2),
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_reimbursement_credits (
    id bigint PRIMARY KEY, reimbursement_id bigint, amount numeric(10, 2) NOT NULL DEFAULT 0, creditable_type varchar,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_refunds (
    id bigint PRIMARY KEY, payment_id bigint, amount numeric(10, 2) NOT NULL, transaction_id varchar, refund_reason_id bigint,
    reimbursement_id bigint, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE spree_return_items (
    id bigint PRIMARY KEY, inventory_unit_id bigint, reimbursement_id bigint, pre_tax_amount numeric(12, 4) NOT NULL DEFAULT 0,
    included_tax_total numeric(12, 4) NOT NULL DEFAULT 0, additional_tax_total numeric(12, 4) NOT NULL DEFAULT 0,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
