-- reviews: One row per review of a bought product.
-- If you have none, delete this file; the cost: no ratings.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Review number. Type: as KEY_TYPE says.
    t.review_id AS review_id,
    -- Stars, 1 to 5. Type: integer.
    t.rating AS rating,
    -- When the event happened. Type: timestamp with time zone.
    t.created_at AS created_at
    -- Optional: take away the dashes before what you have.
    -- Order in which the product was bought. Type: as KEY_TYPE says.
    -- , t.transaction_id AS transaction_id
    -- Product reviewed. Type: as KEY_TYPE says.
    -- , t.product_id AS product_id
    -- Who wrote it. Type: as KEY_TYPE says.
    -- , t.customer_id AS customer_id
    -- Headline. Type: text.
    -- , t.title AS title
    -- Text. Type: text.
    -- , t.body AS body
    -- negative (1, 2 stars), neutral (3) or positive (4, 5). Default: CASE WHEN rating <= 2 THEN 'negative' WHEN rating = 3 THEN 'neutral' ELSE 'positive' END. Type: text.
    -- , t.sentiment AS sentiment
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.reviews AS t
