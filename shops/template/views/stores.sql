-- stores: One row per physical store.
-- If you have none, delete this file; the cost: stores are known by their keys only.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Store number. Type: as KEY_TYPE says.
    t.store_id AS store_id,
    -- Short code, unique. Type: text.
    t.code AS code
    -- Optional: take away the dashes before what you have.
    -- Name of the store. Default: code. Type: text.
    -- , t.store_name AS store_name
    -- ISO 3166-1 alpha-2 code. Default: 'unknown'. Type: text.
    -- , t.country AS country
    -- Sales region. Default: 'unknown'. Type: text.
    -- , t.region AS region
    -- City. Default: 'unknown'. Type: text.
    -- , t.city AS city
    -- Sales floor, square metres. Type: integer.
    -- , t.floor_area_m2 AS floor_area_m2
    -- First day of business. Type: date.
    -- , t.opened_on AS opened_on
    -- When the row last changed. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.stores AS t
