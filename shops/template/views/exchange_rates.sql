-- exchange_rates: One row per currency and day from which a rate to REPORTING_CURRENCY is valid, until the next one.
-- If you have none, delete this file; the cost: all orders must be in REPORTING_CURRENCY.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- ISO 4217 code of the currency exchanged. Type: text.
    t.currency AS currency,
    -- First business day of the rate. Type: date.
    t.valid_from AS valid_from,
    -- Price of one unit of the currency, in REPORTING_CURRENCY. Type: numeric(18,9).
    t.rate AS rate
    -- Optional: take away the dashes before what you have.
    -- Currency and day. Default: currency || ' ' || valid_from. Type: text.
    -- , t.exchange_rate_id AS exchange_rate_id
    -- When the row last changed. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.exchange_rates AS t
