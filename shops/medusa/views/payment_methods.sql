-- One row per payment provider, such as pp_stripe_stripe; pp_system_default is payment marked by hand.
SELECT
    p.id AS payment_method_id,
    p.id AS code,
    CASE p.id WHEN 'pp_system_default' THEN 'manual' ELSE replace(substr(p.id, 4), '_', ' ') END AS method_name,
    split_part(p.id, '_', 2) AS provider,
    p.updated_at
FROM public.payment_provider AS p
