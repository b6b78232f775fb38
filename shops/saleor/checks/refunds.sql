-- Refunds of the day, by Saleor's history of orders with payments of the older API, and by its events.
SELECT
    'refunds' AS name,
    (SELECT count(*) FROM public.payment_transaction AS t
     WHERE t.created_at >= :start AND t.created_at < :end AND t.kind = 'refund' AND t.is_success)
    + (SELECT count(*) FROM public.payment_transactionevent AS e
       WHERE e.created_at >= :start AND e.created_at < :end AND e.type IN ('refund_success', 'charge_back')
           AND e.include_in_calculations) AS expected,
    (SELECT count(*) FROM ecommerce.refunds AS f
     WHERE f.created_at >= :start AND f.created_at < :end) AS found
