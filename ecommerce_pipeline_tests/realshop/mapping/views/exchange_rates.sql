SELECT
    currency,
    valid_from,
    rate
FROM app.exchange_rate
