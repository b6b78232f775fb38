-- One row per payment method, also those that are no longer offered.
SELECT
    m.id AS payment_method_id,
    m.id::text AS code,
    coalesce(m.name, m.id::text) AS method_name,
    coalesce(m.type, 'unknown') AS provider,
    m.updated_at AT TIME ZONE 'UTC' AS updated_at
FROM public.spree_payment_methods AS m
