"""Dagster's instance: its home, storages, launcher and console log, and the private names of Dagster that they need."""
