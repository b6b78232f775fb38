"""What Prometheus is told of the platform, from Dagster's storage alone: no code location is asked, nothing is kept."""
