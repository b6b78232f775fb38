"""What is new since the last tick: reads Dagster's storages from where the last tick stopped."""
