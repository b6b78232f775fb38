"""Dagster's instance: its home, storages, launcher and logs, and the private names of Dagster that they need."""
