-- products: One row per product (stock-keeping unit).
-- If you have none, delete this file; the cost: no categories, brands or margins: products are known by their keys only.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Product number. Type: as KEY_TYPE says.
    t.product_id AS product_id,
    -- Name shown in the shop. Type: text.
    t.product_name AS product_name
    -- Optional: take away the dashes before what you have.
    -- Stock-keeping unit code, unique. Type: text.
    -- , t.sku AS sku
    -- Top-level category. Default: 'unknown'. Type: text.
    -- , t.category AS category
    -- Category below it. Default: 'unknown'. Type: text.
    -- , t.subcategory AS subcategory
    -- Brand. Default: 'unknown'. Type: text.
    -- , t.brand AS brand
    -- Current list price, in REPORTING_CURRENCY. Type: numeric(18,6).
    -- , t.list_price AS list_price
    -- Current cost of one unit, in REPORTING_CURRENCY. Type: numeric(18,6).
    -- , t.unit_cost AS unit_cost
    -- Whether the product can be bought now. Default: TRUE. Type: boolean.
    -- , t.is_active AS is_active
    -- When the product was first offered, UTC. Type: timestamp with time zone.
    -- , t.launched_at AS launched_at
    -- When the row last changed. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.products AS t
