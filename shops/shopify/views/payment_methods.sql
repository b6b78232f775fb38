-- One row per gateway that payments name, with a number made from its name.
SELECT
    ('x' || left(md5(t.gateway), 8))::bit(32)::integer AS payment_method_id,
    t.gateway AS code,
    max(t._fivetran_synced) AS updated_at
FROM shopify.transaction AS t
WHERE t.gateway IS NOT NULL
GROUP BY t.gateway
