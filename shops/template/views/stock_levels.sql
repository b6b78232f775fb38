-- stock_levels: One row per day, product and store or warehouse whose stock moved on that day: stock after the day's last movement, valid until the next row of the same product and place; what has no row yet is not known.
-- If you have none, delete this file; the cost: no stock cover, sell-through, or lost sales.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Number of the stock entry. Type: as KEY_TYPE says.
    t.stock_level_id AS stock_level_id,
    -- Product in stock. Type: as KEY_TYPE says.
    t.product_id AS product_id,
    -- Units there after the day's last movement; 0 or less if it is out of stock. Type: numeric(14,3).
    t.on_hand AS on_hand,
    -- When the event happened. Type: timestamp with time zone.
    t.created_at AS created_at
    -- Optional: take away the dashes before what you have.
    -- Store that holds it; none of a warehouse. Type: as KEY_TYPE says.
    -- , t.store_id AS store_id
    -- Warehouse that holds it, where there are several; none of a store. Type: text.
    -- , t.warehouse AS warehouse
    -- Units ordered from suppliers that have not arrived by then. Default: 0. Type: numeric(14,3).
    -- , t.incoming AS incoming
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.stock_levels AS t
