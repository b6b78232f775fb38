-- One row per payment method, also those that are no longer offered.
SELECT
    m.id AS payment_method_id,
    m.code,
    m."updatedAt" AT TIME ZONE 'UTC' AS updated_at
FROM public.payment_method AS m
