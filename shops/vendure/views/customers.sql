-- One row per customer with an account. Guests, who have a row of the same table, are known by their e-mail.
SELECT
    c.id AS customer_id,
    c."firstName" AS first_name,
    c."lastName" AS last_name,
    c."emailAddress" AS email,
    coalesce(home.country, 'unknown') AS country,
    coalesce(nullif(home.city, ''), 'unknown') AS city,
    c."createdAt" AT TIME ZONE 'UTC' AS registered_at,
    greatest(c."updatedAt", home.updated_at) AT TIME ZONE 'UTC' AS updated_at
FROM public.customer AS c
LEFT JOIN LATERAL (
    SELECT a.city, country.code AS country, a."updatedAt" AS updated_at
    FROM public.address AS a
    LEFT JOIN public.region AS country ON country.id = a."countryId"
    WHERE a."customerId" = c.id
    ORDER BY a."defaultShippingAddress" DESC, a."defaultBillingAddress" DESC, a.id
    LIMIT 1
) AS home ON TRUE
WHERE c."userId" IS NOT NULL AND c."deletedAt" IS NULL
