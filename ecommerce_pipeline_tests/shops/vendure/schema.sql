-- Vendure 3.7's tables: the columns that the pack reads, and those that must not be null.
CREATE TABLE channel (
    id serial PRIMARY KEY, code varchar NOT NULL UNIQUE, "defaultLanguageCode" varchar NOT NULL,
    "defaultCurrencyCode" varchar NOT NULL
);
CREATE TABLE customer (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), "updatedAt" timestamp NOT NULL DEFAULT now(),
    "deletedAt" timestamp, "firstName" varchar NOT NULL DEFAULT '', "lastName" varchar NOT NULL DEFAULT '',
    "emailAddress" varchar NOT NULL, "userId" integer UNIQUE
);
CREATE TABLE region (id serial PRIMARY KEY, code varchar NOT NULL);
CREATE TABLE address (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "customerId" integer, city varchar NOT NULL DEFAULT '',
    "countryId" integer, "defaultShippingAddress" boolean NOT NULL DEFAULT false,
    "defaultBillingAddress" boolean NOT NULL DEFAULT false
);

CREATE TABLE product (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), "updatedAt" timestamp NOT NULL DEFAULT now(),
    "deletedAt" timestamp, enabled boolean NOT NULL DEFAULT true
);
CREATE TABLE product_variant (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "deletedAt" timestamp,
    enabled boolean NOT NULL DEFAULT true, sku varchar NOT NULL, "productId" integer
);
CREATE TABLE product_variant_translation (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "languageCode" varchar NOT NULL,
    name varchar NOT NULL, "baseId" integer
);
CREATE TABLE product_variant_price (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "currencyCode" varchar NOT NULL,
    "channelId" integer, price integer NOT NULL, "variantId" integer
);
CREATE TABLE collection (
    id serial PRIMARY KEY, "parentId" integer, "isRoot" boolean NOT NULL DEFAULT false, position integer NOT NULL
);
CREATE TABLE collection_translation (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "languageCode" varchar NOT NULL,
    name varchar NOT NULL, "baseId" integer
);
CREATE TABLE collection_product_variants_product_variant ("collectionId" integer, "productVariantId" integer);

CREATE TABLE "order" (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), "updatedAt" timestamp NOT NULL DEFAULT now(),
    type varchar NOT NULL DEFAULT 'Regular', code varchar NOT NULL UNIQUE, state varchar NOT NULL,
    active boolean NOT NULL DEFAULT true, "orderPlacedAt" timestamp, "couponCodes" text NOT NULL DEFAULT '',
    "currencyCode" varchar NOT NULL, "aggregateOrderId" integer, "customerId" integer,
    "subTotal" integer NOT NULL, "subTotalWithTax" integer NOT NULL, shipping integer NOT NULL DEFAULT 0,
    "shippingWithTax" integer NOT NULL DEFAULT 0
);
CREATE INDEX ON "order" ("orderPlacedAt");
CREATE TABLE order_channels_channel ("orderId" integer, "channelId" integer);
CREATE TABLE order_line (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), "updatedAt" timestamp NOT NULL DEFAULT now(),
    "orderId" integer, "productVariantId" integer NOT NULL, quantity integer NOT NULL,
    "orderPlacedQuantity" integer NOT NULL DEFAULT 0, "listPrice" integer NOT NULL,
    "listPriceIncludesTax" boolean NOT NULL, adjustments text NOT NULL, "taxLines" text NOT NULL
);
CREATE INDEX ON order_line ("orderId");
CREATE TABLE shipping_line (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "orderId" integer, "listPrice" integer NOT NULL,
    "listPriceIncludesTax" boolean NOT NULL, adjustments text NOT NULL, "taxLines" text NOT NULL
);
CREATE TABLE surcharge (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), "orderId" integer, description varchar NOT NULL,
    "listPrice" integer NOT NULL, "listPriceIncludesTax" boolean NOT NULL, "taxLines" text NOT NULL
);
CREATE TABLE payment_method (id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), code varchar NOT NULL);
CREATE TABLE payment (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), "updatedAt" timestamp NOT NULL DEFAULT now(),
    "orderId" integer, method varchar NOT NULL, amount integer NOT NULL, state varchar NOT NULL, "errorMessage" varchar
);
CREATE TABLE refund (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), "updatedAt" timestamp NOT NULL DEFAULT now(),
    "paymentId" integer NOT NULL, items integer NOT NULL, shipping integer NOT NULL, adjustment integer NOT NULL,
    total integer NOT NULL, method varchar NOT NULL, reason varchar, state varchar NOT NULL
);
CREATE TABLE order_line_reference (
    id serial PRIMARY KEY, "updatedAt" timestamp NOT NULL DEFAULT now(), quantity integer NOT NULL,
    "orderLineId" integer NOT NULL, "refundId" integer, discriminator varchar NOT NULL
);
CREATE TABLE history_entry (
    id serial PRIMARY KEY, "createdAt" timestamp NOT NULL DEFAULT now(), type varchar NOT NULL, data text NOT NULL,
    "orderId" integer
);
