-- sessions: One row per visit to the shop's website, app or marketplace page.
-- If you have none, delete this file; the cost: no visits, funnel or conversion.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Session number. Type: as KEY_TYPE says.
    t.session_id AS session_id,
    -- When the event happened. Type: timestamp with time zone.
    t.created_at AS created_at
    -- Optional: take away the dashes before what you have.
    -- Customer, where signed in. Type: as KEY_TYPE says.
    -- , t.customer_id AS customer_id
    -- web, mobile_app or marketplace. Default: 'unknown'. Type: text.
    -- , t.channel AS channel
    -- desktop, mobile or tablet. Default: 'unknown'. Type: text.
    -- , t.device AS device
    -- direct, organic, paid_search, social, email, affiliate or referral. Default: 'unknown'. Type: text.
    -- , t.traffic_source AS traffic_source
    -- Marketing campaign running on that day, where the visit came from it. Type: text.
    -- , t.campaign AS campaign
    -- Pages seen. Default: 0. Type: integer.
    -- , t.page_views AS page_views
    -- Product pages seen. Default: 0. Type: integer.
    -- , t.product_views AS product_views
    -- Products put into the cart. Default: 0. Type: integer.
    -- , t.cart_adds AS cart_adds
    -- Whether the checkout was entered. Default: FALSE. Type: boolean.
    -- , t.checkout_started AS checkout_started
    -- Length of the visit, seconds. Default: 0. Type: integer.
    -- , t.duration_seconds AS duration_seconds
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.sessions AS t
