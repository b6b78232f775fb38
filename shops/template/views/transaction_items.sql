-- transaction_items: One row per order line.
-- Every shop needs it.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Order line number, unique over all orders. Type: as KEY_TYPE says.
    t.transaction_item_id AS transaction_item_id,
    -- Order that the line belongs to. Type: as KEY_TYPE says.
    t.transaction_id AS transaction_id,
    -- Price of the line before any discount, as the shop has it. Type: numeric(18,4).
    t.gross_amount AS gross_amount
    -- Optional: take away the dashes before what you have.
    -- Position in the order, from 1. Default: 1. Type: integer.
    -- , t.line_number AS line_number
    -- Product bought; none where it was deleted. Type: as KEY_TYPE says.
    -- , t.product_id AS product_id
    -- Units bought, greater than 0. Default: 1. Type: numeric(14,3).
    -- , t.quantity AS quantity
    -- Price of one unit at that moment. Type: numeric(18,6).
    -- , t.unit_price AS unit_price
    -- Discount on this line, apart from its share of the order's. Default: 0. Type: numeric(18,4).
    -- , t.discount_amount AS discount_amount
    -- Tax that the line's price includes, 0 if it is on top; no revenue. Default: 0. Type: numeric(18,4).
    -- , t.tax_amount AS tax_amount
    -- When the event happened. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone.
    -- , t.created_at AS created_at
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.transaction_items AS t
