-- transactions: One row per order (order header).
-- Every shop needs it.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Order number. Type: as KEY_TYPE says.
    t.transaction_id AS transaction_id,
    -- To pay: gross - discounts of lines and order + shipping + tax + other. Type: numeric(18,4).
    t.total_amount AS total_amount,
    -- When the event happened. Type: timestamp with time zone.
    t.created_at AS created_at
    -- Optional: take away the dashes before what you have.
    -- Who bought; none for a guest. Type: as KEY_TYPE says.
    -- , t.customer_id AS customer_id
    -- E-mail address of a buyer without an account. Type: text.
    -- , t.guest_email AS guest_email
    -- Visit that led to the order; none in a store. Type: as KEY_TYPE says.
    -- , t.session_id AS session_id
    -- Store of an in-store sale; none online. Type: as KEY_TYPE says.
    -- , t.store_id AS store_id
    -- web, mobile_app, marketplace or store; or the shop's own word. Default: 'unknown'. Type: text.
    -- , t.channel AS channel
    -- Payment method chosen at checkout. Type: as KEY_TYPE says.
    -- , t.payment_method_id AS payment_method_id
    -- ISO 4217 code; none is REPORTING_CURRENCY. Type: text.
    -- , t.currency AS currency
    -- Coupon, where one was used. Type: text.
    -- , t.coupon_code AS coupon_code
    -- Number of order lines, for comparison. Type: integer.
    -- , t.line_count AS line_count
    -- Sum of the lines' gross amounts, for comparison. Type: numeric(18,4).
    -- , t.gross_amount AS gross_amount
    -- Discount on the whole order, apart from its lines' discounts. Default: 0. Type: numeric(18,4).
    -- , t.discount_amount AS discount_amount
    -- Shipping charged; not part of revenue. Default: 0. Type: numeric(18,4).
    -- , t.shipping_amount AS shipping_amount
    -- Tax charged on top of the prices, 0 if they include it. Default: 0. Type: numeric(18,4).
    -- , t.tax_amount AS tax_amount
    -- Surcharges, tips, gift wrapping, rounding; not part of revenue. Default: 0. Type: numeric(18,4).
    -- , t.other_amount AS other_amount
    -- Captured so far, where the shop has no payments of its own. Type: numeric(18,4).
    -- , t.paid_amount AS paid_amount
    -- The shop's word for the order's state. Type: text.
    -- , t.status AS status
    -- When the order was cancelled, where it was. Type: timestamp with time zone.
    -- , t.cancelled_at AS cancelled_at
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.transactions AS t
