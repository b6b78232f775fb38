-- payment_methods: One row per payment method that the shop accepts.
-- If you have none, delete this file; the cost: payment methods are known by their keys only, without fees.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Payment method number. Type: as KEY_TYPE says.
    t.payment_method_id AS payment_method_id,
    -- Short code, unique. Type: text.
    t.code AS code
    -- Optional: take away the dashes before what you have.
    -- Name shown at checkout. Default: code. Type: text.
    -- , t.method_name AS method_name
    -- card, wallet, bank_transfer, pay_later, gift_card or cash. Default: 'unknown'. Type: text.
    -- , t.method_type AS method_type
    -- Company that processes the payment. Default: 'unknown'. Type: text.
    -- , t.provider AS provider
    -- Provider's fee, per cent of the amount. Default: 0. Type: numeric(5,2).
    -- , t.fee_percent AS fee_percent
    -- Whether it can be used outside the stores. Default: TRUE. Type: boolean.
    -- , t.is_online AS is_online
    -- When the row last changed. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.payment_methods AS t
