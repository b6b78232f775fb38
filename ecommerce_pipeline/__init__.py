"""An e-commerce data platform as one Dagster asset graph, from a shop's PostgreSQL to its marts."""
