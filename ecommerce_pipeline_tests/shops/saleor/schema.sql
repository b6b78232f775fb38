-- Saleor 3.23's tables: the columns that the pack reads, and those that must not be null.
CREATE TABLE channel_channel (
    id integer PRIMARY KEY, name varchar(250) NOT NULL, slug varchar(255) NOT NULL, currency_code varchar(3) NOT NULL
);
CREATE TABLE account_address (
    id integer PRIMARY KEY, city varchar(256) NOT NULL DEFAULT '', country varchar(2) NOT NULL DEFAULT ''
);
CREATE TABLE account_user (
    id integer PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, first_name varchar(256) NOT NULL DEFAULT '',
    last_name varchar(256) NOT NULL DEFAULT '', is_staff boolean NOT NULL DEFAULT false,
    date_joined timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    default_shipping_address_id integer, default_billing_address_id integer
);

CREATE TABLE product_category (
    id integer PRIMARY KEY, name varchar(250) NOT NULL, parent_id integer, tree_id integer NOT NULL, level integer NOT NULL
);
CREATE TABLE product_product (
    id integer PRIMARY KEY, name varchar(250) NOT NULL, category_id integer,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE product_productvariant (
    id integer PRIMARY KEY, product_id integer NOT NULL, sku varchar(255) UNIQUE, name varchar(255) NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE product_productchannellisting (
    id integer PRIMARY KEY, product_id integer NOT NULL, channel_id integer NOT NULL, is_published boolean NOT NULL
);
CREATE TABLE product_productvariantchannellisting (
    id integer PRIMARY KEY, variant_id integer NOT NULL, channel_id integer NOT NULL, currency varchar(3) NOT NULL,
    price_amount numeric(20, 3), cost_price_amount numeric(20, 3)
);

CREATE TABLE order_order (
    id uuid PRIMARY KEY, number integer NOT NULL UNIQUE, created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(), expired_at timestamptz, status varchar(32) NOT NULL,
    charge_status varchar(32) NOT NULL DEFAULT 'none', origin varchar(32) NOT NULL DEFAULT 'checkout',
    user_id integer, user_email varchar(254) NOT NULL DEFAULT '', channel_id integer NOT NULL, currency varchar(3) NOT NULL,
    total_net_amount numeric(20, 3) NOT NULL DEFAULT 0, total_gross_amount numeric(20, 3) NOT NULL DEFAULT 0,
    subtotal_net_amount numeric(20, 3) NOT NULL DEFAULT 0, subtotal_gross_amount numeric(20, 3) NOT NULL DEFAULT 0,
    shipping_price_net_amount numeric(20, 3) NOT NULL DEFAULT 0,
    shipping_price_gross_amount numeric(20, 3) NOT NULL DEFAULT 0,
    total_charged_amount numeric(20, 3) NOT NULL DEFAULT 0, voucher_code varchar(255), lines_count integer NOT NULL
);
CREATE INDEX ON order_order (created_at);
CREATE INDEX ON order_order (updated_at);
CREATE TABLE order_orderline (
    id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES order_order, created_at timestamptz NOT NULL DEFAULT now(),
    variant_id integer, product_name varchar(386) NOT NULL DEFAULT '', quantity integer NOT NULL, currency varchar(3) NOT NULL,
    unit_price_net_amount numeric(20, 3) NOT NULL, unit_price_gross_amount numeric(20, 3) NOT NULL,
    total_price_net_amount numeric(20, 3) NOT NULL, total_price_gross_amount numeric(20, 3) NOT NULL,
    undiscounted_unit_price_net_amount numeric(20, 3) NOT NULL DEFAULT 0,
    undiscounted_total_price_net_amount numeric(20, 3) NOT NULL DEFAULT 0, price_override_reason text
);
CREATE INDEX ON order_orderline (order_id);
CREATE TABLE order_orderevent (
    id integer PRIMARY KEY, order_id uuid NOT NULL, date timestamptz NOT NULL, type varchar(255) NOT NULL
);
CREATE TABLE order_fulfillment (
    id integer PRIMARY KEY, fulfillment_order integer NOT NULL, order_id uuid NOT NULL, status varchar(32) NOT NULL,
    created_at timestamptz NOT NULL, shipping_refund_amount numeric(20, 3), total_refund_amount numeric(20, 3)
);
CREATE TABLE order_ordergrantedrefund (
    id integer PRIMARY KEY, order_id uuid NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    amount_value numeric(20, 3) NOT NULL, currency varchar(3) NOT NULL, reason text NOT NULL DEFAULT '',
    shipping_costs_included boolean NOT NULL DEFAULT false
);
CREATE TABLE order_ordergrantedrefundline (
    id integer PRIMARY KEY, granted_refund_id integer NOT NULL, order_line_id uuid NOT NULL, quantity integer NOT NULL
);

CREATE TABLE payment_payment (
    id integer PRIMARY KEY, gateway varchar(255) NOT NULL, is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), modified_at timestamptz NOT NULL DEFAULT now(),
    charge_status varchar(20) NOT NULL, total numeric(20, 3) NOT NULL, captured_amount numeric(20, 3) NOT NULL,
    currency varchar(3) NOT NULL, order_id uuid
);
CREATE TABLE payment_transaction (
    id integer PRIMARY KEY, payment_id integer NOT NULL, created_at timestamptz NOT NULL, kind varchar(25) NOT NULL,
    is_success boolean NOT NULL, action_required boolean NOT NULL DEFAULT false, amount numeric(20, 3) NOT NULL,
    currency varchar(3) NOT NULL, error text, token varchar(512) NOT NULL DEFAULT ''
);
CREATE TABLE payment_transactionitem (
    id integer PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(), modified_at timestamptz NOT NULL DEFAULT now(),
    order_id uuid, name varchar(512) NOT NULL DEFAULT '', currency varchar(3) NOT NULL,
    charged_value numeric(20, 3) NOT NULL DEFAULT 0, refunded_value numeric(20, 3) NOT NULL DEFAULT 0,
    payment_method_type varchar(256) NOT NULL DEFAULT ''
);
CREATE TABLE payment_transactionevent (
    id integer PRIMARY KEY, transaction_id integer NOT NULL, created_at timestamptz NOT NULL, type varchar(128) NOT NULL,
    amount_value numeric(20, 3) NOT NULL, currency varchar(3) NOT NULL, psp_reference varchar(512),
    include_in_calculations boolean NOT NULL DEFAULT true, related_granted_refund_id integer,
    message varchar(512) NOT NULL DEFAULT ''
);
