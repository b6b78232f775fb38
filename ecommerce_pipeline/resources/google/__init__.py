"""Google Cloud: `clients` of BigQuery and the credentials in use, and `errors` with their causes and remedies."""
