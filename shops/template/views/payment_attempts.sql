-- payment_attempts: One row per attempt to pay an order, in whole or in part.
-- If you have none, delete this file; the cost: no failed or repeated payments; SOLD_BY=state says what is sold.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Payment attempt number. Type: as KEY_TYPE says.
    t.payment_attempt_id AS payment_attempt_id,
    -- Order to be paid. Type: as KEY_TYPE says.
    t.transaction_id AS transaction_id,
    -- Amount asked for: the order's total, or a part of it. Type: numeric(18,4).
    t.amount AS amount
    -- Optional: take away the dashes before what you have.
    -- Position among the order's attempts, from 1. Default: 1. Type: integer.
    -- , t.attempt_number AS attempt_number
    -- Payment method tried. Type: as KEY_TYPE says.
    -- , t.payment_method_id AS payment_method_id
    -- approved, declined, error or pending. Default: 'approved'. Type: text.
    -- , t.status AS status
    -- Why it failed, where it did. Type: text.
    -- , t.failure_reason AS failure_reason
    -- When the event happened. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone.
    -- , t.created_at AS created_at
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.payment_attempts AS t
