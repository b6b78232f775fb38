-- Orders placed on the day: all rows of the table, less drafts and deleted ones.
SELECT
    'orders' AS name,
    (SELECT count(*) FROM public."order" AS o
     WHERE o.created_at >= :start AND o.created_at < :end
         AND o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft') AS expected,
    (SELECT count(*) FROM ecommerce.transactions AS t
     WHERE t.created_at >= :start AND t.created_at < :end) AS found
