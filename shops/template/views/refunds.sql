-- refunds: One row per refund of an order or an order line, in whole or in part.
-- If you have none, delete this file; the cost: nothing is refunded.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Refund number. Type: as KEY_TYPE says.
    t.refund_id AS refund_id,
    -- Order refunded. Type: as KEY_TYPE says.
    t.transaction_id AS transaction_id,
    -- When the event happened. Type: timestamp with time zone.
    t.created_at AS created_at
    -- Optional: take away the dashes before what you have.
    -- Order line refunded; none of a refund of the order as a whole, which its lines share. Type: as KEY_TYPE says.
    -- , t.transaction_item_id AS transaction_item_id
    -- Who got the money back; none is the order's customer. Type: as KEY_TYPE says.
    -- , t.customer_id AS customer_id
    -- Product returned; none is the line's. Type: as KEY_TYPE says.
    -- , t.product_id AS product_id
    -- Store of the sale; none is the order's. Type: as KEY_TYPE says.
    -- , t.store_id AS store_id
    -- Channel of the sale; none is the order's. Type: text.
    -- , t.channel AS channel
    -- Payment method the money went back to; none is the order's. Type: as KEY_TYPE says.
    -- , t.payment_method_id AS payment_method_id
    -- ISO 4217 code; none is the order's. Type: text.
    -- , t.currency AS currency
    -- Units returned; 0 if only money is. Default: 0. Type: numeric(14,3).
    -- , t.quantity AS quantity
    -- Money returned for goods, without tax. Default: 0. Type: numeric(18,4).
    -- , t.goods_amount AS goods_amount
    -- Money returned for shipping. Default: 0. Type: numeric(18,4).
    -- , t.shipping_amount AS shipping_amount
    -- Tax returned. Default: 0. Type: numeric(18,4).
    -- , t.tax_amount AS tax_amount
    -- damaged, wrong_item, not_as_described, changed_mind or late_delivery; or the shop's own word. Default: 'unknown'. Type: text.
    -- , t.reason AS reason
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.refunds AS t
