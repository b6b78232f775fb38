-- Saleor has no table of payment methods: one row per gateway or kind that payments name.
SELECT
    method.name AS payment_method_id,
    method.name AS code,
    method.name AS method_name,
    max(method.updated_at) AS updated_at
FROM (
    SELECT p.gateway AS name, p.modified_at AS updated_at FROM public.payment_payment AS p
    UNION ALL
    SELECT coalesce(nullif(i.payment_method_type, ''), nullif(i.name, ''), 'unknown'), i.modified_at
    FROM public.payment_transactionitem AS i
) AS method
GROUP BY method.name
