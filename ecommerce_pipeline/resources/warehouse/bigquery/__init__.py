"""BigQuery: tables, load and query jobs, reading, and errors."""
