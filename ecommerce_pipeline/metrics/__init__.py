"""The shop's measures: their definitions in dbt's semantic manifest, and SQL that answers questions, by MetricFlow."""
