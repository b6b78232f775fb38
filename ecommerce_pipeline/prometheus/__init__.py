"""Metrics of the platform for Prometheus, computed from Dagster's storage only; nothing else is stored or queried."""
