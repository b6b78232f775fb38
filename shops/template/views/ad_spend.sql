-- ad_spend: One row per day, traffic source, campaign and ad group that cost something; marts sum over ad groups.
-- If you have none, delete this file; the cost: no acquisition cost, ROAS, or marketing efficiency.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Number of the cost entry. Type: as KEY_TYPE says.
    t.ad_spend_id AS ad_spend_id,
    -- What the day's ads cost, in REPORTING_CURRENCY. Type: numeric(18,4).
    t.cost_amount AS cost_amount,
    -- When the event happened. Type: timestamp with time zone.
    t.created_at AS created_at
    -- Optional: take away the dashes before what you have.
    -- Marketing channel that was paid, in the words of `sessions.traffic_source`, so that cost meets its visits. Default: 'unknown'. Type: text.
    -- , t.traffic_source AS traffic_source
    -- Campaign, in the words of `sessions.campaign`; none outside campaigns. Type: text.
    -- , t.campaign AS campaign
    -- Ad group, ad set or the like, where the account has them. Type: text.
    -- , t.ad_group AS ad_group
    -- Clicks on the ads, no fewer than the visits that they brought. Default: 0. Type: bigint.
    -- , t.clicks AS clicks
    -- How often the ads were shown. Default: 0. Type: bigint.
    -- , t.impressions AS impressions
    -- When the row last changed. Default: created_at. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.ad_spend AS t
